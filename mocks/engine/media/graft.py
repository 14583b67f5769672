"""Where the files that are made of text keep a card: SVG, TXT, JSON, and the headers of GLB and safetensors."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

from . import mesh, weights
from .splice import KEYWORD, in_xml

WORD = KEYWORD.decode()
_METADATA, _END = (
    b'<metadata><understudy:card xmlns:understudy="tag:understudy,2025:">',
    b"</understudy:card></metadata>",
)
_LINE = b"\n" + KEYWORD + b": "


def into_glb(data: bytes, card: bytes) -> bytes:
    """The extras of `asset`, which are anybody's."""
    scene, rest = mesh.opened(data)
    asset: Any = scene["asset"]
    return mesh.packed({**scene, "asset": {**asset, "extras": {WORD: json.loads(card)}}}, rest)


def from_glb(data: bytes) -> bytes | None:
    """The object in the extras."""
    asset: Any = mesh.opened(data)[0].get("asset", {})
    return _dumped(asset.get("extras", {}).get(WORD))


def into_safetensors(data: bytes, card: bytes) -> bytes:
    """An entry of the metadata, whose values have to be texts."""
    header, rest = weights.opened(data)
    metadata: Any = header["__metadata__"]
    return weights.packed({**header, "__metadata__": {**metadata, WORD: card.decode()}}, rest)


def from_safetensors(data: bytes) -> bytes | None:
    """The text of our entry."""
    metadata: Any = weights.opened(data)[0].get("__metadata__", {})
    text = metadata.get(WORD)
    return text.encode() if isinstance(text, str) else None


def into_json(data: bytes, card: bytes) -> bytes:
    """A field of our own."""
    return json.dumps({**json.loads(data), WORD: json.loads(card)}, ensure_ascii=False, separators=(",", ":")).encode()


def from_json(data: bytes) -> bytes | None:
    """The object in our field."""
    return _dumped(json.loads(data).get(WORD))


def into_svg(data: bytes, card: bytes) -> bytes:
    """A metadata element behind the title, with the card as its text."""
    at = data.index(b"</title>") + len(b"</title>")
    return b"".join((data[:at], _METADATA, in_xml(card).encode(), _END, data[at:]))


def from_svg(data: bytes) -> bytes | None:
    """The text of our metadata element."""
    _, found, rest = data.partition(_METADATA)
    return unescape(rest[: rest.index(_END)].decode()).encode() if found else None


def into_txt(data: bytes, card: bytes) -> bytes:
    """A last line; JSON keeps line breaks out of its texts, so that no prompt can look like another one."""
    return b"".join((data, _LINE, card, b"\n"))


def from_txt(data: bytes) -> bytes | None:
    """What stands on our line, which is the last one that begins so."""
    at = data.rfind(_LINE)
    return data[at + len(_LINE) :].rstrip(b"\n") if at >= 0 else None


def _dumped(value: object) -> bytes | None:
    return None if value is None else json.dumps(value, ensure_ascii=False).encode()
