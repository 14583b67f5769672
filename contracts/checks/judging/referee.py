"""The referee: asks a subject, and holds every answer against the promise and against all that was said before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ...contract import Contract
from ...derived import derived
from ...exchange import Exchange
from ...finding import WEIGHT, Finding, shown
from ...operation import Operation
from ..case import Case
from ..move import NONE, Move
from ..props import Sort, sorts, submits
from ..subject import FRAME, Ask, Subject
from ..translated import lensed
from . import batch
from .answers import Answers
from .form import answered, methods, readable
from .frames import framed
from .grounds import Asked, Grounds, grounds, refused
from .opened import opened
from .player import LOOKS, PAUSE, SPOKEN, Player
from .props import noted, propped, sort_of
from .reference import Known
from .replies import Replies
from .shelf import shelved
from .spelled import example, keys, number_of, numbered, unhooked
from .stores import announced, came_in
from .tasked import worded
from .world import World

Seen = Callable[[Exchange, str], None]
OVER = "time was over; raise --max-time"
MOST_SILENT = 20  # requests on end without an answer, after which nobody is there


class Referee(Player):
    """Everything that a check sends goes through `ask` or `play`; what is wrong with the answers is in `cases`."""

    def __init__(
        self, contract: Contract, subject: Subject, seen: Seen | None = None, over: Callable[[], bool] = lambda: False
    ) -> None:
        self.contract = contract = derived(contract).alone
        self.subject = lensed(contract, subject)
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
        bundles = contract.bundle is not None  # where more can be asked of a task than how it lives
        self._whole_walk = {each.id for each in contract.operations.values()
                            if each.task and (each.lifecycle or not bundles)}  # fmt: skip
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
        self.world.asked = self.world.now
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
        several = operation is not None and operation.bundles and said.status
        found = opened(self.world, said, *file) if file else self._bundle(asked) if several else self._judged(asked)
        over = said.wire or said
        spoken = framed(self.world, over) if any(name == FRAME for name, _ in over.answer_headers) else ()
        for finding in (*found, *spoken):
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

    def _bundle(self, asked: Asked) -> Iterator[Finding]:
        """A list of tasks, judged as a whole and task by task."""
        said, operation = asked.said, asked.operation
        assert operation is not None
        self.why = why = batch.against(self.world, said)
        yield from readable(self.contract, said)
        if why.reasons or not batch.replied(self.world, said):
            yield from refused(self.world, said, operation, why)
        if said.status in operation.answers:
            yield from self.contract.check_answer(operation, said.status, said.json)
        if why.reasons or not batch.replied(self.world, said):
            return
        those = batch.parts(self.world, said)
        yield from batch.joined(self.world, said, those)
        for part in those:
            if part.operation is None:
                yield from self._nameless(said, part)
            elif not part.shared:
                yield from self._judged(batch.asked(self.world, said, part))
        yield from self._twins([part for part in those if part.shared])
        self.why = why

    def _nameless(self, said: Exchange, part: batch.Part) -> Iterator[Finding]:
        """What is no task, or of a type that there is not, is refused by itself."""
        bundle = batch.bundle_of(self.world)
        reason = "not-a-task" if not isinstance(part.task, dict) else (
            "unknown-task-type" if bundle.by in part.task else "missing-task-type")  # fmt: skip
        row = self.contract.errors[reason]
        codes = [error.get("code") for error in part.own.get(bundle.errors, ())]
        if row["name"] not in codes or bundle.data in part.own:
            yield Finding("wrong-error", WEIGHT[row["source"]], f"/{bundle.errors}", f"{row['name']} ({reason})",
                          shown(part.own), "refuse this one task, and no other", said.operation, row["source"], "",
                          reason)  # fmt: skip

    def _twins(self, those: list[batch.Part]) -> Iterator[Finding]:
        """Tasks of one request that bear one id: the first may be taken."""
        names = dict.fromkeys(str(part.task.get("taskUUID")).lower() for part in those if isinstance(part.task, dict))
        for name in names:
            alike = [part for part in those if str(part.task.get("taskUUID")).lower() == name]
            yield from batch.twice(self.world, alike)
            first = alike[0]
            form = self.world.form(first.operation, first.task) if first.operation is not None else None
            taken = first.operation is not None and first.operation.orders and first.own.get("data")
            if taken and form is not None:
                order = self.world.taken(str(first.task["taskUUID"]), form, first.task, self.why.account or "own")
                order.told.update(called=first.task["taskType"], type=first.operation.within)  # type: ignore[union-attr]

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
        if operation is not None and operation.within and said.status >= 400:
            yield from self._failed(operation, said, why)
        if operation is None or said.status not in operation.answers or said.method == "HEAD":
            return
        yield from self.contract.check_answer(operation, said.status, said.json)
        yield from self._meant(operation, value, said, why)

    def _meant(self, operation: Operation, value: str, said: Exchange, why: Grounds) -> Iterator[Finding]:
        """What an answer says, once it is known that it may."""
        answers, order = Answers(self.world, said, operation), self.world.about(operation, value)
        if operation.orders and self.contract.wire is not None and operation is not submits(self.contract):
            self.world.strange |= {str(each) for each in answers.ids()}
            self.world.doomed = max(0, self.world.doomed - 1)  # a wish comes true of whichever order is next
            return
        if operation.within:
            yield from self._replied(operation, order, said, why)
            return
        if order is None and operation.orders:
            self.taken += 1
        if order is not None:
            self._walk(operation, order)
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
            self._over(order)

    def _replied(self, operation: Operation, order: Known | None, said: Exchange, why: Grounds) -> Iterator[Finding]:
        """What an answer to a task says."""
        replies, form = Replies(self.world, said, operation), self.world.form(operation, why.body or {})
        channel = next((name for name, row in self.world.life.channels.items() if row["operation"] == operation.id), "")
        if operation.orders and form is not None:
            self.taken += 1
            yield from replies.taken(why.body, why.account or "own", form)
        elif channel and (order is None or order.account != why.account):
            yield from replies.nothing()
        elif channel and order is not None:
            self._walk(operation, order)
            yield from replies.looked(order, channel)
            self._over(order)

    def _failed(self, operation: Operation, said: Exchange, why: Grounds) -> Iterator[Finding]:
        """What an error says of its task; one that is told when its task is over has been an order."""
        yield from worded(self.world, said, operation.id, why, why.body)
        form = self.world.form(operation, why.body) if operation.orders and isinstance(why.body, dict) else None
        if "task-failed" in why.reasons and form is not None and len(why.reasons) == 1:
            order = self.world.taken(str(why.body["taskUUID"]), form, why.body, why.account)
            order.told.update(called=why.body["taskType"], type=operation.within)

    def _walk(self, operation: Operation, order: Known) -> None:
        """Notes that an operation of an order was asked; the last one ends a walk."""
        fresh = operation.id not in order.walked
        order.walked.add(operation.id)
        self.walks += fresh and order.walked == self._whole_walk

    def _over(self, order: Known) -> None:
        """Notes that an order was told to be over."""
        if order.over and "ended" not in order.told:
            order.told["ended"] = True
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
