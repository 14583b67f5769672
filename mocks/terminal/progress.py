"""How far a check is: one line that is rewritten on a terminal, one for each stage elsewhere."""

from __future__ import annotations

import re
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
        self._stage = ""

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
        """Says what is done now; the first word names the stage."""
        line = " ".join(text.split())
        if self._status is not None:
            from rich.text import Text  # no bracket of an answer is markup

            self._status.update(Text(line, overflow="ellipsis", no_wrap=True))
        elif not self._quiet and (stage := re.split(r"\W", line, maxsplit=1)[0]) != self._stage:
            self._stage = stage
            click.echo(f"understudy: {line}", err=True)

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()
