"""The ComfyUI behind a key, as on a machine of one's own: the prompts that it is sent run as tasks of their account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ...contracts.contract import Contract
from ...contracts.document import workflows
from ...contracts.graph import Workflow, is_link
from ..comfyui import door
from ..comfyui.files import media, told, with_card
from ..comfyui.prompt import beside
from ..comfyui.runs import Run
from ..engine.gallery import content_type
from ..engine.prop import Prop
from ..engine.session import Account, Session
from ..engine.shelf import BROUGHT
from ..engine.task import Order, Task
from ..engine.timeline import State
from ..web import form
from ..web.dialect import Answer, Route, Work
from ..web.turn import Turn
from . import keys, wire
from .own import prompt_id, run

API, PLUS = "native", "proxy-plus"
UPLOADED, HIDDEN = "input", "hidden prompt"  # props: a file that was brought, and what was taken out of the history
LIES = ("input", "temp", "output")


@dataclass(frozen=True, slots=True)
class Machine:
    """The ComfyUI of an account, as whoever asks it finds it; `size` is how its path begins."""

    session: Session
    account: Account
    contract: Contract
    size: str
    turn: Turn | None = None

    @property
    def name(self) -> str:
        """Whose it is, and which one."""
        return f"{self.account.name}/{self.size}"

    @property
    def nodes(self) -> Workflow:
        """The ready graphs and those that it was sent, as one."""
        ready = [row["graph"] for row in workflows("runninghub", API).values()]
        return dict(_joined([*ready, *(task.inputs["prompt"] for task in self.tasks())]))

    @property
    def card(self) -> tuple[str, int]:
        """What it computes with."""
        row = self.contract.apis[API].facts.openapi["machines"]["values"][self.size]
        return row["name"], row["vram"]

    def tasks(self) -> list[Task]:
        """The tasks that it was sent as prompts."""
        operations = self.contract.operations
        return [task for task in self.session.tasks.values() if task.account is self.account
                and operations[task.order.operation].path.split("/")[1] == self.size]  # fmt: skip

    def runs(self) -> list[Run]:
        """Its prompts, in the order in which they came; each numbers its files behind those of the others."""
        hidden = {prop.name for prop in self.session.own(self.account, HIDDEN)}
        numbers: Counter[tuple[str, ...]] = Counter()
        found = []
        for task in self.tasks():
            said = beside(task.inputs, 0)[1]
            if (each := run(self.contract, self.session, task, said)) is not None:
                number = each.prompt._replace(number=float(task.order.client_id))
                found.append(each._replace(prompt=number, before=dict(numbers), hidden=each.prompt.id in hidden))
                told(each.prompt.graph, each.files or (), numbers)
        return found

    def take(self, graph: Workflow, number: float, extra: Mapping[str, Any]) -> str:  # noqa: ARG002 - it stands in the body
        """Takes a prompt as an order."""
        turn = self.turn
        assert turn is not None  # who only listens sends none
        order = Order("runninghub", turn.operation.id, "comfyui", turn.body, media(graph), client_id=repr(number))
        kind = order.media[0].kind if order.media else "image"
        slots = keys.line(turn)
        name = wire.name(self.session.seed, self.session.taken + 1)
        task = turn.submit(
            with_card(order, _sent), self.contract.lives["task"].durations[kind], None, None, slots, name
        )
        return prompt_id(self.session, task)

    def stop(self, run: Run) -> None:
        """Cancels its task; what ran is to be paid."""
        self._cancel(run, State.RUNNING)

    def drop(self, run: Run) -> None:
        """Cancels one that waits."""
        self._cancel(run, State.QUEUED)

    def hide(self, run: Run) -> None:
        """Leaves it out of the history; its task stands."""
        self.session.add_prop(self.account, HIDDEN, run.prompt.id, {})

    def _cancel(self, run: Run, state: State) -> None:
        task = next(each for each in self.tasks() if prompt_id(self.session, each) == run.prompt.id)
        self.session.cancel(task, (state,), self.session.clock.now, billed=True)

    def files(self) -> Iterator[tuple[Task, int, Mapping[str, Any]]]:
        """Each file that it made, with its place in its task and as it is told of."""
        now = self.session.clock.now
        tasks = {prompt_id(self.session, task): task for task in self.tasks()}
        for each in self.runs():
            task, names = tasks[each.prompt.id], list(each.files or ())
            for group in told(each.prompt.graph, names, Counter(each.before)).values():
                for row in (row for rows in group.values() for row in rows if isinstance(row, dict)):
                    if task.made(names.index(row["url"]), now):
                        yield task, names.index(row["url"]), row


def _sent(body: Mapping[str, Any]) -> Workflow:
    graph: Workflow = body["prompt"]
    return graph


def _joined(graphs: list[Workflow]) -> Iterator[tuple[str, dict[str, Any]]]:
    for at, graph in enumerate(graphs):
        for name, node in graph.items():
            inputs = {
                key: [f"{at}/{said[0]}", said[1]] if is_link(said) else said for key, said in node["inputs"].items()
            }
            yield f"{at}/{name}", {**node, "inputs": inputs}


def _machine(turn: Turn) -> Machine:
    keys.allowed(turn)
    return Machine(turn.session, turn.account, turn.dialect.contract, turn.operation.path.split("/")[1], turn)


def ask(turn: Turn) -> Answer | Work:
    """Asks the ComfyUI; a file that it keeps is made if nobody has asked for it lately."""
    machine, path = _machine(turn), turn.named["comfy_path"]
    return view(turn, machine) if path.removeprefix("api/") == "view" else door.ask(turn, machine, path)


def call(turn: Turn) -> Answer:
    """Hands something to the ComfyUI."""
    return door.call(turn, _machine(turn), turn.named.get("comfy_path", "prompt"))


def view(turn: Turn, machine: Machine) -> Answer | Work:
    """Shows a file that was made, or one that was brought."""
    wanted = tuple(turn.query.get(*each) for each in (("filename", ""), ("subfolder", ""), ("type", "output")))
    if not wanted[0]:
        return door.nothing(400)
    for task, index, row in machine.files():
        if (row["filename"], row["subfolder"], row["type"]) == wanted:
            kind = content_type(task.order.media[index])
            turn.task = task.id
            return Work([(task, index)], lambda made: _shown(made[0], kind, row["filename"]))
    for prop in turn.session.own(turn.account, UPLOADED):
        if (prop.name, prop.said["subfolder"], prop.said["type"]) == wanted:
            data = turn.session.shelf.get(prop.id)
            kind = BROUGHT.get(prop.name.rpartition(".")[2].replace("jpg", "jpeg"), "application/octet-stream")
            return door.nothing(404) if data is None else _shown(data, kind, prop.name)
    return door.nothing(404)


def _shown(data: bytes, kind: str, name: str) -> Answer:
    said = b'filename="' + name.encode("ascii", "replace") + b'"'
    return Answer(200, body=data, headers=((b"content-type", kind.encode()), (b"content-disposition", said)))


def upload(turn: Turn) -> Answer:
    """Keeps a picture under the digest of its bytes."""
    session, account = _machine(turn).session, turn.account
    sent = form.file_of(turn.operation, turn.headers, turn.body)
    texts = sent.texts
    ending = "".join(each for each in sent.name.rpartition(".")[2].lower() if each.isascii() and each.isalnum())
    called = sha256(sent.data).hexdigest() + (f".{ending}" if "." in sent.name and ending else "")
    lies = texts.get("type", "input")
    said = {"subfolder": texts.get("subfolder", ""), "type": lies if lies in LIES else "input"}
    if not any(_is(prop, called, said) for prop in session.own(account, UPLOADED)):
        prop = session.add_prop(account, UPLOADED, called, said)
        if warning := session.shelf.put(prop.id, bytes(sent.data)):
            session.warn(warning)
    return Answer(200, {"name": called, **said})


def _is(prop: Prop, name: str, said: Mapping[str, Any]) -> bool:
    return prop.name == name and prop.said == said


_OWN: dict[str, Route] = {"comfy_prompt": call, "comfy_upload": upload, "comfy_ask": ask, "comfy_call": call}
ROUTES: dict[str, Route] = {**_OWN, **{f"{name}_plus": route for name, route in _OWN.items()}}
