"""Uploads: files that an account sends ahead, to name them by an id in its tasks, and drops when it likes."""

from __future__ import annotations

from ..engine.prop import Prop
from ..engine.refusal import Refusal
from ..web import brought
from ..web.dialect import Answer, Route
from ..web.media import PREFIX
from ..web.turn import Turn
from .results import answer


def image(turn: Turn) -> Answer:
    """Takes an image; in the elder form of the answer it stands alone, without a list around it."""
    prop = brought.put(turn, "/image", "image", turn.inputs["image"])
    told = answer(turn, imageUUID=prop.id, imageURL=_address(turn, prop))
    if turn.dialect.contract.facts.openapi["tasks"][turn.operation.id].get("alone", False):
        return told._replace(value={"data": told.value["data"][0]})
    return told


def media(turn: Turn) -> Answer:
    """Takes a file of any kind, or drops one of the account's own."""
    said = turn.inputs
    if said["operation"] == "upload":
        prop = brought.put(turn, "/media", "any", said["media"])
        return answer(turn, operation="upload", mediaUUID=prop.id, mediaURL=_address(turn, prop))
    found = brought.upload(turn.session, turn.account, said["media"])
    if found is None:
        raise Refusal("media-unknown")
    brought.drop(turn.session, found)
    return answer(turn, operation=said["operation"], mediaUUID=found.id)


def _address(turn: Turn, prop: Prop) -> str:
    return f"{turn.base}{PREFIX}{prop.name}"


ROUTES: dict[str, Route] = {"imageUpload": image, "mediaStorage": media}
