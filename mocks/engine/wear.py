"""How old things are: what was advanced wears them out, a jump of the story does not."""

from __future__ import annotations

from bisect import bisect_right


class Wear:
    """The second hand of a clock that is moved: which spans of the story were lived, and how far it jumped between."""

    def __init__(self) -> None:
        self._lived: list[tuple[float, float, float]] = []  # from, to, and how far the story had jumped by then
        self._lag = 0.0

    def advanced(self, start: float, end: float) -> None:
        """The story went from one moment to another, and things aged with it."""
        if self._lived and self._lived[-1][1] == start and self._lived[-1][2] == self._lag:
            self._lived[-1] = (self._lived[-1][0], end, self._lag)
        else:
            self._lived.append((start, end, self._lag))

    def jumped(self, seconds: float) -> None:
        """The story went on alone."""
        self._lag = round(self._lag + seconds, 6)

    def at(self, moment: float) -> float:
        """How old the session was when the story passed a moment."""
        last = bisect_right(self._lived, moment, key=lambda span: span[0]) - 1
        if last < 0:
            return 0.0
        _, end, lag = self._lived[last]
        return round(min(moment, end) - lag, 6)
