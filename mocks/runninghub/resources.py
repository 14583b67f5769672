"""Files that an account brings: for the inputs of workflows and of models, and LoRAs."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import Any

from ...contracts.brought import size
from ...contracts.finding import shown
from ..engine.luck import digest
from ..engine.prop import Prop
from ..engine.session import Account, Session
from ..engine.shelf import Kept
from ..engine.upload import Upload
from ..web import brought
from ..web.dialect import Answer, Route
from ..web.form import Sent, file_of, unfit
from ..web.media import PREFIX
from ..web.turn import Turn
from ..web.uploads import PREFIX as PUTS
from . import wire

KIND, LORA = "upload", "lora"
SAME = {"jpg": "jpeg"}


def upload(turn: Turn) -> Answer:
    """Takes a file that is named by its name alone."""
    prop, sent = _taken(turn)
    kinds = turn.dialect.contract.schemas[turn.operation.file["form"]]["properties"]["fileType"]
    kind = sent.texts.get("fileType", kinds["default"])
    if kind not in kinds["enum"]:
        expected = f"one of {', '.join(kinds['enum'])}"
        raise unfit(turn.operation, "/fileType", "invalid-input", expected, shown(kind), "say one of these")
    return wire.yes({"fileName": _name(turn, prop), "fileType": kind})


def media_upload(turn: Turn) -> Answer:
    """Takes a file that is named by its address, which wears out."""
    prop, _ = _taken(turn)
    clock, number = turn.session.clock, prop.said["sha256"]
    begins, ends = (int(clock.epoch.timestamp() + clock.age + more) for more in (0, prop.more.lasts))
    signed = f"q-sign-algorithm=sha1&q-sign-time={begins}%3B{ends}&q-signature={digest(number, begins)[:40]}"
    said = wire.enveloped({
        "type": prop.more.kind, "download_url": f"{turn.base}{PREFIX}{prop.more.name(number)}?{signed}",
        "fileName": _name(turn, prop), "size": str(prop.more.size)})  # fmt: skip
    return Answer(200, {"code": said["code"], "msg": said["msg"], "message": said["msg"], **said})


def _taken(turn: Turn) -> tuple[Prop, Sent]:
    """Keeps a file that was sent as a form, under the digest of its bytes."""
    row, sent = turn.operation.file, file_of(turn.operation, turn.headers, turn.body)
    data, endings = bytes(sent.data), row["endings"]
    form = brought.ending(sent.name, data, endings)
    if not form:
        expected = f"a file of one of these kinds: {', '.join(endings)}"
        raise unfit(turn.operation, f"/{row['field']}", row["unreadable"], expected,
                    shown(sent.name) if data else "an empty one", "send one of these")  # fmt: skip
    kept = Kept(endings[form], SAME.get(form, form), len(data), *(size(data) or (0, 0)), lasts=float(row["lasts"]),
                used=turn.session.clock.age)  # fmt: skip
    return brought.keep(turn, KIND, sha256(data).hexdigest(), data, kept), sent


def _name(turn: Turn, prop: Prop) -> str:
    row, number = turn.operation.file, prop.said["sha256"]
    return number if prop.more.form in row["bare"] else f"{row['folder']}/{prop.more.name(number)}"


def lora_upload(turn: Turn) -> Answer:
    """Gives an address away for a LoRA, unless one of this digest is there already."""
    session, api = turn.session, turn.dialect.contract.apis[turn.operation.api]
    row = api.facts.openapi["operations"][turn.operation.id]["puts"]
    name, md5 = turn.inputs["loraName"], turn.inputs["md5Hex"].lower()
    said = {"fileName": f"{row['folder']}/{md5}.{row['ending']}"}
    if any(prop.said["md5Hex"] == md5 for prop in session.own(turn.account, LORA)):
        return wire.yes(said)
    session.made += 1
    number = digest(session.seed, "lora", session.made)
    came = partial(_came, session, turn.account, {**said, "loraName": name, "md5Hex": md5})
    session.uploads[number] = Upload(name, turn.dialect.provider, turn.operation.id, None,
                                     session.clock.age + row["expires"], came, "md5")  # fmt: skip
    return wire.yes({**said, "url": f"{turn.base}{PUTS}{number}"})


def _came(session: Session, account: Account, said: dict[str, Any], size: int, digest: str) -> None:
    """A LoRA was put to its address; the storage takes another one as well, but somebody should know."""
    if digest != said["md5Hex"]:
        session.warn(f"expected a LoRA with the MD5 {said['md5Hex']}; came one with {digest}; correct md5Hex")
    if all(prop.said["md5Hex"] != said["md5Hex"] for prop in session.own(account, LORA)):
        session.add_prop(account, LORA, said["loraName"], {**said, "size": size})


def resource_list(turn: Turn) -> Answer:
    """A page of what workflows may load: the LoRAs that were put here, of whose tags and bases nothing is known."""
    said, name = turn.inputs, turn.inputs.get("resourceName", "").lower()
    wanted = said.get("resourceType", "LORA") == "LORA" and not said.get("baseModels") and not said.get("tags")
    rows = [prop for prop in turn.session.own(turn.account, LORA) if wanted and name in prop.name.lower()]
    return wire.page(rows, said, partial(_told, turn.session))


def _told(session: Session, prop: Prop) -> wire.Json:
    return {"id": prop.id, "resourceName": prop.name, "resourceType": "LORA", "desc": "", "tags": [], "versions": [],
            "createTime": wire.moment(session.clock.stamp(prop.made)), "nodeModelName": prop.said["fileName"],
            "posterUrl": None, "thumbnailUrl": None, "owner": {"name": prop.account.name, "avatar": None}}  # fmt: skip


ROUTES: dict[str, Route] = {"upload": upload, "media_upload": media_upload, "lora_upload": lora_upload,
                            "resource_list": resource_list}  # fmt: skip
