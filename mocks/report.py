"""What a person reads: the verdict over a session, its story as text, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..contracts.exchange import Exchange
from ..contracts.finding import Finding
from .engine.session import Session
from .engine.task import Task

MOST = 3  # findings that are told in full
MOST_STORIES = 2  # tasks whose story is told in a message
MOST_LINES = 8  # lines of such a story
ON_PURPOSE = "on purpose? @pytest.mark.understudy(allow=[{rules}])"


@dataclass(frozen=True)
class Verdict:
    """The findings that fail a test, and what else a reader needs to know."""

    failing: tuple[Finding, ...]
    shown: tuple[Finding, ...]
    unstruck: tuple[tuple[str, str], ...]
    stories: tuple[str, ...]
    seed: str
    clock: str
    scenario: str = ""
    left_out: int = 0
    met: dict[Any, int] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, strict: bool, allowed: frozenset[str]) -> Verdict:
        """Judges a session as it stands."""
        book = session.journal.findings
        bad = {"broken", "doubtful"} if strict else {"broken"}
        found = [finding for finding, _ in book.values() if finding.rule not in allowed]
        failing = tuple(finding for finding in found if finding.severity in bad)
        doubtful = tuple(f for f in found if f.severity == "doubtful" and f not in failing)
        concerned = [e.task for e in session.journal if e.task and any(f in failing for f in e.findings)]
        stories = tuple(_told(session, name, session.journal.of(task=name), MOST_LINES)
                        for name in list(dict.fromkeys(concerned))[:MOST_STORIES])  # fmt: skip
        missed = session.wishes.unstruck() if "not-struck" not in allowed else []
        wishes = tuple((str(wish), wish.trouble) for wish in missed)
        met = {key: count for key, (_, count) in book.items()}
        return cls(failing, doubtful, wishes, stories, session.seed, session.clock.mode,
                   session.scenario, session.journal.left_out, met)  # fmt: skip

    @property
    def fails(self) -> bool:
        """Whether a test fails for it."""
        return bool(self.failing or self.unstruck)

    def text(self, on_purpose: str = ON_PURPOSE) -> str:
        """The failure message: at most three findings whole, then what a reader needs to reproduce it; `on_purpose`
        is how whoever reads it lets rules be, which are filled in as {rules}; nothing where there is no way."""
        return "\n".join([*self._lines(on_purpose), self.reproduced])

    @property
    def reproduced(self) -> str:
        """What to say for the same to happen again."""
        played = f", scenario={self.scenario!r}" if self.scenario else ""
        return f"to reproduce: seed={self.seed!r}, clock={self.clock!r}{played}"

    def _lines(self, on_purpose: str) -> Iterator[str]:
        for finding in self.failing[:MOST]:
            count = self.met.get(finding.key, 1)
            yield str(finding) + (f"\n  ({count} times)" if count > 1 else "")
        if len(self.failing) > MOST:
            rules = ", ".join(dict.fromkeys(finding.rule for finding in self.failing[MOST:]))
            yield f"and {len(self.failing) - MOST} more: {rules}"
        for wish, trouble in self.unstruck[:MOST]:
            cure = "mend the function" if trouble else "send that request, take the line out, or say optional=True"
            yield (f"broken: not-struck\n  expected  {wish} to happen\n"
                   f"  came      {trouble or 'no request that it is for'}\n  do this   {cure}")  # fmt: skip
        if self.failing and on_purpose:
            rules = ", ".join(dict.fromkeys(repr(finding.rule) for finding in self.failing))
            yield on_purpose.format(rules=rules)
        yield from self.stories
        if self.left_out:
            yield f"the journal no longer keeps the first {self.left_out} exchanges: raise max_exchanges"


TALLY = ("tasks", "spared", "unspent", "coins", "unpriced", "findings")


def tally(session: Session) -> dict[str, float]:
    """What a session came to: tasks, seconds that nobody waited, money, in dollars and in coins,
    orders of unknown price, findings."""
    ledgers = [account.ledger for account in session.accounts.values()]
    found = session.journal.findings.values()
    return dict(zip(TALLY, (
        session.taken, _spared(session), sum(ledger.charged for ledger in ledgers if not ledger.unit),
        sum(ledger.charged for ledger in ledgers if ledger.unit),
        sum(sum(ledger.unpriced.values()) for ledger in ledgers), sum(f.severity != "note" for f, _ in found),
    ), strict=True))  # fmt: skip


def added(*sums: Mapping[str, float]) -> dict[str, float]:
    """What several came to together."""
    return {name: sum(each[name] for each in sums) for name in TALLY}


def _spared(session: Session) -> float:
    """Seconds that somebody would have waited; where time flows, an idle hour with no task under way spares nobody."""
    clock = session.clock
    now = clock.now
    if clock.factor is None:
        return max(0.0, now - clock.client_now() + clock.slept)
    lived, until = 0.0, 0.0
    for task in session.tasks.values():
        begun, ended = max(task.timeline.times[0], until), min(task.timeline.ends, now)
        if ended > begun:
            lived, until = lived + ended - begun, ended
    return max(0.0, lived * (1 - 1 / clock.factor))


def summary(sums: Mapping[str, float], strays: float = 0) -> str:
    """The one line at the end."""
    minutes, seconds = divmod(round(sums["spared"]), 60)
    spared = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    unpriced = f" ({sums['unpriced']:.0f} unpriced)" if sums["unpriced"] else ""
    lost = f", {_count(strays, 'request')} that fitted no session" if strays else ""
    coins = f"{_count(sums['coins'], 'coin')}" if sums["coins"] else ""
    dollars = f"${sums['unspent']:.2f}" if sums["unspent"] or not coins else ""
    money = f"about {' and '.join(filter(None, (dollars, coins)))} not spent{unpriced}"
    tasks, findings = _count(sums["tasks"], "task"), _count(sums["findings"], "finding")
    return f"understudy: {tasks}, {spared} of provider time not waited, {money}, {findings}{lost}"


def _count(number: float, noun: str) -> str:
    return f"{number:.0f} {noun}{'' if number == 1 else 's'}"


def story(session: Session, stories: int | None = None, lines: int | None = None) -> str:
    """Every task's life and what was asked of it, as text; or so many of each, and how many are left out."""
    names = list(session.tasks)
    about: dict[str, list[Exchange]] = {name: [] for name in names[:stories]}
    for exchange in session.journal:
        if exchange.task in about:
            about[exchange.task].append(exchange)
    told = [_told(session, name, found, lines) for name, found in about.items()]
    if stories is not None and len(names) > stories:
        told.append(f"... and {len(names) - stories} tasks more: handle.timeline() tells them all")
    return "\n".join(told) if told else f"no task yet at {session.clock.now:.3f} s"


def _told(session: Session, name: str, about: list[Exchange], most: int | None) -> str:
    task: Task | None = session.tasks.get(name)
    if task is None:
        return f"{name}: forgotten"
    now = session.clock.now
    lines = [f"{task.model}  {name}"]
    events: list[tuple[float, str]] = [
        (beat.at, f"is {beat.state}" if beat.at <= now else f"(will be {beat.state})") for beat in task.timeline.beats
    ]
    events += [(exchange.at, _line(exchange)) for exchange in about]
    events.sort(key=lambda event: event[0])
    folded = list(_folded(events))
    for at, text in folded[:most]:
        lines.append(f"  {at:>9.3f} s  {text}")
    if most is not None and len(folded) > most:
        lines.append(f"             ... and {len(folded) - most} more: handle.timeline() tells them all")
    return "\n".join(lines)


def _folded(events: list[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    last, count, since = "", 0, 0.0
    for at, text in [*events, (0.0, "")]:
        if text == last:
            count += 1
            continue
        if last:
            yield since, last + (f"  (x{count})" if count > 1 else "")
        last, count, since = text, 1, at


def _line(exchange: Exchange) -> str:
    body = exchange.json
    told = body if isinstance(body, dict) else {}
    texts = (value for value in told.values() if isinstance(value, str))
    word = told.get("status", "") if exchange.status < 400 else next(texts, "")
    bent = f"  [{exchange.bent}]" if exchange.bent else ""
    flags = "".join(f"  ! {finding.rule}" for finding in exchange.findings if finding.severity != "note")
    return f"{exchange.method} {exchange.operation} -> {exchange.status} {word}{bent}{flags}"
