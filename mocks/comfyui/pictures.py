"""The files that a ComfyUI shows: those that its prompts have made, and pictures that it was brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ..engine.gallery import content_type
from ..engine.shelf import BROUGHT
from ..engine.task import Task
from ..web.brought import shelve
from ..web.dialect import Answer, Work
from ..web.form import Sent
from ..web.turn import Turn
from .door import nothing
from .files import rows, told
from .runs import Run

KIND = "input"  # of props: a picture that was brought
LIES = ("input", "temp", "output")


def view(turn: Turn, prompts: Iterable[tuple[Task, Run]]) -> Answer | Work:
    """Shows a file; one that was made is made again if nobody has asked for it lately."""
    wanted = tuple(turn.query.get(*each) for each in (("filename", ""), ("subfolder", ""), ("type", "output")))
    for task, run in prompts:
        names = list(run.files or ())
        for _, row in rows(told(run.prompt.graph, names, Counter(run.before))):
            if isinstance(row, dict) and (row["filename"], row["subfolder"], row["type"]) == wanted:
                index = names.index(row["url"])
                if task.made(index, turn.now):
                    turn.task = task.id
                    return _made(task, index, row["filename"])
    for prop in turn.session.own(turn.account, KIND):
        if (prop.name, prop.said["subfolder"], prop.said["type"]) == wanted:
            data = turn.session.shelf.get(prop.id)
            kind = BROUGHT.get(prop.name.rpartition(".")[2].replace("jpg", "jpeg"), "application/octet-stream")
            return nothing(404) if data is None else _shown(data, kind, prop.name)
    return nothing(404)


def _made(task: Task, index: int, name: str) -> Work:
    kind = content_type(task.order.media[index])
    return Work([(task, index)], lambda made: _shown(made[0], kind, name))


def _shown(data: bytes, kind: str, name: str) -> Answer:
    said = b'filename="' + name.encode("ascii", "replace") + b'"'
    return Answer(200, body=data, headers=((b"content-type", kind.encode()), (b"content-disposition", said)))


def keep(turn: Turn, name: str, sent: Sent) -> Answer:
    """Keeps a picture under a name, where its form wants it to lie."""
    session, texts = turn.session, sent.texts
    lies = texts.get("type", "input")
    said: Mapping[str, str] = {"subfolder": texts.get("subfolder", ""), "type": lies if lies in LIES else "input"}
    if not any((prop.name, prop.said) == (name, said) for prop in session.own(turn.account, KIND)):
        prop = session.add_prop(turn.account, KIND, name, said)
        shelve(session, prop.id, bytes(sent.data))
    return Answer(200, {"name": name, **said})
