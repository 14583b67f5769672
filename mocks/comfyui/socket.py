"""Tells whoever listens on a socket of runs, as their messages come due."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from math import inf
from typing import Any, NamedTuple

import orjson

from ...contracts.comfyui import facts
from ..engine.courier import Parcel
from ..engine.luck import digest
from ..web.line import Line
from ..web.post import PUSH
from .messages import Message, messages, status
from .runs import Run

MOST_FLAGS = 2**16  # of what a client says of itself, this much is read


class Listener(NamedTuple):
    """Who listens: its id, the runs of its machine as they are, and the prompt that it asks for by its id, if any;
    `operation` is the one that opens the socket, for the journal and for faults."""

    client: str
    runs: Callable[[], Sequence[Run]]
    prompt: str = ""
    operation: str = ""


async def follow(line: Line, listener: Listener) -> None:
    """Tells on a line how things stand and whatever comes, until it is closed."""
    follower = Follower(line, listener)
    follower.start()
    try:
        async for said in line.texts():
            follower.hear(said)
    finally:
        follower.stop()


class Follower:
    """One who listens, and what it was told. It books one moment at a time, and looks again whenever a life has turned;
    who takes a prompt says so by `clock.stir()`."""

    def __init__(self, line: Line, listener: Listener) -> None:
        session = line.session
        made = digest(session.seed, "client", len(session.switchboard.lines), session.clock.now)[:32]
        self._listener = listener if listener.client else listener._replace(client=made)
        self._line = line
        self._session = session
        self._epoch = session.clock.epoch.timestamp()
        self._told: dict[str, set[tuple[Any, ...]]] = {}  # by prompt, what needs not be told again
        self._over: set[str] = set()
        self._left = 0
        self._ticket = 0

    def start(self) -> None:
        """Tells how things stand; of what was told before anybody listened, the sum."""
        clock, listener = self._session.clock, self._listener
        now, runs = clock.now, listener.runs()
        self._say(status(runs, now, listener.client))
        self._left = _left(runs, now)
        for run in self._own(runs):
            if run.ends <= now:
                self._over.add(run.prompt.id)
                if run.prompt.id == listener.prompt:
                    for message in messages(run, self._epoch)[-2:]:
                        self._say(message)
            elif run.begins < now:
                self._sum_up(run, now)
        clock.watchers[self.look] = None
        self.look()

    def _sum_up(self, run: Run, now: float) -> None:
        """That it began, and the node that runs."""
        passed = [message for message in messages(run, self._epoch) if message.at < now]
        self._told[run.prompt.id] = {message.key for message in passed}
        self._say(passed[0])
        for message in [each for each in passed if each.kind == "executing"][-1:]:
            self._say(message)

    def look(self) -> None:
        """Tells what has come due, and books the moment of what comes next."""
        clock = self._session.clock
        now = clock.now
        if not self._line.open or clock.closed:
            return
        if self._ticket:
            clock.drop(self._ticket)
            self._ticket = 0
        runs = self._listener.runs()
        if _left(runs, now) > self._left:
            self._tell_left(runs, now)
        coming = min((self._tell(run, runs, now) for run in self._own(runs)), default=inf)
        self._tell_left(runs, now)
        if coming < inf:
            self._ticket = clock.book(coming, self._ring, owed=True)

    def _ring(self) -> None:
        self._ticket = 0
        self.look()

    def _tell(self, run: Run, runs: Sequence[Run], now: float) -> float:
        """Tells what is due of a run; answers when there is more."""
        if run.prompt.id in self._over or run.begins > now:
            return inf if run.prompt.id in self._over else run.begins
        told = self._told.setdefault(run.prompt.id, set())
        for message in messages(run, self._epoch):
            if message.at > now:
                return message.at
            if message.key not in told:
                told.add(message.key)
                if message.last:
                    self._tell_left(runs, now)
                    self._over.add(run.prompt.id)
                    del self._told[run.prompt.id]
                self._say(message)
        return inf

    def _tell_left(self, runs: Sequence[Run], now: float) -> None:
        """Tells how many runs are left, if that is news."""
        if (left := _left(runs, now)) != self._left:
            self._left = left
            self._say(status(runs, now))

    def _own(self, runs: Sequence[Run]) -> list[Run]:
        client, prompt = self._listener.client, self._listener.prompt
        return [run for run in runs if client == run.prompt.client or (prompt and prompt == run.prompt.id)]

    def hear(self, said: str) -> None:
        """What a client says of itself is answered in kind; nothing else is."""
        try:
            read = json.loads(said) if len(said) <= MOST_FLAGS else None
        except (ValueError, RecursionError):
            return
        if isinstance(read, dict) and read.get("type") == "feature_flags":
            self._say(Message(self._session.clock.now, "feature_flags", facts("answers")["features"]))

    def _say(self, message: Message) -> None:
        line, listener = self._line, self._listener
        to = f"{line.call.way.whole}#{listener.client}"
        prompt = message.data.get("prompt_id", "")
        parcel = Parcel("push", to, orjson.dumps(message.said), (), PUSH, listener.operation, prompt, line.provider)
        self._session.courier.send(parcel, by=line.carry)

    def stop(self) -> None:
        """Nobody listens any more."""
        clock = self._session.clock
        clock.watchers.pop(self.look, None)
        if self._ticket:
            clock.drop(self._ticket)
            self._ticket = 0


def _left(runs: Sequence[Run], now: float) -> int:
    return sum(run.ends > now for run in runs)
