"""Uploads: files that an account sends ahead, to name them by an id in its tasks, and drops when it likes."""

from __future__ import annotations

from typing import Any

from ..engine.prop import Prop
from ..engine.refusal import Refusal
from ..web.dialect import Answer, Route
from ..web.media import PREFIX
from ..web.turn import Turn
from . import shelf, wire


def image(turn: Turn) -> Answer:
    """Takes an image; in the elder form of the answer it stands alone, without a list around it."""
    prop = shelf.put(turn, "/image", "image", turn.inputs["image"])
    told = _told(turn, {"imageUUID": prop.id, "imageURL": _address(turn, prop)})
    alone = turn.dialect.contract.facts.openapi["tasks"][turn.operation.id].get("alone", False)
    return Answer(200, {"data": told if alone else [told]})


def media(turn: Turn) -> Answer:
    """Takes a file of any kind, or drops one of the account's own."""
    said = turn.inputs
    if said["operation"] == "upload":
        prop = shelf.put(turn, "/media", "any", said["media"])
        values = {"mediaUUID": prop.id, "mediaURL": _address(turn, prop)}
    else:
        found = shelf.upload(turn.session, turn.account, said["media"])
        if found is None:
            raise Refusal("media-unknown")
        shelf.drop(turn.session, found)
        values = {"mediaUUID": found.id}
    return Answer(200, {"data": [_told(turn, {"operation": said["operation"], **values})]})


def _told(turn: Turn, values: dict[str, Any]) -> dict[str, Any]:
    return wire.told(turn.dialect.contract, turn.operation, turn.inputs, values)


def _address(turn: Turn, prop: Prop) -> str:
    return f"{turn.base}{PREFIX}{prop.name}"


ROUTES: dict[str, Route] = {"imageUpload": image, "mediaStorage": media}
