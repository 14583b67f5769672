"""GLB: a cube in the colour of its order, as glTF 2.0 in one binary file."""

from __future__ import annotations

import json
import struct
from itertools import product

from .colour import colour_of

MAGIC, VERSION = b"glTF", 2
# Every chunk ends at a multiple of four bytes: JSON is filled up with blanks, all else with zeros.
STEP = 4
CORNERS = list(product((-0.5, 0.5), repeat=3))
# Each side by its corners, around it as seen from outside.
SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
FLOAT, SHORT = 5126, 5123
VERTICES, INDICES = 34962, 34963


def glb(digest: bytes) -> bytes:
    """The file of a cube; its corners are told once a side, since each side has its own normal."""
    places = [CORNERS[at] for side in SIDES for at in side]
    normals = [[sum(CORNERS[at][axis] for at in side) / 2 for axis in range(3)] for side in SIDES for _ in side]
    corners = [first + at for first in range(0, len(places), 4) for at in (0, 1, 2, 0, 2, 3)]
    parts = [struct.pack("<72f", *(value for row in rows for value in row)) for rows in (places, normals)]
    parts.append(struct.pack("<36H", *corners))
    return packed(_scene(parts, digest), b"".join(parts))


def packed(scene: dict[str, object], data: bytes) -> bytes:
    """The two chunks of a file behind its header."""
    text = json.dumps(scene, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % STEP)
    data += b"\0" * (-len(data) % STEP)
    size = 12 + 8 + len(text) + 8 + len(data)
    return b"".join((struct.pack("<4sII", MAGIC, VERSION, size), struct.pack("<I4s", len(text), b"JSON"), text,
                     struct.pack("<I4s", len(data), b"BIN\0"), data))  # fmt: skip


def opened(data: bytes) -> tuple[dict[str, object], bytes]:
    """What `packed` was given."""
    size = int.from_bytes(data[12:16], "little")
    scene: dict[str, object] = json.loads(data[20 : 20 + size])
    return scene, data[28 + size :]


def _scene(parts: list[bytes], digest: bytes) -> dict[str, object]:
    """The whole description: a scene of one cube of one material, and which bytes say what of it."""
    views, start = [], 0
    for part, target in zip(parts, (VERTICES, VERTICES, INDICES), strict=True):
        views.append({"buffer": 0, "byteOffset": start, "byteLength": len(part), "target": target})
        start += len(part)
    shape = {"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2, "material": 0, "mode": 4}
    surface = {"baseColorFactor": [*colour_of(digest).shares, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.8}
    return {
        "asset": {"version": "2.0", "generator": "understudy"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"name": "cube", "mesh": 0}],
        "meshes": [{"name": "cube", "primitives": [shape]}],
        "materials": [{"name": "colour", "pbrMetallicRoughness": surface}],
        "accessors": [
            {"bufferView": 0, "componentType": FLOAT, "count": 24, "type": "VEC3", "min": [-0.5] * 3, "max": [0.5] * 3},
            {"bufferView": 1, "componentType": FLOAT, "count": 24, "type": "VEC3"},
            {"bufferView": 2, "componentType": SHORT, "count": 36, "type": "SCALAR", "min": [0], "max": [23]},
        ],
        "bufferViews": views,
        "buffers": [{"byteLength": start}],
    }
