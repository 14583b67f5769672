"""The sockets of tasks: where one is told of as it goes, and who may listen there."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

from ..comfyui.runs import Run
from ..comfyui.socket import Listener, follow
from ..engine.luck import digest
from ..engine.session import Account, Session
from ..engine.task import Task
from ..web.line import Call, Line
from . import wire
from .native import PLUS, Machine
from .own import prompt_id, run

PATH = "/ws/c_instance"
OPENS = {"proxy": "comfy_ask", PLUS: "comfy_ask_plus"}  # below a key, by the machine: as which operation it counts


def address(base: str, task: Task) -> str:
    """The address of a socket that tells of a task; who knows it may listen, hence nothing in it is a key."""
    scheme, _, rest = base.partition("://")
    word = digest("machine", task.id)
    auth = base64.b64encode(json.dumps({"systemName": "rh", "token": digest("auth", task.id)}).encode()).decode()
    said = {"c_host": f"10.129.{int(word[:2], 16)}.{int(word[2:4], 16)}", "c_port": "85",
            "clientId": wire.client(task.id), "workflowId": task.model if task.order.card else "",
            "Rh-Comfy-Auth": auth}  # fmt: skip
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{PATH}?{urlencode(said)}"


def caller(session: Session, call: Call) -> Account | None:
    """Whose socket it is: that of the one whose task it names, or whose key stands in its path."""
    task = _task(session, call)
    return task.account if task is not None else session.accounts.get(("runninghub", _native(call)[1]))


def _native(call: Call) -> tuple[str, str]:
    """The machine that a call is for, and the key that it bears."""
    size, _, rest = call.way.path[1:].partition("/")
    key, _, path = rest.partition("/")
    return (size, key) if size in OPENS and path.removeprefix("api/") == "ws" else ("", "")


def _task(session: Session, call: Call) -> Task | None:
    """The task whose client's id a call names; the newest are looked at first."""
    client = call.asked("clientId") if call.way.path == PATH else ""
    own = (task for task in reversed(session.tasks.values()) if task.order.provider == "runninghub")
    return next((task for task in own if wire.client(task.id) == client), None) if client else None


async def tell(session: Session, line: Line) -> None:
    """Tells of a task, or of all that a machine runs for a client, until the line is closed."""
    contract, size = session.cast["runninghub"].contract, _native(line.call)[0]
    if size and line.account is not None:
        machine = Machine(session, line.account, contract, size)
        await follow(line, Listener(line.call.asked("clientId"), machine.runs, operation=OPENS[size]))
        return
    task = _task(session, line.call)
    if task is None:
        return
    name = task.id

    def runs() -> list[Run]:
        found = run(contract, session, session.tasks.get(name, task))
        return [found] if found else []

    await follow(line, Listener(wire.client(name), runs, prompt_id(session, task), "outputs"))
