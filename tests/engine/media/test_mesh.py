"""What a GLB promises to a reader that goes by the letter of glTF 2.0."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.media.colour import colour_of
from understudy.mocks.engine.media.file import file_of
from understudy.mocks.engine.media.mesh import glb
from understudy.mocks.engine.medium import Card, Medium

SIZES = {"SCALAR": 1, "VEC3": 3}
TYPES = {5126: "f", 5123: "H"}
DIGEST = hashlib.blake2b(b"an order").digest()


def chunks(data: bytes) -> tuple[Any, bytes]:
    magic, version, size = struct.unpack_from("<4sII", data)
    assert (magic, version, size) == (b"glTF", 2, len(data))
    first, name = struct.unpack_from("<I4s", data, 12)
    assert (name, first % 4) == (b"JSON", 0)
    second, other = struct.unpack_from("<I4s", data, 20 + first)
    assert (other, second % 4, 28 + first + second) == (b"BIN\0", 0, len(data))
    text = data[20 : 20 + first]
    assert text.rstrip(b" ").endswith(b"}")
    return json.loads(text), data[28 + first :]


def values(scene: Any, data: bytes, at: int) -> list[tuple[float, ...]]:
    """The rows of an accessor, after all that it says of them."""
    accessor = scene["accessors"][at]
    view, form, width = (
        scene["bufferViews"][accessor["bufferView"]],
        TYPES[accessor["componentType"]],
        SIZES[accessor["type"]],
    )
    assert view["byteOffset"] % 4 == 0
    assert view["byteLength"] == accessor["count"] * width * struct.calcsize(form)
    assert view["byteOffset"] + view["byteLength"] <= scene["buffers"][view["buffer"]]["byteLength"] <= len(data)
    raw = data[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
    rows = list(struct.iter_unpack(f"<{width}{form}", raw))
    if "min" in accessor:
        assert accessor["min"] == [min(column) for column in zip(*rows, strict=True)]
        assert accessor["max"] == [max(column) for column in zip(*rows, strict=True)]
    return rows


@given(prompt=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_chunks_fill_the_file_whatever_the_card_holds(prompt: str) -> None:
    scene, data = chunks(file_of(Medium("3d", "glb"), Card("p", "m", {"prompt": prompt}, 1, 0)))
    assert scene["asset"]["version"] == "2.0"
    assert scene["asset"]["extras"]["understudy"]["prompt"] == prompt
    assert scene["buffers"] == [{"byteLength": len(data)}]


def test_cube_is_closed_and_seen_from_outside() -> None:
    scene, data = chunks(glb(DIGEST))
    shape = scene["meshes"][scene["nodes"][scene["scenes"][scene["scene"]]["nodes"][0]]["mesh"]]["primitives"][0]
    places = values(scene, data, shape["attributes"]["POSITION"])
    normals = values(scene, data, shape["attributes"]["NORMAL"])
    corners = [int(row[0]) for row in values(scene, data, shape["indices"])]
    assert len(corners) == 36
    area = 0.0
    for at in range(0, 36, 3):
        a, b, c = (places[corner] for corner in corners[at : at + 3])
        u, v = ([end - start for start, end in zip(a, point, strict=True)] for point in (b, c))
        across = (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
        assert across == pytest.approx(normals[corners[at]])
        assert sum(x * y for x, y in zip(across, a, strict=True)) > 0
        area += sum(part**2 for part in across) ** 0.5 / 2
    assert area == pytest.approx(6)


def test_colour_is_the_orders_own() -> None:
    scene, _ = chunks(glb(DIGEST))
    surface = scene["materials"][0]["pbrMetallicRoughness"]
    assert surface["baseColorFactor"] == [*colour_of(DIGEST).shares, 1.0]
    assert all(0 <= part <= 1 for part in surface["baseColorFactor"])
