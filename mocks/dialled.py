"""A stand-in of ours that is asked over a socket: what is a list of tasks is said on a line, the rest as before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ..contracts.bundle import DELIVERY
from ..contracts.checks.subject import FRAME, Ask, Subject, mirrored
from ..contracts.contract import Contract
from ..contracts.exchange import Exchange, written
from .stand_in import StandIn

PATIENCE = 5.0  # real seconds for one frame
BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
MOST_PUSHES = 100  # times that the clock is moved on, for what was asked for at once


class Dialled(Subject):
    """One that holds a line for each key. What it answers is what came in all frames, and each frame by itself."""

    def __init__(self, own: Subject, handle: StandIn, contract: Contract) -> None:
        assert contract.bundle is not None
        self._own = own
        self._handle = handle
        self._contract = contract
        self._bundle = contract.bundle
        self._route = contract.operations[self._bundle.route].path
        self._lines: dict[str, tuple[ClientConnection, list[str]]] = {}
        self._open = ExitStack()
        mirrored(self, own)
        self.name = f"{own.name}, over a socket"

    def send(self, ask: Ask) -> Exchange:
        """Says it on the line of its key, if it can be said there."""
        headers = {name.lower(): value for name, value in ask.headers}
        spoken = headers.get("content-type") == "application/json" and ask.method == "POST" and ask.path == self._route
        word = BEARER.fullmatch(headers.get("authorization", ""))
        if not spoken or word is None or not self._known(word[1]) or not _text(ask.body):
            said = self._own.send(ask)
        else:
            said = self._said(ask, word[1])
        mirrored(self, self._own)
        return said

    def _known(self, key: str) -> bool:
        return key in (self.key, self.other_key)

    def _said(self, ask: Ask, key: str) -> Exchange:
        line, opened = self._line(key)
        line.send(ask.body.decode())
        frames = [*opened, *self._heard(line)]
        opened.clear()
        for _ in range(MOST_PUSHES):
            due = self._handle.session.clock.due
            if due is None or not self._awaited(ask.body, frames):
                break
            self._own.cue("advance", max(0.0, due - (self._own.now or 0.0)))
            frames += self._heard(line)
        sent = tuple((name.lower().encode(), value.encode("latin-1", "replace")) for name, value in ask.headers)
        body, status = self._joined(frames)
        told = ((b"content-type", b"application/json"), *((FRAME, frame.encode()) for frame in frames))
        return Exchange("POST", ask.path, sent, ask.body, status, told, body, at=self.now or 0.0)

    def _line(self, key: str) -> tuple[ClientConnection, list[str]]:
        """The line of a key: who calls pings before anything is known, then says the key."""
        if key not in self._lines:
            line = self._open.enter_context(connect(self._handle.ws_url, proxy=None, max_size=None))
            opened = list(self._heard(line))
            line.send(json.dumps([{"taskType": "authentication", "apiKey": key}]))
            self._lines[key] = line, [*opened, *self._heard(line)]
        return self._lines[key]

    def _heard(self, line: ClientConnection) -> Iterator[str]:
        """The frames until a ping is answered that is sent behind; of the pongs the last one is its own."""
        line.send('[{"taskType":"ping","ping":true}]')
        pongs: list[str] = []
        with suppress(TimeoutError, ConnectionClosed):
            while True:
                frame = str(line.recv(PATIENCE if not pongs else 0.02))
                if pongs:
                    yield pongs.pop()
                if '"pong"' in frame:
                    pongs.append(frame)
                else:
                    yield frame

    def _awaited(self, body: bytes, frames: list[str]) -> bool:
        """Whether a task that is answered when it is over has no answer yet."""
        tasks = json.loads(body)
        text = "".join(frames)
        for task in tasks if isinstance(tasks, list) else ():
            operation = self._bundle.named(task)
            late = operation is None or not operation.orders or task.get(DELIVERY) == "async"
            name = task.get(self._bundle.id) if isinstance(task, dict) else None
            if not late and isinstance(name, str) and name not in text:
                return True
        return False

    def _joined(self, frames: list[str]) -> tuple[bytes, int]:
        """What all frames tell, as one answer; and the status that it would have over HTTP."""
        data: list[Any] = []
        errors: list[Any] = []
        for frame in frames:
            told = json.loads(frame)
            data += told.get(self._bundle.data) or ()
            errors += told.get(self._bundle.errors) or ()
        data = [item for item in data if item.get(self._bundle.by) != "authentication"]
        row: Mapping[str, Any] = self._contract.coded(errors[0].get("code")) if errors and not data else {}
        failed = bool(errors) and errors[0].get(self._bundle.word["key"]) == self._bundle.word["failed"]
        whole = {self._bundle.data: data, **({self._bundle.errors: errors} if errors else {})}
        return written(whole), 200 if failed else int(row.get("status", 200))

    def cue(self, what: str, amount: float = 0.0) -> None:
        """Does what no client can do."""
        self._own.cue(what, amount)
        mirrored(self, self._own)

    def fresh(self) -> None:
        """A new world, to which no line leads yet."""
        self._hang_up()
        self._own.fresh()
        mirrored(self, self._own)

    def close(self) -> None:
        """Hangs up; whose stand-in it is closes that."""
        self._hang_up()

    def _hang_up(self) -> None:
        self._open.close()
        self._lines.clear()


def _text(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body.decode()), list)
    except ValueError:
        return False
