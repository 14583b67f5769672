"""The ComfyUI behind a key, as on a machine of one's own: the prompts that it is sent run as tasks of their account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ...contracts.contract import Contract
from ...contracts.document import workflows
from ...contracts.graph import Workflow
from ..comfyui import door, pictures
from ..comfyui.files import media, told, with_card
from ..comfyui.prompt import beside
from ..comfyui.runs import Run
from ..engine.refusal import Refusal
from ..engine.session import Account, Session
from ..engine.task import Order, Task
from ..engine.timeline import State
from ..web.dialect import Answer, Route, Work
from ..web.form import file_of
from ..web.turn import Turn
from . import keys, wire
from .own import prompt_id, run

API, PLUS = "native", "proxy-plus"
HIDDEN = "hidden prompt"  # a prop: what was taken out of the history


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
    def graphs(self) -> list[Workflow]:
        """The ready ones and those that it was sent."""
        ready = [row["graph"] for row in workflows("runninghub", API).values()]
        return [*ready, *(_graph(task.inputs) for task in self.tasks())]

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

    def prompts(self) -> list[tuple[Task, Run]]:
        """Its tasks as it has them, in the order in which they came; each numbers its files behind those before."""
        hidden = {prop.name for prop in self.session.own(self.account, HIDDEN)}
        numbers: Counter[tuple[str, ...]] = Counter()
        found = []
        for task in self.tasks():
            made = run(self.contract, self.session, task, beside(task.inputs, 0)[1])
            if made is not None:
                prompt = made.prompt._replace(number=float(task.order.client_id))
                found.append((task, made._replace(prompt=prompt, before=dict(numbers), hidden=prompt.id in hidden)))
                told(prompt.graph, made.files or (), numbers)
        return found

    def runs(self) -> list[Run]:
        """The same without their tasks."""
        return [each for _, each in self.prompts()]

    def take(self, graph: Workflow, number: float, extra: Mapping[str, Any]) -> str:  # noqa: ARG002 - the body has it
        """Takes a prompt as an order."""
        turn, session = self.turn, self.session
        assert turn is not None  # who only listens sends none
        order = Order("runninghub", turn.operation.id, "comfyui", turn.body, media(graph), client_id=repr(number))
        usual = self.contract.lives["task"].usual(medium.kind for medium in order.media[:1])
        name = wire.name(session.seed, session.taken + 1)
        return prompt_id(session, turn.submit(with_card(order, _graph), usual, None, None, keys.line(turn), name))

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


def _graph(body: Mapping[str, Any]) -> Workflow:
    graph: Workflow = body["prompt"]
    return graph


def _machine(turn: Turn) -> Machine:
    return Machine(turn.session, turn.account, turn.dialect.contract, turn.operation.path.split("/")[1], turn)


def ask(turn: Turn) -> Answer | Work:
    """Asks the ComfyUI."""
    machine, path = _machine(turn), turn.named.get("comfy_path", "prompt")
    if path.removeprefix("api/") == "view":
        return pictures.view(turn, machine.prompts())
    return door.ask(turn, machine, path)


def call(turn: Turn) -> Answer:
    """Hands something to the ComfyUI."""
    return door.call(turn, _machine(turn), turn.named.get("comfy_path", "prompt"))


def upload(turn: Turn) -> Answer:
    """Keeps a picture under the digest of its bytes; of a form without one, a ComfyUI says no more than that."""
    try:
        sent = file_of(turn.operation, turn.headers, turn.body)
    except Refusal as no:
        turn.findings += no.findings
        return Answer(400, body=b"")
    ending = "".join(each for each in sent.name.rpartition(".")[2].lower() if each.isascii() and each.isalnum())
    name = sha256(sent.data).hexdigest()
    return pictures.keep(turn, f"{name}.{ending}" if "." in sent.name and ending else name, sent)


_OWN: dict[str, Route] = {"comfy_prompt": call, "comfy_upload": upload, "comfy_ask": ask, "comfy_left": ask,
                          "comfy_call": call}  # fmt: skip
ROUTES: dict[str, Route] = {**_OWN, **{f"{name}_plus": route for name, route in _OWN.items()}}
