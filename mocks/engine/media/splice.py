"""Where each kind of file keeps a card: a few lines per container that put it in and take it out, pixels untouched."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from html import escape, unescape

from .ogg import numbered, pages

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"understudy"
# A JPEG segment holds 65,533 bytes; each part begins with the keyword, so that a stranger's comment is not ours.
LONGEST_COMMENT = 65_000
# Any fixed sixteen bytes would do: a box with an unknown name is skipped by every player.
MP4_NAME = b"understudy card\0"
SEGMENT = b"\x18\x53\x80\x67\x01"
_XMP_HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:understudy="tag:understudy,2025:"><understudy:card>'
)
_XMP_TAIL = "</understudy:card></rdf:Description></rdf:RDF></x:xmpmeta>"


def into_png(data: bytes, card: bytes) -> bytes:
    """An iTXt chunk right behind IHDR; uncompressed, because readers cap what they inflate at 1 MB."""
    body = b"iTXt" + KEYWORD + b"\0\0\0\0\0" + card
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return b"".join((data[:33], chunk, data[33:]))


def from_png(data: bytes) -> bytes | None:
    """The text of our iTXt chunk."""
    at, mark = 8, KEYWORD + b"\0\0\0\0\0"
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] == b"iTXt" and data.startswith(mark, at + 8):
            return data[at + 8 + len(mark) : at + 8 + size]
        at += size + 12
    return None


def into_jpeg(data: bytes, card: bytes) -> bytes:
    """COM segments behind the JFIF header, which has to come first."""
    at = 2
    if data[2:4] == b"\xff\xe0":
        at += 2 + int.from_bytes(data[4:6])
    pieces = [data[:at]]
    for start in range(0, len(card), LONGEST_COMMENT):
        piece = KEYWORD + b":" + card[start : start + LONGEST_COMMENT]
        pieces += (b"\xff\xfe", struct.pack(">H", len(piece) + 2), piece)
    pieces.append(data[at:])
    return b"".join(pieces)


def from_jpeg(data: bytes) -> bytes | None:
    """Our COM segments, joined."""
    at, mark, pieces = 2, KEYWORD + b":", []
    while data.startswith(b"\xff", at) and not data.startswith(b"\xda", at + 1):
        size = int.from_bytes(data[at + 2 : at + 4])
        if data.startswith(b"\xfe", at + 1) and data.startswith(mark, at + 4):
            pieces.append(data[at + 4 + len(mark) : at + 2 + size])
        at += 2 + size
    return b"".join(pieces) if pieces else None


def into_webp(data: bytes, card: bytes) -> bytes:
    """The extended container that strict readers want: VP8X with its XMP flag, the image, an XMP packet."""
    packet = (_XMP_HEAD + in_xml(card) + _XMP_TAIL).encode()
    if data.startswith(b"VP8X", 12):  # which a picture that is clear in places has already
        told = bytes([data[20] | 4]) + data[21:30]
        return _riff(b"WEBP", _chunk(b"VP8X", told) + data[30:] + _chunk(b"XMP ", packet))
    width, height = _webp_size(data)
    flags = b"\x04\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _riff(b"WEBP", _chunk(b"VP8X", flags) + data[12:] + _chunk(b"XMP ", packet))


def from_webp(data: bytes) -> bytes | None:
    """The JSON in our XMP packet."""
    for name, body in _chunks(data):
        if name == b"XMP " and _XMP_HEAD.encode() in body:
            return unescape(body.decode().removeprefix(_XMP_HEAD).removesuffix(_XMP_TAIL)).encode()
    return None


def in_xml(card: bytes) -> str:
    """The card as XML holds it."""
    # JSON text may hold these two as they are, XML may not; JSON can spell them out.
    return escape(card.decode().replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff"), quote=False)


def _webp_size(data: bytes) -> tuple[int, int]:
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def into_wav(data: bytes, card: bytes) -> bytes:
    """A LIST chunk in front of the sound, of the kind INFO, with the card as the comment."""
    comment = _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", KEYWORD + b":" + card + b"\0"))
    # Behind the first twelve bytes comes the chunk that tells the sound's form, which has to be the first.
    at = 20 + int.from_bytes(data[16:20], "little")
    return _riff(b"WAVE", b"".join((data[12:at], comment, data[at:])))


def from_wav(data: bytes) -> bytes | None:
    """The comment of our LIST chunk."""
    head = b"INFOICMT"
    for name, body in _chunks(data):
        if name == b"LIST" and body.startswith(head) and body.startswith(KEYWORD + b":", 12):
            return body[13 + len(KEYWORD) : 12 + int.from_bytes(body[8:12], "little")].rstrip(b"\0")
    return None


def _chunk(name: bytes, body: bytes) -> bytes:
    return b"".join((name, struct.pack("<I", len(body)), body, b"\0" * (len(body) % 2)))


def _riff(form: bytes, chunks: bytes) -> bytes:
    return b"".join((b"RIFF", struct.pack("<I", len(chunks) + 4), form, chunks))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def into_mp4(data: bytes, card: bytes) -> bytes:
    """A `uuid` box behind the first one; the film moves by its length, and so does the one place that is told."""
    box = b"".join((struct.pack(">I", len(card) + 24), b"uuid", MP4_NAME, card))
    at, told = int.from_bytes(data[:4]), data.index(b"stco") + 12
    place = int.from_bytes(data[told : told + 4]) + len(box)
    return b"".join((data[:at], box, data[at:told], place.to_bytes(4), data[told + 4 :]))


def from_mp4(data: bytes) -> bytes | None:
    """The contents of our `uuid` box."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 24] == b"uuid" + MP4_NAME:
            return data[at + 24 : at + size]
        at += max(size, 8)
    return None


def into_webm(data: bytes, card: bytes) -> bytes:
    """A Void element at the start of the Segment, which grows by it: EBML bids readers skip such an element."""
    body = KEYWORD + b":" + card
    void = b"".join((b"\xec", (1 << 56 | len(body)).to_bytes(8), body))
    # Behind the name come eight bytes of size, the first of which says that they are eight.
    at = data.index(SEGMENT) + len(SEGMENT)
    size = int.from_bytes(data[at : at + 7]) + len(void)
    return b"".join((data[:at], size.to_bytes(7), void, data[at + 7 :]))


def from_webm(data: bytes) -> bytes | None:
    """The contents of our Void element."""
    mark, at = KEYWORD + b":", data.find(SEGMENT) + len(SEGMENT) + 7
    start, size = at + 9 + len(mark), int.from_bytes(data[at + 2 : at + 9])
    return data[start : at + 9 + size] if data.startswith(mark, at + 9) else None


def into_mp3(data: bytes, card: bytes) -> bytes:
    """An ID3v2.4 tag with one frame of user text in front of the sound."""
    body = b"\x03" + KEYWORD + b"\0" + card
    frame = b"TXXX" + _syncsafe(len(body)) + b"\0\0" + body
    return b"".join((b"ID3\x04\0\0", _syncsafe(len(frame)), frame, data))


def from_mp3(data: bytes) -> bytes | None:
    """The user text of our tag."""
    mark = b"\x03" + KEYWORD + b"\0"
    if data[:4] != b"ID3\x04" or data[10:14] != b"TXXX" or not data.startswith(mark, 20):
        return None
    a, b, c, d = data[14:18]
    return data[20 + len(mark) : 20 + (a << 21 | b << 14 | c << 7 | d)]


def _syncsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def into_flac(data: bytes, card: bytes) -> bytes:
    """APPLICATION blocks behind STREAMINFO, which has to come first; a block holds 16 MB."""
    longest = (1 << 24) - 5
    blocks = [
        b"\x02" + (len(card[start : start + longest]) + 4).to_bytes(3) + b"unst" + card[start : start + longest]
        for start in range(0, len(card), longest)
    ]
    return b"".join((data[:42], *blocks, data[42:]))


def from_flac(data: bytes) -> bytes | None:
    """Our APPLICATION blocks, joined."""
    at, last, pieces = 4, False, []
    while not last and at + 4 <= len(data):
        last, size = data[at] >= 0x80, int.from_bytes(data[at + 1 : at + 4])
        if data[at] & 0x7F == 2 and data.startswith(b"unst", at + 4):
            pieces.append(data[at + 8 : at + 4 + size])
        at += 4 + size
    return b"".join(pieces) if pieces else None


def into_ogg(data: bytes, card: bytes) -> bytes:
    """The comment header of an Opus stream, written anew with the card as its one comment."""
    first, _, *sound = pages(data)
    comment = KEYWORD + b"=" + card
    packet = b"".join((b"OpusTags", _counted(KEYWORD), struct.pack("<I", 1), _counted(comment)))
    # A lacing of exactly 255 says that the packet goes on; hence the last, shorter one, be it 0.
    lacing = b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
    tags = []
    for start in range(0, len(lacing), 255):
        part = lacing[start : start + 255]
        place = b"\0" * 8 if start + 255 >= len(lacing) else b"\xff" * 8
        flag = b"\x01" if start else b"\0"
        head = b"OggS\0" + flag + place + first[14:18] + bytes(8) + bytes([len(part)])
        tags.append(head + part + packet[start * 255 : start * 255 + sum(part)])
    kept = [first, *tags, *sound]
    return b"".join(numbered(page, number) for number, page in enumerate(kept))


def from_ogg(data: bytes) -> bytes | None:
    """The card among the comments, gathered from as many pages as the comment header takes."""
    packet = b""
    for page in list(pages(data))[1:]:
        packet += page[27 + page[26] :]
        if page[26 + page[26]] < 255:
            break
    mark = b"OpusTags" + _counted(KEYWORD) + struct.pack("<I", 1)
    skipped = len(mark) + 4 + len(KEYWORD) + 1
    return packet[skipped:] if packet.startswith(mark) else None


def _counted(text: bytes) -> bytes:
    return struct.pack("<I", len(text)) + text
