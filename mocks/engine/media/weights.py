"""Safetensors: a small LoRA as trainers write it, with names that loaders know and values that are the order's own."""

from __future__ import annotations

import hashlib
import json
import struct

# The rank of the two halves of each pair, and the width of what they are added to.
RANK, WIDTH = 4, 32
BLOCKS = ("down_blocks_0", "mid_block", "up_blocks_1")
TARGETS = ("to_q", "to_v")
# The tensors begin at a multiple of eight bytes; the header is filled up with blanks.
STEP = 8
METADATA = {
    "format": "pt",
    "ss_network_module": "networks.lora",
    "ss_network_dim": str(RANK),
    "ss_network_alpha": str(RANK),
    "ss_output_name": "understudy",
    "modelspec.architecture": "stable-diffusion-v1/lora",
}


def safetensors(digest: bytes) -> bytes:
    """The file of a LoRA of a few thousand small numbers."""
    header: dict[str, object] = {"__metadata__": METADATA}
    pieces: list[bytes] = []
    start = 0
    for name, shape in _tensors():
        count = shape[0] * shape[1] if shape else 1
        piece = _values(digest, name, count) if shape else struct.pack("<f", RANK)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, start + len(piece)]}
        pieces.append(piece)
        start += len(piece)
    return packed(header, b"".join(pieces))


def packed(header: dict[str, object], data: bytes) -> bytes:
    """The header with its length, and the tensors behind it."""
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % STEP)
    return struct.pack("<Q", len(text)) + text + data


def opened(data: bytes) -> tuple[dict[str, object], bytes]:
    """What `packed` was given."""
    size = int.from_bytes(data[:8], "little")
    header: dict[str, object] = json.loads(data[8 : 8 + size])
    return header, data[8 + size :]


def _tensors() -> list[tuple[str, list[int]]]:
    named: list[tuple[str, list[int]]] = []
    for block in BLOCKS:
        for target in TARGETS:
            name = f"lora_unet_{block}_attentions_0_transformer_blocks_0_attn1_{target}"
            named += [(f"{name}.alpha", []), (f"{name}.lora_down.weight", [RANK, WIDTH]),
                      (f"{name}.lora_up.weight", [WIDTH, RANK])]  # fmt: skip
    return named


def _values(digest: bytes, name: str, count: int) -> bytes:
    """Numbers between -0.05 and 0.05, as small as those of a LoRA are."""
    raw = hashlib.shake_128(digest + name.encode()).digest(2 * count)
    return struct.pack(f"<{count}f", *(value / 655_360 for value in struct.unpack(f"<{count}h", raw)))
