"""The live table of `serve` on a terminal: the newest tasks, how far they are, and what the house came to so far."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from ...contracts.exchange import Exchange
from ..engine.session import Session
from ..engine.task import Task
from ..engine.timeline import State
from ..settings import Settings

if TYPE_CHECKING:
    from rich.console import Console, Group

    from ..app import App
    from .log import Log

EVERY = 0.25  # real seconds between two looks
MOST_ROWS = 20
LOOKED_AT = 500  # so many of the newest exchanges are searched for a task's last one
CELLS = 8
# The columns, and from which width on each is shown; None: only where there are several.
LEAST = {
    "at": 48,
    "session": None,
    "provider": 90,
    "model": 0,
    "state": 0,
    "bar": 40,
    "place": 56,
    "cost": 56,
    "last": 76,
}
HEADS = {"at": "time", "bar": "", "last": "last request"}
RIGHT, COLOURED = ("at", "place", "cost"), ("state", "bar")
COLOURS = {State.QUEUED: "yellow", State.RUNNING: "cyan", State.SUCCEEDED: "green", State.FAILED: "red",
           State.CANCELLED: "magenta"}  # fmt: skip


class Row(NamedTuple):
    """One task at a moment."""

    session: str
    at: str
    provider: str
    model: str
    state: State
    bar: str
    place: str
    cost: str
    last: str


class Shot(NamedTuple):
    """All that the table shows; two that are equal need not be drawn twice."""

    rows: tuple[Row, ...]
    left_out: int
    foot: str


def shot(sessions: Iterable[Session], most: int = MOST_ROWS) -> Shot:
    """How sessions stand now. Looking changes nothing."""
    every = list(sessions)
    rows = [row for session in every for row in _rows(session, most)][-most:]
    held = sum(len(session.tasks) for session in every)
    return Shot(tuple(rows), held - len(rows), _foot(every))


def _rows(session: Session, most: int) -> list[Row]:
    now = session.clock.now
    newest = list(islice(reversed(session.tasks.values()), most))
    last = _last(session, {task.id for task in newest}) if newest else {}
    return [_row(session, task, now, last.get(task.id)) for task in reversed(newest)]


def _last(session: Session, wanted: set[str]) -> Mapping[str, Exchange]:
    """The last request about each task, as far back as it is worth looking."""
    found: dict[str, Exchange] = {}
    for exchange in islice(reversed(session.journal.kept), LOOKED_AT):
        if exchange.task in wanted and exchange.task not in found:
            found[exchange.task] = exchange
            if len(found) == len(wanted):
                break
    return found


def _row(session: Session, task: Task, now: float, last: Exchange | None) -> Row:
    state, place = task.timeline.at(now), session.place(task, now)
    told = f"{last.operation or last.channel} {last.status}" if last is not None else ""
    return Row(session.name, f"{task.timeline.asked:.1f} s", task.order.provider, task.model, state,
               _bar(task, now) if state is State.RUNNING else "", str(place or ""),
               "?" if task.cost is None else f"{task.cost:.4g}", told)  # fmt: skip


def _bar(task: Task, now: float) -> str:
    """How far a task is; of one that never ends nobody knows."""
    starts, ends = task.timeline.starts, task.timeline.ends
    if ends == inf:
        return "." * CELLS
    full = int(CELLS * (now - starts) / (ends - starts)) if ends > starts else CELLS
    return "#" * full + "." * (CELLS - full)


def _foot(sessions: list[Session]) -> str:
    told = list(_clocks(sessions))
    findings = sum(finding.severity != "note" for session in sessions
                   for finding, _ in session.journal.findings.values())  # fmt: skip
    sums = {"request": sum(session.journal.count for session in sessions), "finding": findings,
            "webhook": sum(session.receiver.count for session in sessions)}  # fmt: skip
    told += [f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in sums.items()]
    return "   ".join(told)


def _clocks(sessions: list[Session]) -> Iterator[str]:
    """Where the first session's clock stands; a flowing one is told to the second that passes here, not to the tick."""
    for session in sessions[:1]:
        clock = session.clock
        now = clock.now if clock.factor is None else clock.now // clock.factor * clock.factor
        yield f"clock {clock.mode} at {now:.10g} s"
    if len(sessions) > 1:
        yield f"{len(sessions)} sessions"


def drawn(seen: Shot, width: int) -> Group:
    """A shot as something that rich can print so wide: a function of both alone."""
    from rich.console import Group  # loaded for a terminal alone
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    columns = _columns(seen.rows, width)
    for name in columns:
        justify: Any = "right" if name in RIGHT else "left"
        table.add_column(HEADS.get(name, name), justify=justify, no_wrap=name != "model", overflow="ellipsis")
    for row in seen.rows:
        told = {**row._asdict(), "state": str(row.state).lower()}
        table.add_row(*(Text(told[name], COLOURS[row.state] if name in COLOURED else "") for name in columns))
    more = (Text(f"and {seen.left_out} older", "dim"),) if seen.left_out else ()
    foot = Text(seen.foot, "dim", no_wrap=True, overflow="ellipsis")
    return Group(Text(""), *((table,) if seen.rows else ()), *more, foot)


def _columns(rows: Iterable[Row], width: int) -> list[str]:
    """What so much room is for: the names of models give way first, then what says least."""
    several = {name for name in ("session", "provider") if len({getattr(row, name) for row in rows}) > 1}
    return [name for name, least in LEAST.items() if name in several or (least is not None and width >= least)]


def fits(settings: Settings) -> bool:
    """Whether a table can be shown: on a terminal that moves its cursor, to somebody who wants to read."""
    if settings.quiet or settings.json or settings.log_format != "text":
        return False
    plain = os.environ.get("TERM", "dumb") in ("dumb", "unknown", "")
    return sys.stdout.isatty() and sys.stderr.isatty() and not plain


class Screen:
    """A terminal that shows the table at its foot while lines scroll above it. Whoever owns the sessions looks; the
    log's own thread draws, so that a terminal that stands still holds nobody up."""

    def __init__(self, app: App, log: Log, console: Console | None = None) -> None:
        from rich.console import Console  # a tenth of a second to load, and only a terminal needs it
        from rich.live import Live

        self._app = app
        self._log = log
        self._console = console or Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False,
                          transient=True, vertical_overflow="crop")  # fmt: skip
        self._shown: Shot | None = None
        self._drawing = False

    def begin(self, loop: Any) -> None:
        """Looks four times a second from now on."""
        self._log.shown_on(self)
        self._look(loop)

    def _look(self, loop: Any) -> None:
        seen = shot(self._app.sessions.values(), max(1, min(MOST_ROWS, self._console.height // 2)))
        if seen != self._shown and not self._drawing:
            self._shown, self._drawing = seen, True
            self._log.draw(seen)
        loop.call_later(EVERY, self._look, loop)

    def draw(self, seen: Shot) -> None:
        """Shows a shot at the foot."""
        self._drawing = False
        if not self._live.is_started:
            self._live.start()
        self._live.update(drawn(seen, self._console.width), refresh=True)

    def say(self, text: str) -> None:
        """Lines above the table."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def end(self) -> None:
        """Takes the table away and gives the cursor back."""
        self._live.stop()
