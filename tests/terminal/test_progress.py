"""Progress: one line that is rewritten on a terminal, one for each stage elsewhere, none for who asked for quiet."""

from __future__ import annotations

import io
import sys

import pytest
from understudy.mocks.terminal.progress import Progress

SAID = ("drill 1/3: a [red] tram", "drill 2/3: a life", "lifecycle: 60 worlds", "lifecycle: over")


class Terminal(io.StringIO):
    """A stderr that somebody looks at."""

    def isatty(self) -> bool:
        return True


def said(quiet: bool = False) -> None:
    with Progress(quiet) as progress:
        for text in SAID:
            progress.say(text)


def test_elsewhere_each_stage_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    said()
    out = capsys.readouterr()
    assert out.err == "understudy: drill 1/3: a [red] tram\nunderstudy: lifecycle: 60 worlds\n"
    assert out.out == ""


def test_who_asked_for_quiet_hears_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    said(quiet=True)
    assert capsys.readouterr().err == ""


def test_on_a_terminal_one_line_is_rewritten_and_gone_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Terminal()
    monkeypatch.setattr(sys, "stderr", seen)
    monkeypatch.setenv("TERM", "xterm")
    said()
    assert "\x1b[2K" in seen.getvalue()
    assert seen.getvalue().count("understudy:") == 0


def test_a_terminal_that_cannot_rewrite_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Terminal()
    monkeypatch.setattr(sys, "stderr", seen)
    monkeypatch.setenv("TERM", "dumb")
    said()
    assert seen.getvalue().splitlines() == ["understudy: drill 1/3: a [red] tram", "understudy: lifecycle: 60 worlds"]
