"""The sockets of tasks: where one is told of as it goes, and who may listen there."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlencode

from ..comfyui.runs import Run
from ..comfyui.socket import Listener, follow
from ..engine.luck import digest
from ..engine.session import Session
from ..engine.task import Task
from ..web.line import Call, Line
from . import wire
from .own import run

PATH = "/ws/c_instance"


def address(base: str, task: Task) -> str:
    """The address of a socket that tells of a task; who knows it may listen, hence nothing in it is a key."""
    scheme, _, rest = base.partition("://")
    word = digest("machine", task.id)
    auth = base64.b64encode(json.dumps({"systemName": "rh", "token": digest("auth", task.id)}).encode()).decode()
    said = {"c_host": f"10.129.{int(word[:2], 16)}.{int(word[2:4], 16)}", "c_port": "85", "clientId": wire.client(task.id),
            "workflowId": task.model if task.order.card else "", "Rh-Comfy-Auth": auth}  # fmt: skip
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{PATH}?{urlencode(said)}"


def asked(call: Call, name: str) -> str:
    """What a call says by a name in its query."""
    return parse_qs(call.scope["query_string"].decode("latin-1")).get(name, [""])[0]


def listened_to(session: Session, call: Call) -> Task | None:
    """The task whose client's id a call names; the newest are looked at first."""
    client = asked(call, "clientId") if call.way.path == PATH else ""
    return next((task for task in reversed(session.tasks.values()) if client and wire.client(task.id) == client), None)


async def tell(session: Session, line: Line, task: Task) -> None:
    """Tells of a task until the line is closed."""
    contract, name = session.cast["runninghub"].contract, task.id
    first = run(contract, session, task)
    prompt = first.prompt.id if first else ""

    def runs() -> list[Run]:
        found = run(contract, session, session.tasks.get(name, task))
        return [found] if found else []

    await follow(line, Listener(wire.client(name), runs, prompt, "outputs"))
