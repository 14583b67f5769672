"""Files that an account sends ahead, to name them by an id then, as it may name those that its tasks made."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

from ...contracts.brought import FETCHABLE, carried, sign, size
from ...contracts.finding import Finding, shown
from ..engine.medium import FORMATS
from ..engine.prop import Prop
from ..engine.refusal import Refusal
from ..engine.script import UNREACHABLE
from ..engine.session import Account, Session
from ..engine.shelf import Kept
from .dialect import Meant
from .inputs import Seen

if TYPE_CHECKING:
    from .turn import Turn

KIND = "media"
ZIP = b"PK"  # how an archive begins
KINDS = {"jpg": "image", **{form: kind for kind, forms in FORMATS.items() for form in forms}}  # by ending


def meant(session: Session, account: Account, id: str) -> Meant | None:
    """The file of an account that an id stands for: an upload that is still kept, or a result that is there."""
    if (prop := upload(session, account, id)) is not None:
        width, height = prop.more.fitted
        return Meant(prop.more.kind, width, height, brought=prop)
    task = session.tasks.get(session.gallery.found(id.lower()))
    if task is None or task.account is not account:
        return None
    stems = [name.rpartition(".")[0] for name in session.gallery.names(task)]
    index = stems.index(id.lower()) if id.lower() in stems else -1
    if index < 0 or not task.made(index, session.clock.now):
        return None
    medium = task.order.media[index]
    return Meant(medium.kind, medium.width, medium.height, made=(task, index))


def upload(session: Session, account: Account, id: str) -> Prop | None:
    """An upload of an account, by its id; one that was not used for too long is forgotten."""
    prop = session.props.get(id.lower())
    if prop is None or prop.kind != KIND or prop.account is not account:
        return None
    if prop.more.worn(session.clock.age):
        drop(session, prop)
        return None
    return prop


def drop(session: Session, prop: Prop) -> None:
    """Forgets an upload."""
    session.drop_prop(prop)
    session.shelf.drop(prop.id)


def put(turn: Turn, place: str, kind: str, text: str) -> Prop:
    """Takes what was sent as an upload: the bytes that a text carries, or those at its address, as far as anybody here
    may ask for them."""
    session, rules = turn.session, turn.dialect.contract.facts.openapi["shelf"]
    data = carried(text)
    if data is None and not FETCHABLE.match(text):
        raise _bad(turn, place, kind, "an id, which is one of a file that is there already")
    if data is None:
        seen = turn.seen.get(place, Seen())
        if seen.came:
            raise Refusal(UNREACHABLE, findings=turn.findings)
        data = seen.data
    told = _looked_at(turn, place, kind, data, rules) if data else _elsewhere(kind, text)
    kept = told._replace(side=rules["side"] if told.kind == "image" else 0, lasts=float(rules["lasts"]),
                         used=session.clock.age)  # fmt: skip
    prop = session.add_prop(turn.account, KIND, "", {} if data else {"prompt": shown(text, 200)})
    session.props[prop.id] = prop = prop._replace(name=kept.name(prop.id), more=kept)
    if data:
        shelve(session, prop.id, data)
    return prop


def keep(turn: Turn, kind: str, number: str, data: bytes, kept: Kept) -> Prop:
    """Keeps a file of an account as a prop under a number of its bytes: the same ones are one file, however often they
    come; another account that brings them has a prop of its own."""
    session, first = turn.session, turn.session.props.get(number)
    if first is not None:
        kept = kept._replace(form=first.more.form)
    if session.shelf.get(number) is None:
        shelve(session, number, data)
    whose = first.account if first is not None else turn.account
    own = number if whose is turn.account else f"{number}-{turn.account.name}"
    for id, account in {number: whose, own: turn.account}.items():
        said = {"sha256": number, "size": len(data)}
        session.props[id] = Prop(id, kind, account, kept.name(number), said, turn.now, turn.now, more=kept)
    return session.props[own]


def ending(name: str, data: bytes, endings: Container[str]) -> str:
    """What a file is, by its name, else by its first bytes; nothing where it is none that is taken."""
    said = name.rpartition(".")[2].lower()
    if said in endings or not data:
        return said if data else ""
    told = "zip" if data.startswith(ZIP) else (sign(data) or ("",))[0]
    return told if told in endings else ""


def shelve(session: Session, id: str, data: bytes) -> None:
    """Keeps the bytes of an upload; where others have to go for it, somebody should know."""
    if warning := session.shelf.put(id, data):
        session.warn(warning)


def _looked_at(turn: Turn, place: str, kind: str, data: bytes, rules: dict[str, Any]) -> Kept:
    told = sign(data)
    if told is None or kind not in ("any", *told[1]):
        raise _bad(turn, place, kind, f"one that begins with {data[:8]!r}")
    form, kinds = told
    if "image" not in kinds:
        return Kept(KINDS[form], form, len(data))
    pixels = size(data)
    if pixels is None:
        raise _bad(turn, place, kind, f"a {form} without a size")
    if pixels[0] * pixels[1] > rules["pixels"]:
        raise _bad(turn, place, kind, f"one of {pixels[0]} x {pixels[1]} pixels, of which nobody makes a smaller one")
    return Kept("image", form, len(data), *pixels)


def _elsewhere(kind: str, address: str) -> Kept:
    """What stands at an address where nobody asks, as far as the address tells."""
    form = address.partition("?")[0].rpartition(".")[2].lower()
    of = KINDS.get(form, "image")
    if form not in KINDS or kind not in ("any", of):
        of = of if kind == "any" else kind
        form = FORMATS[of][0]
    return Kept(of, "jpeg" if form == "jpg" else form)


def _bad(turn: Turn, place: str, kind: str, came: str) -> Refusal:
    expected = f"{'a file' if kind == 'any' else f'a file ({kind})'}, by an address or as base64"
    finding = Finding("wrong-form", "broken", place, expected, came, "send another one", turn.operation.id,
                      "documented", "invalid-input", "media")  # fmt: skip
    return Refusal("invalid-input", findings=(finding,))
