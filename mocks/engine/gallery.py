"""Files made from their orders when they are first fetched, under opaque names, gone when they have worn out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from .media.file import file_of
from .medium import Card, Medium
from .task import Task

SUFFIX = {"jpeg": "jpg"}
TYPES = {
    "png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "svg": "image/svg+xml", "mp4": "video/mp4",
    "mov": "video/quicktime", "webm": "video/webm", "wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac",
    "ogg": "audio/ogg", "glb": "model/gltf-binary", "txt": "text/plain; charset=utf-8", "json": "application/json",
    "safetensors": "application/octet-stream",
}  # fmt: skip


# Of a task and the place of one of its files: the file's name without its suffix, and the card that it bears.
Naming = Callable[[Task, int], str]
Carding = Callable[[Task, int], Card]


class Gallery:
    """The files of one session; they are a function of the order, so nothing is kept but what was lately fetched.

    A provider may name its files, and write their cards, in a way of its own. A name from which nobody can tell whose
    it is, is remembered once it was told.
    """

    def __init__(self, cap: int = 256 * 2**20, plain: bool = False) -> None:
        self.cap = cap
        self.plain = plain
        self.held = 0
        self.naming: dict[str, Naming] = {}  # by provider
        self.carding: dict[str, Carding] = {}
        self._told: dict[str, str] = {}  # of each such name, the task
        self._made: OrderedDict[tuple[str, int], bytes] = OrderedDict()

    def names(self, task: Task) -> list[str]:
        """The names of a task's files, as their addresses bear them."""
        return [self.name(task, index) for index in range(len(task.order.media))]

    def name(self, task: Task, index: int) -> str:
        """The name of one of them."""
        form, own = task.order.media[index].format, self.naming.get(task.order.provider)
        stem = own(task, index) if own else f"{task.id}-{index}"
        if own:
            self._told[stem] = task.id
        return f"{stem}.{SUFFIX.get(form, form)}"

    def found(self, name: str) -> str:
        """The id of the task that a file's name leads to, with its suffix or without; whether it has such a file, and
        whether there is one of this id, is not said."""
        return self._told.get(name.partition(".")[0]) or name.rpartition("-")[0]

    def forget(self, task: Task) -> None:
        """Lets go of a task's names: it is forgotten itself."""
        if own := self.naming.get(task.order.provider):
            for index in range(len(task.order.media)):
                self._told.pop(own(task, index), None)

    def made(self, task: Task, index: int) -> bytes | None:
        """A file's bytes if they were fetched lately."""
        data = self._made.get((task.id, index))
        if data is not None:
            self._made.move_to_end((task.id, index))
        return data

    def make(self, task: Task, index: int) -> bytes:
        """Makes a file. It takes milliseconds, and may run on another thread: it only reads."""
        order = task.order
        if own := self.carding.get(order.provider):
            card = own(task, index)
        else:
            inputs = order.inputs if order.card is None else order.card()
            card = Card(order.provider, order.model, inputs, inputs.get("seed"), index)
        return file_of(order.media[index], card, self.plain)

    def keep(self, task: Task, index: int, data: bytes) -> None:
        """Keeps a file for the next fetch; the ones that were not asked for the longest go when there are too many."""
        if (task.id, index) in self._made or len(data) > self.cap:
            return
        self._made[task.id, index] = data
        self.held += len(data)
        while self.held > self.cap:
            _, old = self._made.popitem(last=False)
            self.held -= len(old)


def content_type(medium: Medium) -> str:
    """The Content-Type of a file; what the house does not know, as a director's own file may be, is just bytes."""
    return TYPES.get(medium.format, "application/octet-stream")
