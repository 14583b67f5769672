"""Files that accounts brought: known by an id, kept as they came, and forgotten so long after they were last used."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from .gallery import SUFFIX, TYPES

BROUGHT = {**TYPES, "gif": "image/gif", "bmp": "image/bmp", "avi": "video/x-msvideo", "mkv": "video/x-matroska",
           "zip": "application/zip"}  # fmt: skip  # nobody makes these here


class Kept(NamedTuple):
    """What is known of such a file beside its bytes. One that came as a strange address has no size: nobody asks there,
    and what is served in its stead is made up."""

    kind: str
    form: str
    size: int = 0  # bytes
    width: int = 0
    height: int = 0
    side: int = 0  # the longest that it is kept with; 0 is any
    lasts: float = 0.0  # after its last use, as things wear
    used: float = 0.0

    def worn(self, age: float) -> bool:
        """Whether it is forgotten."""
        return age - self.used >= self.lasts

    @property
    def fitted(self) -> tuple[int, int]:
        """How large the picture is that is kept: scaled down as a whole, where it was too large."""
        longest = max(self.width, self.height)
        if not self.side or longest <= self.side:
            return self.width, self.height
        return max(1, round(self.width * self.side / longest)), max(1, round(self.height * self.side / longest))

    @property
    def type(self) -> str:
        """Its Content-Type."""
        return BROUGHT[self.form]

    def name(self, id: str) -> str:
        """How its address ends."""
        return f"{id}.{SUFFIX.get(self.form, self.form)}"


class Shelf:
    """The bytes of what was brought, by id; what was put there first goes when there is too much."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.held = 0
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._fitted: set[str] = set()
        self._said_full = False

    def put(self, id: str, data: bytes) -> str:
        """Keeps a file; answers what somebody is to be told of that, the first time that there is too much."""
        self._files[id] = data
        self.held += len(data)
        told = ""
        while self.held > self.cap:
            first, old = self._files.popitem(last=False)
            self._fitted.discard(first)
            self.held -= len(old)
            if not self._said_full:
                self._said_full = True
                told = (f"expected uploads of at most {self.cap} bytes; came more; the oldest can be named, but not "
                        f"fetched any more; raise max_media, or reset the session")  # fmt: skip
        return told

    def get(self, id: str) -> bytes | None:
        """A file as it came, if it is still there."""
        return self._files.get(id)

    def fits(self, id: str) -> bool:
        """Whether a file was made as large as it may be kept."""
        return id in self._fitted

    def fit(self, id: str, data: bytes) -> None:
        """Keeps a file as it was made to fit."""
        if id in self._files:
            self._fitted.add(id)
            self.held += len(data) - len(self._files[id])
            self._files[id] = data

    def drop(self, id: str) -> None:
        """Lets a file go."""
        self._fitted.discard(id)
        self.held -= len(self._files.pop(id, b""))
