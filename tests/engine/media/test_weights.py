"""What a LoRA promises to a reader that goes by the letter of safetensors."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.media.file import file_of
from understudy.mocks.engine.media.weights import RANK, safetensors
from understudy.mocks.engine.medium import Card, Medium


def tensors(data: bytes) -> tuple[dict[str, str], dict[str, tuple[list[int], list[float]]]]:
    size = int.from_bytes(data[:8], "little")
    assert size % 8 == 0
    text = data[8 : 8 + size]
    assert text[:1] == b"{"
    header: Any = json.loads(text)
    metadata, end, found = header.pop("__metadata__"), 0, {}
    for name, entry in header.items():
        start, stop = entry["data_offsets"]
        # The tensors lie one behind the other and leave no gap.
        assert (entry["dtype"], start, stop - start) == ("F32", end, 4 * math.prod(entry["shape"]))
        found[name] = entry["shape"], [value for (value,) in struct.iter_unpack("<f", data[8 + size :][start:stop])]
        end = stop
    assert 8 + size + end == len(data)
    return metadata, found


@given(prompt=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_header_and_tensors_fill_the_file(prompt: str) -> None:
    metadata, found = tensors(file_of(Medium("lora", "safetensors"), Card("p", "m", {"prompt": prompt}, 1, 0)))
    assert all(isinstance(value, str) for value in metadata.values())
    assert json.loads(metadata["understudy"])["prompt"] == prompt
    assert metadata["ss_network_module"] == "networks.lora"
    assert len(found) == 18


def test_every_pair_fits_together() -> None:
    _, found = tensors(safetensors(hashlib.blake2b(b"an order").digest()))
    for name, (shape, values) in found.items():
        stem, _, part = name.partition(".")
        down, up = found[f"{stem}.lora_down.weight"][0], found[f"{stem}.lora_up.weight"][0]
        assert down[0] == up[1] == RANK
        if part == "alpha":
            assert (shape, values) == ([], [RANK])
        else:
            assert all(abs(value) <= 0.05 for value in values)
            assert len(set(values)) > len(values) // 2


def test_values_are_the_orders_own() -> None:
    one, two = (tensors(safetensors(hashlib.blake2b(seed).digest()))[1] for seed in (b"1", b"2"))
    assert one.keys() == two.keys()
    assert one != two
