"""A medium that was promised: what kind of file it is, and the card of the order that it was made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

FLAWS = ("", "corrupt", "short", "wrong-type")
FORMATS = {
    "image": ("png", "jpeg", "webp", "svg"),
    "video": ("mp4", "mov", "webm"),
    "audio": ("wav", "mp3", "flac", "ogg"),
    "3d": ("glb",),
    "text": ("txt", "json"),
    "lora": ("safetensors",),
}


class Detail(NamedTuple):
    """What else is asked of a file; zeros and nothing stand for the house's own.

    `look` is one of those that mocks/engine/media/look.py has. What is cut out of a picture leaves its `ground` behind,
    red, green, blue and how solid it is; `areas` are the places that a mask shows: left, top, right, bottom.
    """

    fps: int = 0
    rate: int = 0
    channels: int = 0
    bitrate: int = 0
    look: str = ""
    ground: tuple[int, ...] = ()
    areas: tuple[tuple[int, int, int, int], ...] = ()


PLAIN = Detail()


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
    detail: Detail = PLAIN

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
