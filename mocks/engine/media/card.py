"""The card of an order as one JSON document: written for a file, put into it, and read back out of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..medium import Card, Medium
from . import graft, splice

LONGEST_DATA = 16_384
# Python refuses to write an int of more than 4,300 digits (some 14,284 bits) as decimal text.
LONGEST_BITS = 14_000
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class _Carrier(NamedTuple):
    """How one kind of file is told from its first bytes, and how a card gets into it and out of it."""

    starts: Callable[[bytes], bool]
    put: Callable[[bytes, bytes], bytes]
    get: Callable[[bytes], bytes | None]


_MP4 = _Carrier(lambda data: data[4:8] == b"ftyp", splice.into_mp4, splice.from_mp4)
_CARRIERS: dict[str, _Carrier] = {
    "png": _Carrier(lambda data: data.startswith(splice.PNG), splice.into_png, splice.from_png),
    "jpeg": _Carrier(lambda data: data.startswith(b"\xff\xd8"), splice.into_jpeg, splice.from_jpeg),
    "webp": _Carrier(lambda data: data[8:12] == b"WEBP", splice.into_webp, splice.from_webp),
    "wav": _Carrier(lambda data: data[8:12] == b"WAVE", splice.into_wav, splice.from_wav),
    "mp4": _MP4,
    "mov": _MP4,
    "webm": _Carrier(lambda data: data.startswith(b"\x1aE\xdf\xa3"), splice.into_webm, splice.from_webm),
    "mp3": _Carrier(lambda data: data.startswith((b"ID3", b"\xff\xfb")), splice.into_mp3, splice.from_mp3),
    "flac": _Carrier(lambda data: data.startswith(b"fLaC"), splice.into_flac, splice.from_flac),
    "ogg": _Carrier(lambda data: data.startswith(b"OggS"), splice.into_ogg, splice.from_ogg),
    "glb": _Carrier(lambda data: data.startswith(b"glTF"), graft.into_glb, graft.from_glb),
    "svg": _Carrier(lambda data: data.startswith(b"<svg"), graft.into_svg, graft.from_svg),
    "safetensors": _Carrier(lambda data: data[5:9] == b"\0\0\0{", graft.into_safetensors, graft.from_safetensors),
    "json": _Carrier(lambda data: data.startswith(b"{"), graft.into_json, graft.from_json),
    # Any bytes can be text, so that this comes last.
    "txt": _Carrier(lambda _: True, graft.into_txt, graft.from_txt),
}


def document(medium: Medium, card: Card) -> bytes:
    """The card as UTF-8 JSON; orders that are equal give equal bytes, and any difference shows in `digest`.

    `whole` is false where a value stands shortened in `inputs` or `seed`; `shortened` then points at each of them.
    """
    shortened: list[str] = []
    said: dict[str, object] = {
        "provider": card.provider,
        "model": card.model,
        "seed": _written(card.seed, "/seed", shortened),
        "index": card.index,
        "prompt": card.prompt,
        "medium": {
            "kind": medium.kind,
            "format": medium.format,
            "width": medium.width,
            "height": medium.height,
            "seconds": float(medium.seconds),
            **{name: value for name, value in medium.detail._asdict().items() if value},
        },
        "inputs": _written(card.inputs, "/inputs", shortened),
        "whole": not shortened,
    }
    if shortened:
        said["shortened"] = shortened
    text = _ENCODER.encode(said)
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return f'{text[:-1]},"digest":"{digest}"}}'.encode()


def put(data: bytes, form: str, written: bytes) -> bytes:
    """The file with the written card in it, at a place that viewers and players skip."""
    return _CARRIERS[form].put(data, written)


def card_of(data: bytes) -> dict[str, object]:
    """The card that a file carries, as the JSON object that it was written as."""
    for carrier in _CARRIERS.values():
        if carrier.starts(data):
            try:
                read = json.loads(carrier.get(data) or b"")
            except (ValueError, LookupError, AttributeError):
                break  # a file of a stranger, or one that was cut
            if isinstance(read, dict):
                return read
            break
    raise ValueError(
        f"expected a file with a card in it ({', '.join(_CARRIERS)}); came {len(data)} bytes that begin with "
        f"{data[:12]!r} and carry none; pass the bytes as they were downloaded, before any tool has rewritten them"
    )


def _written(value: object, at: str, shortened: list[str]) -> object:
    """The value with its keys in order, and with stand-ins for what no card can hold; notes where those are."""
    if isinstance(value, str):
        if len(value) > LONGEST_DATA and value.startswith("data:"):
            shortened.append(at)
            told = hashlib.blake2b(value.encode(), digest_size=32).hexdigest()
            return {"data": value[: value.find(",", 0, 256) + 1], "characters": len(value), "blake2b": told}
        return value
    if isinstance(value, Mapping):
        return {key: _written(value[key], f"{at}/{_pointed(key)}", shortened) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_written(each, f"{at}/{place}", shortened) for place, each in enumerate(value)]
    if isinstance(value, int) and value.bit_length() > LONGEST_BITS:
        shortened.append(at)
        return {"bits": value.bit_length(), "hex": f"{value:x}"}
    return value


def _pointed(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
