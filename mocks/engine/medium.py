"""A medium that was promised: what kind of file it is, and the card of the order that it was made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FLAWS = ("", "corrupt", "short", "wrong-type")
FORMATS = {
    "image": ("png", "jpeg", "webp", "svg"),
    "video": ("mp4", "mov", "webm"),
    "audio": ("wav", "mp3", "flac", "ogg"),
    "3d": ("glb",),
    "text": ("txt", "json"),
    "lora": ("safetensors",),
}


@dataclass(frozen=True, slots=True)
class Medium:
    """One file as it was asked for; `format` is the house's word, one of those that FORMATS has for its kind.

    A `flaw` is one of FLAWS. Where `own` has bytes, they are the file: nothing is made. `since` is the share of its
    order's run from which on it is there; without, it is there when the order has succeeded. `name` is its own one.
    `quality`, up to 100, is that of a picture that loses some of itself; 0 is the house's own. `nsfw` is what somebody
    who looks at it would say.
    """

    kind: str
    format: str
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    flaw: str = ""
    own: bytes = b""
    since: float = 0.0
    name: str = ""
    quality: int = 0
    nsfw: bool = False

    def __post_init__(self) -> None:
        if self.flaw not in FLAWS:
            raise ValueError(
                f"expected a flaw of {', '.join(FLAWS[1:])}, or none; came {self.flaw!r}; "
                f"leave it out for a file without a flaw"
            )


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
