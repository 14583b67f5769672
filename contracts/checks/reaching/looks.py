"""What the looks at tasks prove: in which states somebody saw them, and which steps happened between two looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from ...contract import Contract
from ...life import Lifecycle, as_word
from ...life import at as told_at
from .covered import Item, Row

MOST_TASKS, MOST_LOOKS = 10_000, 8  # that are remembered, and of one task that are open

Key = tuple[str, str]  # the world and the task
Rows = Mapping[Item, Row]


class Look:
    """What one channel said, once or several times on end: the states that it may have meant."""

    __slots__ = ("channel", "row", "states", "stepped", "told")

    def __init__(self, channel: str, states: frozenset[str], by: str) -> None:
        self.channel = channel
        self.states = states
        self.told = {by: 1}  # by whom and how often, as long as nothing tells which state it was
        self.row: Row | None = None  # which state it was, once that is known
        self.stepped = False  # whether the step that led here is counted


class Track:
    """The looks at one task, each narrowed down by those before and after it."""

    __slots__ = ("_at", "_looks", "_rows", "life")

    def __init__(self, life: Lifecycle, rows: Rows) -> None:
        self.life = life
        self._rows = rows
        self._looks: list[Look] = []
        self._at = -1.0

    def heard(self, channel: str, states: frozenset[str], by: str, at: float = -1.0) -> None:
        """Somebody was told that it is in one of these states; at one moment it is in one."""
        if self._looks and at >= 0 and at == self._at and states & self._looks[-1].states:
            states &= self._looks[-1].states
        self._at = at
        if self._looks:
            last = self._looks[-1]
            ahead = _ahead(self.life, last.states, states)
            if not ahead:  # no legal step leads here: what comes is another story
                self.close()
            elif channel == last.channel and ahead == last.states:
                if last.row is not None and not last.told:
                    last.row.meet(by)
                else:
                    last.told[by] = last.told.get(by, 0) + 1
                return
            states = ahead or states
        looks = self._looks
        looks.append(Look(channel, states, by))
        for at in range(len(looks) - 2, -1, -1):
            looks[at].states = frozenset(s for s in looks[at].states if self.life.reach[s] & looks[at + 1].states)
        self._prove(by)

    def resumed(self, by: str) -> None:
        """It was taken up again: a step that no order takes by itself."""
        last = self._looks[-1].states if self._looks else frozenset()
        self.close()
        if len(last) == 1:
            (state,) = last
            if (state, "QUEUED") in self.life.steps:
                self._rows["transitions", self.life.name, state, "QUEUED"].meet(by)
        self.heard("", frozenset({"QUEUED"}), by)

    def could_be(self, states: frozenset[str]) -> bool:
        """Whether it may be in one of these states by now, after all that was told."""
        return not self._looks or bool(_ahead(self.life, self._looks[-1].states, states))

    def close(self) -> None:
        """Gives up on what nothing will tell any more."""
        while self._looks:
            self._give_up()

    def doubts(self) -> Iterator[tuple[Row, int]]:
        """The states in which it perhaps was seen, and how often."""
        for look in self._looks:
            yield from self._doubts_of(look)

    def _doubts_of(self, look: Look) -> Iterator[tuple[Row, int]]:
        for state in look.states if len(look.states) > 1 else ():
            if row := self._row(look.channel, state):
                yield row, sum(look.told.values())

    def _give_up(self) -> None:
        for row, times in self._doubts_of(self._looks.pop(0)):
            row.doubted += times

    def _prove(self, by: str) -> None:
        """Counts what is now beyond doubt, and forgets what nothing more can be known of."""
        looks = self._looks
        for at, look in enumerate(looks):
            if len(look.states) > 1:
                continue
            (state,) = look.states
            self._settle(look, state)
            if at and len(looks[at - 1].states) == 1 and not look.stepped:
                (before,) = looks[at - 1].states
                look.stepped = True
                self._step(before, state, by)
        while len(looks) > 1 and len(looks[0].states) == len(looks[1].states) == 1:
            del looks[0]
        if len(looks) > MOST_LOOKS:
            self._give_up()

    def _settle(self, look: Look, state: str) -> None:
        look.row = row = self._row(look.channel, state)
        if row is not None:
            for by, times in look.told.items():
                row.meet(by, times)
        look.told = {}

    def _step(self, frm: str, to: str, by: str) -> None:
        life = self.life
        if (frm, to) in life.steps:
            self._rows["transitions", life.name, frm, to].meet(by)
        else:
            # Where one way alone leads there it was gone, but nobody saw it.
            ways = list(_ways(life, frm, to))
            for step in ways[0] if len(ways) == 1 else ():
                self._rows["transitions", life.name, *step].unseen += 1

    def _row(self, channel: str, state: str) -> Row | None:
        return self._rows.get(("states", self.life.name, channel, state))


class Channel(NamedTuple):
    """What an operation tells of a task: at which keys, and what its words may mean."""

    life: Lifecycle
    name: str
    key: str | Sequence[str]
    words: Mapping[str, frozenset[str]]


class Looks:
    """The looks at every task.

    A word may stand for two states: then it proves none of them until another channel of the same task tells which.
    """

    def __init__(self, contract: Contract, rows: Rows) -> None:
        self._rows = rows
        self._tracks: dict[Key, Track] = {}
        self._channels: dict[str, list[Channel]] = {}
        self._cancels = {life.cancel["operation"]: life for life in contract.lives.values() if life.cancel["operation"]}
        for life in contract.lives.values():
            for name, row in life.channels.items():
                words = {word: frozenset(life.alike[s] for s, w in row["words"].items() if w == word)
                         for word in row["words"].values()}  # fmt: skip
                channel = Channel(life, name, row["key"], words)
                self._channels.setdefault(row["operation"], []).append(channel)
        self._resumes: dict[str, list[Lifecycle]] = {}
        for life in contract.lives.values():
            if life.resume:
                self._resumes.setdefault(life.resume["operation"], []).append(life)
        self.operations = frozenset({*self._channels, *self._cancels, *self._resumes})

    def begins(self, key: Key) -> None:
        """A task begins; one of the same id was of another world."""
        if known := self._tracks.pop(key, None):
            known.close()

    def look(self, operation: str, key: Key, body: Any, by: str, at: float = -1.0) -> None:
        """Somebody asked, and was told this."""
        for life, name, key_of, words in self._channels.get(operation, ()):
            word = as_word(told_at(body, key_of))
            if isinstance(word, str) and word in words:
                self._track(key, life).heard(name, _told_apart(life, operation, body, words[word]), by, at)
        for life in self._resumes.get(operation, ()):
            if value_at(body, steps_of(life.resume["key"])) == life.resume["accepted"]:
                self._track(key, life).resumed(by)
        if operation in self._cancels:
            self._cancelled(self._cancels[operation], key, body, by, at)

    def _cancelled(self, life: Lifecycle, key: Key, body: Any, by: str, at: float) -> None:
        word = as_word(value_at(body, steps_of(life.cancel["key"])))
        for way in (way for way in ("accepted", "refused") if way in life.cancel):
            if word == life.cancel[way] and ("states", life.name, life.cancel["operation"], way) in self._rows:
                self._rows["states", life.name, life.cancel["operation"], way].meet(by)
        allowed, track = frozenset(life.cancel["from"]), self._track(key, life)
        if word == life.cancel["accepted"] and track.could_be(allowed):
            # Who may be cancelled stood where cancelling is allowed: that is as sure as if it had been asked. Any
            # other claim to have cancelled proves nothing.
            track.heard("", allowed, by, at)
            track.heard("", frozenset({"CANCELLED"}), by)

    def _track(self, key: Key, life: Lifecycle) -> Track:
        track = self._tracks.get(key)
        if track is not None and track.life is not life:  # an id of another API, in another world
            self._tracks.pop(key).close()
            track = None
        if track is None:
            if len(self._tracks) >= MOST_TASKS:
                self._tracks.pop(next(iter(self._tracks))).close()
            track = self._tracks[key] = Track(life, self._rows)
        return track

    def doubts(self) -> Iterator[tuple[Row, int]]:
        """The states in which some task perhaps was seen, and how often."""
        for track in self._tracks.values():
            yield from track.doubts()


def _told_apart(life: Lifecycle, operation: str, body: Any, states: frozenset[str]) -> frozenset[str]:
    """Where one word is said of an order that is done and of one that was stopped, how far it is tells which."""
    row = life.tells.get("progress", {})
    if row.get("operation") != operation or not {"SUCCEEDED", "PAUSED"} <= states:
        return states
    done, of = (value_at(body, steps_of(row[key])) for key in ("current_step", "total_steps"))
    return states - {"PAUSED" if done == of else "SUCCEEDED"}


@lru_cache(1024)
def _ahead(life: Lifecycle, states: frozenset[str], told: frozenset[str]) -> frozenset[str]:
    """Which of the states that were told can be reached from these; a life knows few, and is asked at each look."""
    return frozenset().union(*(life.reach[state] for state in states)) & told


def _ways(life: Lifecycle, frm: str, to: str, been: tuple[str, ...] = ()) -> Iterator[list[tuple[str, str]]]:
    """The ways along legal steps from one state to another."""
    for step in sorted(life.steps):
        if step[0] == frm and step[1] not in (*been, frm):
            if step[1] == to:
                yield [step]
            else:
                yield from ([step, *rest] for rest in _ways(life, step[1], to, (*been, frm)))


def steps_of(pointer: str) -> list[str]:
    """The steps of a JSON pointer; a bare key is one."""
    return pointer.removeprefix("/").split("/")


def value_at(body: Any, steps: list[str]) -> Any:
    """What stands there, or None."""
    for step in steps:
        if isinstance(body, dict):
            body = body.get(step)
        elif isinstance(body, list) and step.isdecimal() and int(step) < len(body):
            body = body[int(step)]
        else:
            return None
    return body
