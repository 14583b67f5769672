"""Files with a flaw: corrupt, short, or of another kind than their name says."""

from __future__ import annotations

from collections.abc import Callable

# What stays of a corrupt file is what readers know its kind by: the first bytes, and a whole first box of a film.
KEPT = {"png": 8, "jpeg": 3, "webp": 12, "wav": 12, "mp3": 3, "flac": 4, "ogg": 4, "webm": 4, "glb": 4, "svg": 4,
        "safetensors": 9, "json": 1, "txt": 0}  # fmt: skip
_TURNED = bytes(255 - byte for byte in range(256))


def corrupt(data: bytes, form: str) -> bytes:
    """The file at its length and with its first bytes, and with every bit turned behind them."""
    kept = int.from_bytes(data[:4]) if form in ("mp4", "mov") else KEPT[form]
    return data[:kept] + data[kept:].translate(_TURNED)


def short(data: bytes) -> bytes:
    """The first half of the file."""
    return data[: len(data) // 2]


def flawed(flaw: str, form: str, data: bytes, other: Callable[[], bytes]) -> bytes:
    """The file as its flaw leaves it; `other` makes one of another kind."""
    if flaw == "corrupt":
        return corrupt(data, form)
    if flaw == "short":
        return short(data)
    return other() if flaw == "wrong-type" else data
