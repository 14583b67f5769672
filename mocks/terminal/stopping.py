"""Ctrl-C and SIGTERM, heard once: then what was found so far is written down, and nothing breaks that off."""

from __future__ import annotations

import signal
from threading import current_thread, main_thread
from types import FrameType, TracebackType
from typing import Any

STOPS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class Stop:
    """While it is open, the first of them raises KeyboardInterrupt, and those that follow are ignored."""

    def __init__(self) -> None:
        self._number = signal.SIGINT
        self._raised = False
        self._before: dict[signal.Signals, Any] = {}

    @property
    def code(self) -> int:
        """The exit code of a process that was stopped so."""
        return 128 + self._number

    @property
    def said(self) -> str:
        """Who stopped it, in a sentence."""
        return f"it was stopped by {STOPS[self._number]}"

    def insist(self) -> None:
        """Raises it anew, where asking goes on although it was heard: somebody swallowed it."""
        if self._raised:
            raise KeyboardInterrupt

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        for each in self._before:
            signal.signal(each, signal.SIG_IGN)
        self._number, self._raised = signal.Signals(number), True
        raise KeyboardInterrupt

    def __enter__(self) -> Stop:
        if current_thread() is main_thread():  # no other may listen
            for each in STOPS:
                before = signal.getsignal(each)
                if before not in (None, signal.SIG_IGN):  # a shell's job in the background is not meant by Ctrl-C
                    self._before[each] = before
                    signal.signal(each, self._heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each, before in self._before.items():
            signal.signal(each, before)
