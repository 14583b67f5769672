"""A provider's lifecycle: the words of its channels, the legal steps, the cancel rule, and the usual durations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

from .exchange import Exchange
from .finding import WEIGHT, Finding
from .kind import KINDS

# Of a lifecycle in which nothing is ever cancelled.
NO_CANCEL: dict[str, Any] = {"operation": "", "key": "/", "from": [], "accepted": "", "source": "inferred"}
STATES = ("QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "PAUSED")


class Lifecycle:
    """One lifecycle of a provider; all that it knows stands in lifecycle.yaml."""

    def __init__(self, name: str, row: Mapping[str, Any]) -> None:
        self.name = name
        self.words: dict[str, dict[str, str]] = {key: c["words"] for key, c in row["channels"].items()}
        self.channels: dict[str, dict[str, Any]] = row["channels"]
        self.cancel: dict[str, Any] = row.get("cancel", NO_CANCEL)
        said = {key: (float(d["queued"]), float(d["running"])) for key, d in row["durations"].items()}
        self.durations = {**{name: (kind.queued, kind.running) for name, kind in KINDS.items()}, **said}
        self.slots: int | None = row["slots"]["count"]
        self.apart: bool = row["slots"].get("of") == "model"  # whether each model has slots of its own
        self.queue: float = row["slots"].get("queue", inf)  # how many may wait for one
        self._rooms: dict[str, dict[str, int]] = row["slots"].get("families", {})
        self.resume: dict[str, Any] = row.get("resume", {})  # which states an order may leave again, and by what
        self.edit: dict[str, Any] = row.get("edit", {})  # from which states it may be given another form
        self.kept: float | None = (
            row["kept"]["seconds"] if "kept" in row else None
        )  # how long an order can be asked for
        self.cold_start = float(row["cold_start"]["seconds"]) if "cold_start" in row else 0.0
        # How long a request is kept waiting, how long what was not delivered is kept, how long a socket may be silent.
        self.patience, self.buffer, self.idle = (float(row[name]["seconds"]) if name in row else inf
                                                 for name in ("patience", "buffer", "idle"))  # fmt: skip
        self.hang_up = int(row["hang_up"]["code"]) if "hang_up" in row else 1000  # how a silent socket is closed
        self.media_ttl = float(row["media_ttl"]["seconds"])
        self.tells: dict[str, Any] = row.get("tells", {})
        self.deliver: dict[str, Any] = row.get("deliver", {})  # what is told unasked, and how
        self.brings: dict[str, Any] = row.get("brings", {})  # what comes of an order, brought to where its body says
        self.failed_error: str = row.get("failed_error", "string")
        self.steps = {(step["from"], step["to"]) for step in row["transitions"]}
        self.states = tuple(state for state in STATES if any(state in words for words in self.words.values()))
        self._own = {(step["from"], step["to"]) for step in row["transitions"] if "by" not in step}
        # States for which each channel has one word are seen as the last of them.
        told = {state: tuple(words.get(state) for words in self.words.values()) for state in self.states}
        self.alike = {state: next(other for other in reversed(self.states)
                                  if other == state or told[other] == told[state])
                      for state in self.states}  # fmt: skip
        self.reach = {state: frozenset(self._reached(state)) for state in self.states}

    def room(self, *names: str) -> tuple[int | None, float]:
        """How many orders run at once of what has these names, and how many wait: as its family has it, or as usual."""
        said = " ".join(names).lower()
        own = next((row for word, row in self._rooms.items() if word in said), {})
        return own.get("count", self.slots), own.get("queue", self.queue)

    def usual(self, kinds: Iterable[str]) -> tuple[float, float]:
        """How long an order of files of these kinds waits and runs: as long as the one that takes longest."""
        return max((self.durations[kind] for kind in kinds), key=sum, default=self.durations["image"])

    def _reached(self, state: str) -> set[str]:
        found, fresh = {state}, {state}
        while fresh:
            fresh = {to for frm, to in self._own if frm in fresh} - found
            found |= fresh
        return found

    def check(self, exchanges: Iterable[Exchange]) -> list[Finding]:
        """What is wrong with one task's life, as its answers told it; each answer narrows down where it can stand."""
        findings: list[Finding] = []
        possible = frozenset(self.states)
        heard = "nothing yet"
        for exchange in exchanges:
            body = exchange.json
            if not isinstance(body, dict) or not 200 <= exchange.status < 300:
                continue
            if self.resume and exchange.operation == self.resume["operation"]:
                possible = frozenset({"QUEUED"})
                heard = f"{exchange.operation} was taken"
            told = self._told(exchange, body, possible)
            if told is None:
                continue
            word, states, source = told
            ahead = frozenset().union(*(self.reach[state] for state in possible))
            if not states:
                findings.append(self._finding("unknown-word", exchange, "a word of lifecycle.yaml", word, source))
            elif not ahead & states:
                legal = ", ".join(sorted(ahead))
                findings.append(self._finding("illegal-transition", exchange, f"{legal} after {heard}", word, source))
                possible = states
            else:
                possible = ahead & states
            heard = f"{exchange.operation} said {word}"
        return findings

    def _told(
        self, exchange: Exchange, body: Mapping[str, Any], possible: frozenset[str]
    ) -> tuple[str, frozenset[str], str] | None:
        for channel in self.channels.values():
            if channel["operation"] == exchange.operation:
                word = str(at(body, channel["key"]))
                return word, frozenset(s for s, w in channel["words"].items() if w == word), channel["source"]
        if exchange.operation != self.cancel["operation"]:
            return None
        word = str(at(body, self.cancel["key"]))
        if word == self.cancel["accepted"] == self.cancel.get("refused"):
            return word, frozenset({"CANCELLED", *self.states}) - set(self.cancel["from"]), self.cancel["source"]
        if word == self.cancel["accepted"]:
            ahead = frozenset().union(*(self.reach[state] for state in possible))
            legal = bool(ahead & set(self.cancel["from"]))
            # An accepted cancel that came too late is told as such: the state that it claims cannot be reached.
            return word, frozenset({"CANCELLED"}) if legal else frozenset({"QUEUED"}), self.cancel["source"]
        late = frozenset(self.states) - set(self.cancel["from"])
        return word, late if word == self.cancel.get("refused") else frozenset(), self.cancel["source"]

    def _finding(self, rule: str, exchange: Exchange, expected: str, came: str, source: str) -> Finding:
        return Finding(rule, WEIGHT[source], "", expected, came,
                       "look at the task's timeline: one of the two answers is wrong", exchange.operation,
                       source)  # type: ignore[arg-type]  # fmt: skip


def as_word(said: Any) -> Any:
    """A word that was told; a number is the one that it is written as."""
    return str(said) if type(said) is int else said


def at(body: Any, key: str | Sequence[str]) -> Any:
    """What stands in a body at a pointer, or at the first of several that leads anywhere; nothing is None."""
    for pointer in (key,) if isinstance(key, str) else key:
        value = body
        for step in pointer.split("/")[1:]:
            if isinstance(value, list):
                value = value[int(step)] if step.isdecimal() and int(step) < len(value) else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None
