"""The live table of serve: a function of sessions and now, drawn only where it fits and only when it changed."""

from __future__ import annotations

import io
import sys
import threading
from typing import Any

import pytest
from rich.console import Console
from understudy import StandIn
from understudy.mocks.app import App
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.session import Session
from understudy.mocks.settings import Settings
from understudy.mocks.terminal.log import Log
from understudy.mocks.terminal.screen import Screen, drawn, fits, shot
from understudy.tests.mocks.errands import send, submit, world

TABLE = """
  time  provider  model                     state                place  cost  last request
 0.0 s  runcomfy  tongyi-mai/z-image/turbo  succeeded                      1  submit 200
 0.0 s  runcomfy  tongyi-mai/z-image/turbo  running    ##......            ?  status 200
 0.0 s  runcomfy  tongyi-mai/z-image/turbo  running    ........            ?  submit 200
15.0 s  runcomfy  tongyi-mai/z-image/turbo  queued                   1     ?  submit 200
and 1 older
clock manual at 15 s   6 requests   0 findings   1 webhook"""


def told(sessions: list[Session], most: int = 20, width: int = 110) -> str:
    console = Console(record=True, width=width, file=io.StringIO())
    console.print(drawn(shot(sessions, most), width))
    return "\n".join(line.rstrip() for line in console.export_text().splitlines())


def busy(handle: StandIn) -> None:
    """Tasks in every state that a table shows."""
    submit(handle)
    handle.script(running=10, cost=1)
    submit(handle)
    handle.script(running=50)
    job = submit(handle).json()
    handle.script(stuck=True)
    submit(handle)
    handle.clock.advance(15)
    send(handle, "GET", f"/v1/requests/{job['request_id']}/status")
    submit(handle)
    session = handle.session
    handle.call(lambda: session.receiver._keep({"method": "POST", "path": "/x", "headers": []}, b"", 200))


def test_the_table_tells_each_tasks_state_and_progress() -> None:
    with world() as handle:
        busy(handle)
        assert told([handle.session], 4).strip("\n") == TABLE.strip("\n")


def test_two_looks_at_one_moment_are_equal_and_change_nothing() -> None:
    with world() as handle:
        busy(handle)
        one = handle.call(lambda: shot([handle.session]))
        assert handle.call(lambda: shot([handle.session])) == one
        handle.clock.advance(5)
        assert handle.call(lambda: shot([handle.session])) != one
        assert len(handle.journal) == 6


def test_sessions_are_told_apart_where_there_are_several() -> None:
    with world() as one, world() as other:
        submit(one)
        submit(other)
        text = told([one.session, other.session], width=140)
    assert "  session  " in text
    assert one.name in text
    assert "2 sessions" in text


@pytest.mark.parametrize(("width", "head"), [
    (80, "time  model  state  place  cost  last request"), (60, "time  model  state  place  cost"),
    (48, "time  model  state"), (40, "model  state"), (20, "model  state"),
])  # fmt: skip
def test_a_narrow_terminal_has_fewer_columns_and_cuts_none_but_the_models(width: int, head: str) -> None:
    with world() as handle:
        busy(handle)
        lines = told([handle.session], 4, width).splitlines()
    assert max(map(len, lines)) <= width
    assert lines[1].split() == head.split()
    for line, word in zip(lines[2:6], ("succeeded", "running", "running", "queued"), strict=False):
        assert word in line


def test_a_terminal_of_the_usual_width_cuts_nothing() -> None:
    with world() as handle:
        busy(handle)
        assert "\N{HORIZONTAL ELLIPSIS}" not in told([handle.session], width=80)


def test_an_empty_house_has_a_foot_alone() -> None:
    with world() as handle:
        assert told([handle.session]).strip() == "clock manual at 0 s   0 requests   0 findings   0 webhooks"


def test_a_flowing_clock_is_told_by_the_second_that_passes_here() -> None:
    with world(clock="x10") as handle:
        ticks = [0.0]
        handle.session.clock = Clock("x10", tick=lambda: ticks[0])
        feet = []
        for ticks[0] in (0.0, 0.4, 0.9, 1.1):
            feet.append(shot([handle.session]).foot.partition(" s ")[0])
    assert feet == ["clock x10 at 0", "clock x10 at 0", "clock x10 at 0", "clock x10 at 10"]


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("said", "term", "wanted"), [
    ({}, "xterm", True), ({}, "dumb", False), ({}, "", False), ({"quiet": True}, "xterm", False),
    ({"json": True}, "xterm", False), ({"log_format": "json"}, "xterm", False),
])  # fmt: skip
def test_it_is_shown_where_it_fits(
    said: dict[str, Any], term: str, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert fits(Settings().but(**said)) is wanted
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not fits(Settings().but(**said))


class Loop:
    """A loop whose timer rings when the test says so."""

    def __init__(self) -> None:
        self.next: Any = None

    def call_later(self, seconds: float, call: Any, *args: Any) -> None:
        self.next = lambda: call(*args)


def screened(**env: str) -> tuple[App, Log, Screen, Terminal]:
    app, file = App(Settings(clock="manual")), Terminal()
    log = Log(app, "text")
    console = Console(file=file, force_terminal=True, width=100, height=20, _environ={"TERM": "xterm-256color", **env})
    return app, log, Screen(app, log, console), file


def written(log: Log) -> None:
    """Returns when the log's own thread has done all that it was given so far: what waits together is written when
    all of it has been looked at, hence the second time."""
    for _ in range(2):
        done = threading.Event()
        log._lines.put(done.set)
        assert done.wait(5)


def test_lines_scroll_above_and_nothing_is_drawn_twice() -> None:
    app, log, screen, file = screened()
    session, loop = app.open("w", Settings(clock="manual")), Loop()
    screen.begin(loop)
    written(log)
    once = file.getvalue()
    assert "clock manual at 0 s" in once
    loop.next()
    written(log)
    assert file.getvalue() == once
    log.say("a line [bold]as it is[/bold]")
    written(log)
    assert "a line [bold]as it is[/bold]\n" in file.getvalue()
    session.clock.advance(3)
    loop.next()
    written(log)
    assert file.getvalue().count("clock manual at 3 s") == 1
    log.close()
    assert file.getvalue().rpartition("\x1b[?25h")[1], "the cursor is back"


def test_no_color_is_honoured() -> None:
    colours = []
    for env in ({}, {"NO_COLOR": "1"}):
        app, log, screen, file = screened(**env)
        with world() as handle:
            busy(handle)
            app.sessions["w"] = handle.session
            screen.begin(Loop())
            written(log)
        log.close()
        colours.append("\x1b[36m" in file.getvalue())
    assert colours == [True, False]
