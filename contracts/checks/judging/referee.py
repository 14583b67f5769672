"""The referee: asks a subject, and holds every answer against the promise and against all that was said before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ...contract import Contract
from ...exchange import Exchange
from ...finding import Finding
from ...operation import Operation
from ..case import Case
from ..move import NONE, Move
from ..props import Sort, sorts
from ..subject import Ask, Subject
from .answers import Answers
from .form import answered, methods, readable
from .grounds import Asked, Grounds, grounds, refused
from .opened import opened
from .player import LOOKS, PAUSE, SPOKEN, Player
from .props import noted, propped, sort_of
from .reference import Known
from .shelf import shelved
from .spelled import example, keys, number_of, numbered, unhooked
from .stores import announced, came_in
from .world import World

Seen = Callable[[Exchange, str], None]
OVER = "time was over; raise --max-time"
MOST_SILENT = 20  # requests on end without an answer, after which nobody is there


class Referee(Player):
    """Everything that a check sends goes through `ask` or `play`; what is wrong with the answers is in `cases`."""

    def __init__(
        self, contract: Contract, subject: Subject, seen: Seen | None = None, over: Callable[[], bool] = lambda: False
    ) -> None:
        self.contract = contract = contract.alone
        self.subject = subject
        self.by = ""  # which phase asks
        self.cases: dict[tuple[str, ...], Case] = {}
        self.asked: dict[str, int] = {}
        self.tapes: list[list[Move]] = []  # the moves of each world, to be played again elsewhere
        self.walks = 0  # orders of which every operation was asked
        self.patience = LOOKS
        self.taken = 0  # orders, in all worlds, and
        self.ended: list[Known] = []  # those that were told to be over
        self.lacking: set[str] = set()  # models for which this subject has no prop
        self.over = over
        self._silent = 0
        self._adds = -1
        self._litter: list[tuple[Sort, str]] = []  # what was added, where no world is new
        self.why = Grounds(())  # that were given to refuse the last request
        self._seen = seen
        self._whole_walk = {each.id for each in contract.operations.values() if each.task}
        self._keys = keys(contract, self.subject)
        self.begin()

    def begin(self) -> None:
        """Begins a new world; where what was added in the last one would still be there, it is dropped."""
        self.tidy()
        self.subject.fresh()
        self._keys = keys(self.contract, self.subject)
        self.world = World(self.contract, self.subject)
        self.story: list[Exchange | Move] = []
        self.tapes.append([])

    def tidy(self) -> None:
        """Drops what this check has added to a subject that keeps it."""
        for sort, name in self._litter:
            drop = sort.operation("drop")
            if drop is not None:
                path = drop.path.replace("{" + sort.row["parameter"] + "}", name)
                self.subject.send(Ask(drop.method, path, self.headers()))
        self._litter.clear()

    @property
    def spent(self) -> str:
        """Why nothing more is to be asked, if so."""
        if self._silent >= MOST_SILENT:
            return f"nobody has answered {MOST_SILENT} requests on end; look whether the server still runs"
        return OVER if self.over() else ""

    def told_in_the_end(self) -> None:
        """What only the whole shows, where time is not ours to move: whether anything ended, and anything well."""
        if self.world.dated or not self.taken or self._silent or self.slow:
            return
        ends = {state for order in self.ended if len(order.possible) == 1 for state in order.possible}
        where = [next(iter(self.world.life.channels.values()))[word] for word in ("key", "operation")]
        if not self.ended and self.patience <= 0:
            self.note(Finding("nothing-ends", "doubtful", where[0], f"one of {self.taken} orders to end",
                              f"none in {LOOKS * PAUSE:g} s", "let its time pass faster, or look why nothing ends",
                              where[1], "observed"))  # fmt: skip
        elif self.ended and "SUCCEEDED" not in ends:
            self.note(Finding("nothing-succeeds", "doubtful", where[0], f"one of {len(self.ended)} orders to end well",
                              "none did", "look what the results say; no file was looked at", where[1],
                              "observed"))  # fmt: skip

    def ask(self, ask: Ask, file: tuple[Known, int] | None = None) -> Exchange:
        """Sends one request and judges its answer."""
        self._adds, _ = self._adds, self._learn(ask)
        said = self.subject.send(ask)
        self._silent = 0 if said.status else self._silent + 1
        operations, value = self.contract.match(said.path)
        operation, elsewhere = operations.get(said.method), None
        if operation is None and self.contract.whole is not self.contract:
            operations, value = self.contract.whole.match(said.path)
            operation = operations.get(said.method)
            elsewhere = self.contract.whole.of(operation) if operation is not None else None
        if operation is not None:
            said = said._replace(provider=self.contract.provider, operation=operation.id, channel=operation.channel,
                                 task=value if operation.task else "")  # fmt: skip
        elif file is not None:
            said = said._replace(provider=self.contract.provider, channel="media", task=file[0].id)
        self.asked[self.by] = self.asked.get(self.by, 0) + 1
        self._record(ask, operation, value, file)
        self.story.append(said)
        for sort in sorts(self.contract).values() if not self.world.dated and 200 <= said.status < 300 else ():
            if sort.row.get("add") == said.operation and isinstance(said.json, dict):
                self._litter.append((sort, str(said.json.get(sort.row["id"][1:]))))
        asked = Asked(said, operation, operations, value, elsewhere)
        found = opened(self.world, said, *file) if file else self._judged(asked)
        for finding in found:
            self.note(finding)
        self._adds = -1
        if self._seen is not None:
            self._seen(said, self.by)
        return said

    def note(self, finding: Finding) -> None:
        """Files a finding about the last exchange; equal ones are one case, and counted."""
        case = Case(finding, self.by, tuple(self.story), self.subject.base)
        known = self.cases.get(case.identity)
        self.cases[case.identity] = case if known is None else known.again()

    def _judged(self, asked: Asked) -> Iterator[Finding]:
        said, operation, known, value, elsewhere = asked
        if not said.status:
            yield from answered(said)
            return
        if (
            elsewhere is not None and operation is not None
        ):  # another API's referee judges it; here it is only how something came to be
            noted(self.world, said, operation, self._adds)
            return
        self.why = why = grounds(self.world, asked)
        # Of an answer that nobody has documented, its form is a guess as well.
        guessed = said.status >= 400 and all(
            self.contract.error(each, operation).get("source") == "inferred" for each in why.reasons
        )
        rows = self.contract.facts.openapi["operations"].get(operation.id, {}) if operation is not None else {}
        free = "also" in rows.get("answers", {}).get(str(said.status), ())  # whatever an answer is, it may be that
        for finding in (*(() if free else readable(self.contract, said)), *methods(self.contract, said, known)):
            yield replace(finding, severity="note", source="inferred") if guessed and why.reasons else finding
        yield from refused(self.world, said, operation, why)
        if operation is None or said.status not in operation.answers or said.method == "HEAD":
            return
        yield from self.contract.check_answer(operation, said.status, said.json)
        yield from self._meant(operation, value, said, why)

    def _meant(self, operation: Operation, value: str, said: Exchange, why: Grounds) -> Iterator[Finding]:
        """What an answer says, once it is known that it may."""
        answers, order = Answers(self.world, said, operation), self.world.about(operation, value)
        if order is None and operation.orders:
            self.taken += 1
        if order is not None:
            fresh = operation.id not in order.walked
            order.walked.add(operation.id)
            self.walks += fresh and order.walked == self._whole_walk
        form = self.world.form(operation, operation.named(said.path)) if operation.orders else None
        if form is not None:
            yield from answers.taken(why.body, why.account or "own", form)
        elif sort_of(self.world, operation) is not None:
            yield from propped(self.world, said, operation, why, self._adds)
        elif operation.file:
            yield from came_in(self.world, said, operation)
        elif any(sort.row.get("announces", {}).get("operation") == operation.id for sort in self.world.sorts.values()):
            yield from announced(self.world, said, operation)
        elif operation.channel == "catalogue" and not why.reasons:
            yield from shelved(self.world, said, operation, value)
        elif order is not None and operation.id == self.world.life.cancel["operation"]:
            yield from answers.stopped(order)
        elif order is not None and operation.id == self.world.life.resume.get("operation"):
            yield from answers.resumed(order)
        elif order is not None and operation.id == self.world.life.edit.get("operation"):
            yield from answers.edited(order)
        elif order is not None:
            for name, channel in self.world.life.channels.items():
                if channel["operation"] == operation.id:
                    yield from answers.looked(order, name)
            if order.over and "over" not in order.told:
                order.told["over"] = True
                self.ended.append(order)

    def _record(self, ask: Ask, operation: Operation | None, value: str, file: Any) -> None:
        """Writes a request down as a move that can be made elsewhere, where keys and ids are others."""
        order = self.world.about(operation, value) if operation is not None else None
        key = next((name for name, pairs in self._keys.items() if pairs and pairs[0] in ask.headers), "")
        query = ask.path.partition("?")[2]
        plain = tuple(pair for pair in ask.headers if (pair,) != self._keys.get(key))
        number, path = numbered(self.world, ask, operation)
        if file is not None:
            if file[1] == 0:
                self.tapes[-1].append(Move("open", nth=file[0].number))
        elif (
            order is not None
            and operation is not None
            and plain in ((), SPOKEN)
            and ask.body in (b"", example(operation))
        ):
            number = -1 if number in (-1, number_of(self.world, order.prop)) else number
            self.tapes[-1].append(Move("about", None, operation.id, order.number, query, key or NONE, prop=number))
        else:
            bare = unhooked(ask._replace(path=path, headers=plain), self.subject.hooks)
            self.tapes[-1].append(Move("ask", bare, key=key or NONE, prop=max(number, self._adds)))
