"""Reads what holds numbers or words: GLB, safetensors, SVG, JSON and plain text."""

from __future__ import annotations

import re
from math import prod
from struct import unpack_from
from typing import Any
from xml.parsers import expat

import orjson

Measure = tuple[int, int, float]
NOTHING: Measure = (0, 0, 0.0)

BITS = {"F64": 64, "I64": 64, "U64": 64, "F32": 32, "I32": 32, "U32": 32, "F16": 16, "BF16": 16, "I16": 16, "U16": 16,
        "F8_E4M3": 8, "F8_E5M2": 8, "I8": 8, "U8": 8, "BOOL": 8}  # fmt: skip
MOST_HEAD = 100_000_000  # bytes of a safetensors' head, as its authors bound it
LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(px)?\s*")
BEGUN = re.compile(rb'\s*(\{\s*"|\[\s*[\[{"])')  # what begins like this and is no JSON is broken JSON
NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def glb(data: bytes) -> Measure:
    """A head with the whole length, then a scene in JSON, then its numbers."""
    version, length = unpack_from("<II", data, 4)
    size, kind = unpack_from("<I4s", data, 12)
    scene = orjson.loads(data[20 : 20 + size])
    at = 20 + size
    while at < length:
        size, _ = unpack_from("<I4s", data, at)
        at += 8 + size
    if version != 2 or length != len(data) or at != length or kind != b"JSON" or not scene["asset"]["version"]:
        raise ValueError("no scene")
    return NOTHING


def safetensors(data: bytes) -> Measure:
    """A head in JSON with each tensor's place; together they are all that follows, without a gap."""
    (length,) = unpack_from("<Q", data)
    if not 2 <= length <= min(MOST_HEAD, len(data) - 8):
        raise ValueError("no head")
    head: Any = orjson.loads(data[8 : 8 + length])
    places = []
    for name, row in head.items():
        if name != "__metadata__":
            start, end = row["data_offsets"]
            if prod(row["shape"]) * BITS[row["dtype"]] != (end - start) * 8:
                raise ValueError("a tensor that does not fill its place")
            places.append((start, end))
    at = 0
    for start, end in sorted(places):
        if start != at:
            raise ValueError("a gap between tensors")
        at = end
    if at != len(data) - 8 - length:
        raise ValueError("not all of it is here")
    return NOTHING


def svg(data: bytes) -> Measure:
    """XML whose root is `svg`; one that declares entities, which may grow without bound, is not read."""
    roots: list[dict[str, str]] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def begun(name: str, attributes: dict[str, str]) -> None:
        if not roots and name.rpartition(" ")[2] != "svg":
            raise ValueError("another kind of XML")
        roots.append(attributes) if not roots else None

    def declared(*_: Any) -> None:
        raise ValueError("an entity")

    parser.StartElementHandler = begun
    parser.EntityDeclHandler = declared
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise ValueError("no markup")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as wrong:
        raise ValueError(str(wrong)) from None
    return (*_size(roots[0]), 0.0)


def _size(root: dict[str, str]) -> tuple[int, int]:
    """In pixels, or as its box says; in any other unit, none."""
    found = [LENGTH.fullmatch(root.get(side, "")) for side in ("width", "height")]
    box = root.get("viewBox", "").replace(",", " ").split()
    if found[0] and found[1]:
        return round(float(found[0][1])), round(float(found[1][1]))
    if len(box) == 4 and not {"width", "height"} & root.keys():
        return round(float(box[2])), round(float(box[3]))
    return 0, 0


def json_text(data: bytes) -> Measure:
    """An object or a list: a word alone is as well a text."""
    if not isinstance(orjson.loads(data), (dict, list)):
        raise ValueError("a word")
    return NOTHING


def txt(data: bytes) -> Measure:
    """UTF-8 that can be read; what begins as markup or JSON, and is none, is broken instead."""
    text = data.decode("utf-8-sig")
    if not text.strip() or NO_TEXT.search(text) or BEGUN.match(data) or text.lstrip().startswith(("<?xml", "<svg")):
        raise ValueError("no text")
    return NOTHING
