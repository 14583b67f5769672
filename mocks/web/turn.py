"""One request's way through the house: guard, session, fault, contract, dialect, contract again, journal."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from ...contracts.catalogue import Model
from ...contracts.exchange import Exchange, Headers
from ...contracts.finding import Finding, shown
from ...contracts.operation import Operation
from ..engine.clock import pause
from ..engine.fault import Fault
from ..engine.refusal import Refusal
from ..engine.script import Script
from ..engine.session import Account, Session, Tell
from ..engine.slots import Slots
from ..engine.task import Order, Task
from ..engine.timeline import new
from . import astray, bundle, flow, guard, inputs, keyed, media
from .bending import Bending
from .dialect import Answer, Dialect, Pairs, Wait, Work
from .exit import SILENT, Send, leave, rendered, written
from .form import kept
from .line import Line

JSON_LIKE = re.compile(rb"application/([\w.\-]+\+)?json\s*(;.*)?", re.IGNORECASE | re.DOTALL)
WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


class Way(NamedTuple):
    """Where a path leads, as far as it tells by itself; `raw` is how it is sent if nothing in it is suspicious."""

    whole: str
    raw: bytes
    sid: str
    provider: str
    mount: str
    path: str
    control: bool = False
    operations: Mapping[str, str] = {}  # by method, the operation's name
    value: str = ""


class Heard(NamedTuple):
    """The headers of a request: as they came, and by name."""

    pairs: Headers
    by_name: Mapping[bytes, bytes]


class Turn(Bending):
    """One request while it is being answered; or one task of a request that brings several."""

    __slots__ = ("account", "allow", "base", "elsewhere", "fate", "findings", "headers", "heard", "hidden", "inputs",
                 "looks", "model", "pairs", "query", "scope", "seen", "way", "whole")  # fmt: skip

    def __init__(
        self, dialect: Dialect, session: Session, scope: Mapping[str, Any], way: Way, base: str,
        heard: Heard,
    ) -> None:  # fmt: skip
        self.dialect = dialect
        self.session = session
        self.scope = scope
        self.way = way
        self.base = base
        self.heard = heard
        self.headers = heard.by_name
        self.operation: Operation = None  # type: ignore[assignment]  # until the path has named it
        self.account: Account = None  # type: ignore[assignment]  # until the key has named it
        self.now = 0.0
        self.body = b""
        self.value = way.value
        self.pairs: list[tuple[str, str]] = []  # the query as it came
        self.query: dict[str, str] = {}
        self.inputs: Any = None
        self.model: Model | None = None
        self.task = self.allow = self.hidden = ""
        self.bent = ""
        self.fault: Fault | None = None  # the one that has struck last
        self.fate: Script | None = None  # what becomes of an order that nobody scripted
        self.seconds = 0.0  # how long it makes whoever asks wait
        self.findings: tuple[Finding, ...] = ()
        self.question: Hashable = None
        self.seen: dict[str, inputs.Seen] = {}  # of the files that it brings, by place: those that were looked at
        self.line: Line | None = None
        self.elsewhere: Callable[[str], Session | None] | None = None  # who knows whose key one is, if the path did not
        self.whole: Turn | None = None  # the request that it is a part of, if that brings several
        self.looks: list[tuple[Hashable, Callable[[], float | None]]] = []  # of its parts: questions, and until when

    async def play(self, receive: guard.Receive, send: Send) -> None:
        """Reads the request, answers it and writes both down: the one exit of every provider's request."""
        method = self.scope["method"]
        refused: Refusal | None = None
        try:
            self._name()
            if method not in WITHOUT_BODY or b"content-length" in self.headers:
                announced = self.headers.get(b"content-length")
                most = self.operation.most_body or self.dialect.terms.max_body
                self.body = await guard.read(receive, most, announced)
                self.now = self.session.clock.now  # others may have moved it while the body was under way
                if self.operation.bundles:
                    bundle.recognise(self)
            if self.operation.doors:
                keyed.recognise(self)
        except Refusal as no:
            refused = no
        except guard.Gone:
            return
        clock = self.session.clock
        clock.enter()  # only now: whoever has sent half a request holds nobody up
        try:
            try:
                if refused is not None:
                    raise refused
                if self.session.wishes.faults:
                    self._lift()
                    if self._struck("before") and self.delayed:
                        await pause(self.seconds)
                        self.now = clock.now
                answer = await self._acted()
            except Refusal as no:
                answer = self._refuse(no)
            if self.session.wishes.faults and self.operation and (self.fault is None or self.delayed):
                answer = await self._bent(answer)
            if answer.stream is not None:
                self._last_word(await flow.poured(self, answer, send))
                return
            said = self._last_word(answer)
        finally:
            clock.leave()
        await leave(receive, send, said, method == "HEAD", self.fault, self.seconds)

    async def waited(self, answer: Answer | Wait | Work) -> Answer:
        """Blocks until there is an answer; at shutdown nobody is kept waiting."""
        clock = self.session.clock
        while not isinstance(answer, Answer):
            if clock.closed:
                return self.dialect.status(503)
            if isinstance(answer, Work):
                answer = answer.again([await media.made(self.session, *file) for file in answer.files])
                continue
            await clock.wait(answer.until)
            self.now = clock.now
            answer = answer.again()
        return answer

    def _name(self) -> None:
        """Guards the path, names the operation, and looks who is asking."""
        scope = self.scope
        self.now = self.session.clock.now
        if scope.get("raw_path") != self.way.raw:
            guard.check_path(scope.get("raw_path") or scope["path"].encode(), scope["path"])
        operations = self.way.operations
        name = operations.get(scope["method"])
        if name is None:
            self.allow = ", ".join(operations)
            self.hidden = keyed.astray(self)
            path = keyed.masked(self.way.path, self.hidden)
            reason = "wrong-method" if operations else "unknown-path"
            raise Refusal(
                reason,
                findings=(astray.nowhere(self.dialect.contract, scope["method"], path, operations.values()),),
            )
        self.operation = self.dialect.contract.operations[name]
        if self.operation.elsewhere and self.way.path != self.operation.path:
            self.findings = (astray.elsewhere(self.operation, self.way.path, self.operation.path),)
        elif (meant := self.dialect.contract.straight(self.way.path)) != self.way.path:
            self.findings = (astray.elsewhere(self.operation, self.way.path, meant, self.dialect.contract.base),)
        if scope["query_string"]:
            self.pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            self.query = dict(self.pairs)
        if self.operation.keyless or self.operation.bundles or self.operation.doors:
            return  # nobody needs to say who asks, or it stands elsewhere
        self.known(self.dialect.key(self.headers))

    def move(self, session: Session) -> None:
        """Goes on in another session, whose key it bears."""
        self.session, self.dialect, self.now = session, session.cast[self.dialect.provider], session.clock.now
        self.operation = self.dialect.contract.operations[self.operation.id]

    def known(self, key: str) -> None:
        """Looks whose key it is."""
        if not self.holds(key):
            raise Refusal("bad-key")

    def holds(self, key: str) -> bool:
        """The same; whether it is anybody's."""
        account = self.session.accounts.get((self.dialect.provider, key))
        if account is None or account.revoked:
            return False
        self.account = account
        return True

    async def _acted(self) -> Answer:
        """Everything between the body and the answer."""
        if self.fault is not None and not self.delayed:
            return self._spoilt(self.fault, None)
        operation = self.operation
        if self.dialect.contract.bundle is not None and type(self.inputs) is list:
            return await bundle.played(self)
        if operation.speaks:
            self.inputs = self.read()
        return await self.waited(await self.performed())

    async def performed(self) -> Answer | Wait | Work:
        """What comes of its operation, once it is known what is sent."""
        operation = self.operation
        self.dialect.admit(self)
        if operation.speaks or self.query:
            self.findings += self._judged()
        media = self.model.media if self.model is not None else None
        if media and type(self.inputs) is dict and not media.keys().isdisjoint(self.inputs):
            await inputs.check(self, self.model)  # type: ignore[arg-type]  # it has media
        return self._routed()

    def _routed(self) -> Answer | Wait | Work:
        """What the dialect says; in `auto` a no that time lifts, asked again, lets time pass."""
        session, operation = self.session, self.operation
        try:
            return self.dialect.routes[operation.id](self)
        except Refusal as no:
            if no.until is None or not session.clock.auto:
                raise
            question = (operation.id, no.reason, self.body)
            if not session.clock.again(question):
                self.question = question
                raise
            session.clock.jump(no.until)
            self.now = session.clock.now
            return self.dialect.routes[operation.id](self)

    def submit(
        self, order: Order, usual: tuple[float, float], price: float | None, tell: Tell | None = None,
        slots: Slots | None = None, name: str = "",
    ) -> Task:  # fmt: skip
        """Hands an order of this request over to the session; without `slots` it runs in the account's own, without a
        `name` of its client's choice it is given one."""
        task = self.session.submit(self.account, order, usual, price, self.now, tell, self.fate, slots, name)
        self.task = task.id
        return task

    def part(self, operation: Operation, task: Any) -> Turn:
        """One task of this request."""
        part = type(self)(self.dialect, self.session, self.scope, self.way, self.base, self.heard)
        part.account, part.now, part.line, part.elsewhere = self.account, self.now, self.line, self.elsewhere
        part.pairs, part.query, part.fault, part.seconds = self.pairs, self.query, self.fault, self.seconds
        part.operation, part.inputs, part.whole = operation, task, self
        part.value = self.dialect.contract.bundle.value(operation, task)  # type: ignore[union-attr]  # it has one
        part.body = self.body.strip()[1:-1] if len(self.inputs) == 1 else written(task)
        return part

    def read(self) -> Any:
        """The body as JSON."""
        kind = self.headers.get(b"content-type", b"")
        if kind != b"application/json" and not JSON_LIKE.fullmatch(kind):
            self.body = keyed.unread(self)
            raise Refusal("wrong-type", findings=(Finding(
                "wrong-content-type", "broken", "", "Content-Type: application/json", kind.decode("latin-1") or "none",
                "send the body as JSON and say so", self.operation.id),))  # fmt: skip
        return self.loads()

    def loads(self) -> Any:
        """What was sent, whatever it says that it is."""
        try:
            return guard.loads(self.body)
        except Refusal as no:
            self.body = keyed.unread(self)
            came = shown(self.body[:200].decode("utf-8", "replace"))
            cure = f"correct what your client serialises: {no.said}"
            no.findings = (Finding("bad-json", "broken", "", "a body that is JSON", came, cure, self.operation.id),)
            raise

    def _judged(self) -> tuple[Finding, ...]:
        contract, operation = self.dialect.contract, self.operation
        if operation.speaks:
            self.model = self.dialect.form(self)
        plain = self.model.plain(self.inputs) if self.model is not None else None
        findings = contract.check_request(operation, self.value, self.pairs, self.inputs, self.model, plain)
        for finding in findings:
            if finding.reason:
                raise Refusal(finding.reason, findings=findings)
        if plain is not None:
            self.inputs = plain
        return findings

    def _refuse(self, no: Refusal) -> Answer:
        self.hidden = self.hidden or keyed.astray(self)
        told = (keyed.veiled(finding, self.hidden) for finding in no.findings)
        self.findings += tuple(finding for finding in told if finding not in self.findings)
        answer = self.dialect.no(no, self)
        return answer._replace(headers=((b"allow", self.allow.encode()),)) if self.allow else answer

    @property
    def named(self) -> dict[str, str]:
        """What the path names, by parameter."""
        return self.operation.named(self.way.path)

    def look(self, task: Task, channel: str, words: Mapping[str, str]) -> Task:
        """The task as this question finds it; in `auto`, asked again at one instant, time moves to the next word."""
        if not self.session.clock.auto:
            return task
        question = (channel, task.id, task.timeline.begun)
        if self.whole is not None:  # the questions of one request are one, and answered for one instant
            self.whole.looks.append((question, lambda: task.timeline.until(self.now, words)))
            return self.session.tasks.get(task.id, task)
        self.await_(question, lambda: task.timeline.until(self.now, words))
        return self.session.tasks.get(task.id, task)

    def await_(self, question: Hashable, until: Callable[[], float | None]) -> None:
        """In `auto`, a question that is asked again at one instant lets time pass until its answer is another one."""
        clock = self.session.clock
        if not clock.auto:
            return
        if clock.again(question) and (moment := until()) is not None:
            clock.jump(moment)
            self.now = clock.now
        self.question = question

    def _last_word(self, answer: Answer) -> tuple[int, Pairs, bytes]:
        """Checks the answer for lies unless a fault has bent it, and writes the exchange down."""
        session, scope = self.session, self.scope
        operation, channel, name = self.operation, "", ""
        if operation is not None:
            channel, name = operation.channel, operation.id
            if (
                (not self.bent or self.delayed)
                and type(self.inputs) is not list
                and answer.stream is None
                and (lies := self.dialect.contract.check_answer(operation, answer.status, answer.value))
            ):
                self.findings += lies
            if self.question is not None:
                session.clock.answered(self.question)
        said = status, headers, body = rendered(answer)
        if self.fault is not None and self.fault.what in SILENT:
            status, headers, body = 0, (), b""
        url = self.way.whole
        if scope["query_string"]:
            url += "?" + scope["query_string"].decode("latin-1")
        session.journal.append(new(Exchange, (
            scope["method"], keyed.masked(url, self.hidden), self.heard.pairs, kept(operation, self.body), status,
            headers, body, self.dialect.provider, name, channel, self.task, self.account.name if self.account else "",
            self.now, session.clock.client_now(), self.findings, self.bent, "in", None)))  # fmt: skip
        return said
