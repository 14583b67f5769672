"""What a script says comes out of an order, instead of what the order asked for."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from .medium import FLAWS, FORMATS, PLAIN, Medium
from .wish import among, flag, whole

KIND_OF = {form: kind for kind, forms in FORMATS.items() for form in forms}
KEYS = ("kind", "format", "width", "height", "seconds", "flaw", "nsfw", "file", "data", "text")
MOST = 100
LARGEST = 64 * 2**20
NOTHING_ASKED = Medium("image", "png", 1024, 1024, 5.0)  # what a file is like that an order without files is given


class Output(NamedTuple):
    """One file; what is left open is as the order asked for it."""

    kind: str = ""
    format: str = ""
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    flaw: str = ""
    own: bytes = b""
    nsfw: bool = False

    def __repr__(self) -> str:
        usual = Output()
        said = {name: value for name, value in self._asdict().items() if value != getattr(usual, name)}
        if self.own:
            said["own"] = f"{len(self.own)} bytes"
        return f"Output({', '.join(f'{name}={value!r}' for name, value in said.items())})"

    def medium(self, asked: Medium) -> Medium:
        """The file that is promised."""
        kind = self.kind or asked.kind
        form = self.format or (asked.format if kind == asked.kind else FORMATS[kind][0])
        if kind != asked.kind and not (asked.width and asked.height):  # nobody asked for a picture
            asked = replace(asked, width=NOTHING_ASKED.width, height=NOTHING_ASKED.height)
        width = asked.width if self.width is None else self.width
        height = asked.height if self.height is None else self.height
        seconds = asked.seconds if self.seconds is None else self.seconds
        return Medium(kind, form, width, height, seconds, self.flaw, self.own, quality=asked.quality, nsfw=self.nsfw,
                      detail=asked.detail if kind == asked.kind else PLAIN)  # fmt: skip


def outputs(said: Any, folder: Path | None = None) -> tuple[Output, ...]:
    """Reads what a script says of its outputs: how many, of which kind, or each by itself.

    A file is read now, from `folder` on; where there is none, as in what came over HTTP, no file may be named.
    """
    if type(said) is int and 1 <= said <= MOST:
        return (Output(),) * said
    if isinstance(said, (str, Mapping)):
        said = [said]
    if not isinstance(said, (list, tuple)) or not 1 <= len(said) <= MOST:
        raise ValueError(f"expected outputs to be a number from 1 to {MOST}, a kind, or a list; came {said!r}; "
                         f"say outputs=2")  # fmt: skip
    return tuple(_output(each, folder) for each in said)


def _output(said: Any, folder: Path | None) -> Output:
    row: Mapping[str, Any] = {"kind": said} if isinstance(said, str) else said
    if not isinstance(row, Mapping):
        raise ValueError(f"expected an output to be a kind or a table of {', '.join(KEYS)}; came {said!r}; say "
                         f"'image'")  # fmt: skip
    for name in row:
        among("a key of an output", name, KEYS, "take it out")
    own, form = _own(row, folder)
    form = str(row.get("format", form))
    kind = str(row.get("kind", "")) or KIND_OF.get(form, "")
    flaw = str(row.get("flaw", ""))
    for name, word, words in (("kind", kind, FORMATS), ("format", form, KIND_OF), ("flaw", flaw, FLAWS)):
        if word:
            among(name, word, words)
    if form and KIND_OF[form] != kind:
        raise ValueError(f"expected a format of kind {kind}; came {form!r}, which is {KIND_OF[form]}; leave kind out")
    for side in ("width", "height"):
        if side in row:
            whole(side, row[side], 1, 8192)
    seconds = _number("seconds", row["seconds"], 600) if "seconds" in row else None
    flag("nsfw", row.get("nsfw", False))
    return Output(kind, form, row.get("width"), row.get("height"), seconds, flaw, own, row.get("nsfw", False))


def _own(row: Mapping[str, Any], folder: Path | None) -> tuple[bytes, str]:
    """The director's own bytes, and the format that their source tells."""
    sources = [name for name in ("file", "data", "text") if name in row]
    if len(sources) > 1:
        raise ValueError(f"expected one source of an output; came {' and '.join(sources)}; take one out")
    if not sources:
        return b"", ""
    value = row[sources[0]]
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected {sources[0]} to be text; came {value!r}; say it in quotes")
    if sources[0] == "text":
        return value.encode(), "txt"
    if sources[0] == "data":
        try:
            data = b64decode(value, validate=True)
        except ValueError as wrong:
            raise ValueError(f"expected data to be base64; came {value[:20]!r} ({wrong}); encode the bytes") from None
        return _small(data), ""
    if folder is None:
        raise ValueError(f"expected data (base64) or text; came file={value!r}; over HTTP no file of this machine is "
                         f"read")  # fmt: skip
    path = folder / value
    try:
        if not path.is_file() and path.exists():
            raise OSError(0, "no plain file")  # a device or a pipe has no end
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        return _small(data), {"jpg": "jpeg"}.get(path.suffix[1:].lower(), path.suffix[1:].lower())
    except OSError as wrong:
        why = f"expected a file that can be read; came {path} ({wrong.strerror}); correct its path"
        raise ValueError(why) from None


def _small(data: bytes) -> bytes:
    if not 0 < len(data) <= LARGEST:
        raise ValueError(f"expected a file of 1 to {LARGEST} bytes; came {len(data)}; take another one")
    return data


def _number(name: str, value: Any, most: int) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value <= most:
        raise ValueError(f"expected {name} to be a number above 0, up to {most}; came {value!r}; say 5")
    return value
