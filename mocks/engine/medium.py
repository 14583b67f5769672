"""A medium that was promised: what kind of file it is, and the card of the order that it was made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Medium:
    """One file as it was asked for; `format` is the house's word and the file's suffix (png, jpeg, webp, mp4, wav)."""

    kind: str
    format: str
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    flaw: str = ""
    own: bytes = b""


@dataclass(frozen=True, slots=True)
class Card:
    """Everything the bytes of a file depend on beside its medium; it is drawn on pictures and kept in every file."""

    provider: str
    model: str
    inputs: Mapping[str, object]
    seed: object
    index: int

    @property
    def prompt(self) -> str:
        """The text that was asked for, or nothing."""
        said = self.inputs.get("prompt", "")
        return said if isinstance(said, str) else str(said)
