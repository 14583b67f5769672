"""Files that a body brings: where one may stand in it, in which forms it may be said, and what its first bytes tell."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from struct import error, unpack_from
from typing import Any, NamedTuple

Path = tuple[str | int, ...]  # the steps to a value in a body
Size = tuple[int, int]

# What a media field must look like; the address itself is taken as good without being fetched. Schemes have no case.
ADDRESS = r"^[hH][tT][tT][pP][sS]?://[^\s/]"
ADDRESS_OR_DATA = r"^([hH][tT][tT][pP][sS]?://[^\s/]|[dD][aA][tT][aA]:[^,]*,)"
FETCHABLE = re.compile(ADDRESS)
LOOPBACK = re.compile(r"http://([^/?#]*@)?(localhost|[^/?#:]+\.localhost|127(\.[0-9]+){3}|\[::1\])([:/?#]|$)")
ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BLANKS = b"\r\n\t "  # with which some break base64 into lines
ANY_FORM = "an id, an http(s) address, a data URI with base64, or base64"
TOO_LARGE = "input-too-large"  # the reason for which a file is refused that is larger than its field takes
HEAD = 64  # letters of base64 that tell what a file is

# By its first bytes: where they stand, what they are, the format, and the kinds of which such a file can be.
SIGNS: tuple[tuple[int, bytes, str, frozenset[str]], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "png", frozenset({"image"})), (0, b"\xff\xd8\xff", "jpeg", frozenset({"image"})),
    (8, b"WEBP", "webp", frozenset({"image"})), (0, b"GIF8", "gif", frozenset({"image"})),
    (0, b"BM", "bmp", frozenset({"image"})), (8, b"WAVE", "wav", frozenset({"audio"})),
    (0, b"fLaC", "flac", frozenset({"audio"})), (0, b"OggS", "ogg", frozenset({"audio", "video"})),
    (0, b"ID3", "mp3", frozenset({"audio"})), (4, b"ftypqt  ", "mov", frozenset({"audio", "video"})),
    (4, b"ftyp", "mp4", frozenset({"audio", "video"})), (0, b"\x1aE\xdf\xa3", "webm", frozenset({"audio", "video"})),
    (0, b"glTF", "glb", frozenset({"3d"})),
)  # fmt: skip
MPEG = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]")  # how a frame of sound begins; a JPEG has begun otherwise
# Of the markers of a JPEG, those that say how large it is.
FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})


class Place(NamedTuple):
    """Where a file may stand: of which kind, nothing if it is no place itself; in any form, or as an address or a data
    URI alone; and the places below it."""

    kind: str
    free: bool
    below: Mapping[str, Place]


def address(data_uris: bool, schemes: Iterable[str] = ()) -> str:
    """What the address of a file looks like: http(s), a data URI where taken, a provider's own schemes."""
    own = "".join(rf"|{scheme}://[^\s/]" for scheme in schemes)
    if not own:
        return ADDRESS_OR_DATA if data_uris else ADDRESS
    return rf"^([hH][tT][tT][pP][sS]?://[^\s/]{'|[dD][aA][tT][aA]:[^,]*,' if data_uris else ''}{own})"


def places(schema: Mapping[str, Any]) -> dict[str, Place]:
    """The places of an object's schema by name; `x-media` takes any form, a format of `..._uri` an address."""
    found = {name: _place(field) for name, field in schema.get("properties", {}).items() if isinstance(field, dict)}
    return {name: place for name, place in found.items() if place.kind or place.below}


def _place(field: Mapping[str, Any]) -> Place:
    inner = field.get("items")
    items = _place(inner) if isinstance(inner, dict) else Place("", False, {})
    kind, form = field.get("x-media", ""), field.get("format", "")
    below = {**places(field), **items.below}
    if kind or "_uri" not in form:
        return Place(kind or items.kind, bool(kind) or items.free, below)
    return Place(form.partition("_uri")[0], False, below)


def found(where: Mapping[str, Place], body: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Place, str]]:
    """The files in a body: where each stands, its place, and the text that stands for it."""
    for name, place in where.items():
        if name in body:
            yield from _at(place, body[name], (*path, name))


def _at(place: Place, value: Any, path: Path) -> Iterator[tuple[Path, Place, str]]:
    if type(value) is str:
        if place.kind:
            yield path, place, value
    elif type(value) is list:
        for at, each in enumerate(value):
            yield from _at(place, each, (*path, at))
    elif type(value) is dict and place.below:
        yield from found(place.below, value, path)


def unfit(kind: str, text: str) -> str:
    """Why a text cannot stand for a file of a kind, or nothing; of an address and an id the form alone is looked at."""
    if ID.fullmatch(text) or FETCHABLE.match(text):
        return ""
    start = 0
    if text[:5].lower() == "data:":
        start = text.find(",") + 1
        if text[:start][-8:].lower() != ";base64,":
            return "a data URI without base64"
    if not _based(text, start):
        return "broken base64" if start else "none of these"
    told = sign(decoded(text[start : start + HEAD]))
    if told is None:
        return "" if kind not in ("image", "any") else f"a file that is no {'image' if kind == 'image' else 'media'}"
    return "" if kind == "any" or kind in told[1] else f"a file of the format {told[0]}"


def _based(text: str, start: int) -> bool:
    """Whether the rest of a text is base64, whole or without the signs that fill it up."""
    rest = text[start:].encode("ascii", "replace").translate(None, LETTERS + BLANKS)
    return rest in (b"", b"=", b"==") and text.rstrip().endswith(rest.decode())


def carried(text: str) -> bytes | None:
    """The bytes that a text carries in itself; None for an address or an id, which leads to them."""
    if ID.fullmatch(text) or FETCHABLE.match(text):
        return None
    return decoded(text[text.find(",") + 1 if text[:5].lower() == "data:" else 0 :])


def data_size(text: str) -> int:
    """How many bytes a data URI holds, told from its length without decoding it."""
    start = text.find(",") + 1
    length = len(text) - start
    if text[max(0, start - 8) : start].lower() != ";base64,":
        return length - 2 * text.count("%", start)
    return length * 3 // 4 - (text.endswith("=", start) + text.endswith("==", start))


def decoded(text: str) -> bytes:
    """The bytes of base64; what is no letter of it is passed over."""
    letters = text.encode("ascii", "replace").translate(None, BLANKS).rstrip(b"=")
    return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")


def sign(data: bytes) -> tuple[str, frozenset[str]] | None:
    """The format that a file's first bytes tell, and the kinds of which it can be; None of a stranger's."""
    for at, begins, form, kinds in SIGNS:
        if data.startswith(begins, at):
            return form, kinds
    return ("mp3", frozenset({"audio"})) if MPEG.match(data) else None


def size(data: bytes) -> Size | None:
    """How large a picture is, told from its head; nothing is decoded, and no picture is an exception."""
    told = sign(data)
    try:
        found = SIZES[told[0]](data) if told and told[0] in SIZES else None
    except (IndexError, error):  # it ends before its head does
        return None
    return found if found and min(found) > 0 else None


def _png(data: bytes) -> Size:
    width, height = unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> Size:
    width, height = unpack_from("<HH", data, 6)
    return width, height


def _bmp(data: bytes) -> Size:
    width, height = unpack_from("<ii", data, 18)
    return width, abs(height)


def _webp(data: bytes) -> Size | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        (bits,) = unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = unpack_from("<HH", data, 26)
    return (width & 0x3FFF, height & 0x3FFF) if kind == b"VP8 " else None


def _jpeg(data: bytes) -> Size | None:
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker in FRAMES:
            height, width = unpack_from(">HH", data, at + 5)
            return width, height
        if marker == 0xFF:  # filled up
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:  # it stands alone
            at += 2
        else:
            (length,) = unpack_from(">H", data, at + 2)
            at += 2 + max(2, length)
    return None


SIZES: dict[str, Callable[[bytes], Size | None]] = {"png": _png, "gif": _gif, "bmp": _bmp, "webp": _webp, "jpeg": _jpeg}
