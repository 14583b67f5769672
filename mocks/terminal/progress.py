"""How far a check is: one line that is rewritten on a terminal, a line for each stage elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.status import Status


class Progress:
    """Says what is being done, on stderr. Who asked for quiet hears nothing."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._status: Status | None = None
        self._last = ""

    def __enter__(self) -> Progress:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console  # a tenth of a second, which --help need not wait
            from rich.status import Status

            console = Console(stderr=True)
            if not console.is_dumb_terminal:
                self._status = Status("", console=console, spinner="line")
                self._status.start()
        return self

    def say(self, text: str) -> None:
        """Says what is done now; what was said before is written over, or not said twice."""
        line = " ".join(text.split())
        if self._quiet or line == self._last:
            return
        self._last = line
        if self._status is None:
            click.echo(f"understudy: {line}", err=True)
        else:
            from rich.text import Text  # no bracket of an answer is markup

            self._status.update(Text(line, overflow="ellipsis", no_wrap=True))

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()
