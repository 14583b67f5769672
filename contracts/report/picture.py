"""The picture of a story: time from left to right, a lane for each order, its states as bars, its requests as marks."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .story import Gap, Step, shortened, timed

MOST = 12  # steps that are drawn; the words below the picture tell more
SLOT, LANE, HEAD, SIDE, ROOM = 74, 68, 40, 66, 50  # pixels; twelve columns fit into a page without scrolling
RADIUS, BAR = 7, 17
TONES = 5
LONGEST = 13  # characters that fit between two marks


class Picture:
    """A story, drawn as SVG; each step has a column of its own, since much happens at one moment."""

    def __init__(self, told: list[Step], name: str) -> None:
        self._columns = shortened(told, MOST)
        self._timed = timed(told)
        self._name = name
        self._words: dict[str, int] = {}  # each state has one tone in all lanes
        drawn = [step for step in self._columns if isinstance(step, Step)]
        orders = {step.order for step in drawn if step.asks}
        self._lanes = {order: at for at, order in enumerate(sorted(orders, key=lambda order: (not order, order)))}
        self._width = SIDE + SLOT * len(self._columns) + ROOM
        self._height = HEAD + LANE * max(1, len(self._lanes)) + 8

    def __str__(self) -> str:
        says = escape(f"What happened, step by step; it fails at {self._line_of(self._bad)}")
        return "\n".join([
            f'<svg class="picture" viewBox="0 0 {self._width} {self._height}" width="{self._width}" '
            f'height="{self._height}" role="img" aria-labelledby="{self._name}-says">',
            f'<title id="{self._name}-says">{says}</title>', *self._ground(), *self._bars(), *self._marks(), "</svg>",
        ])  # fmt: skip

    @property
    def _bad(self) -> Step:
        return next(step for step in self._columns if isinstance(step, Step) and step.failing)

    @staticmethod
    def _line_of(step: Step) -> str:
        return f"{step.does} {step.what}: {step.status or 'no answer'} {step.word}".strip()

    def _middle(self, column: int) -> float:
        return SIDE + SLOT * (column + 0.5)

    def _line(self, order: int) -> float:
        return HEAD + LANE * (self._lanes[order] + 0.5)

    def _ground(self) -> Iterator[str]:
        """Lanes with their names, moments above, what passes as bands, and the column that fails."""
        for order, lane in self._lanes.items():
            top = HEAD + LANE * lane
            odd = " odd" if lane % 2 else ""
            yield f'<rect class="lane{odd}" x="0" y="{top}" width="{self._width}" height="{LANE}" rx="6"/>'
            name = f"order {order}" if order else "others"
            yield f'<text class="name" x="10" y="{self._line(order) + 4}">{name}</text>'
        shown = -1.0
        for column, step in enumerate(self._columns):
            left, middle = SIDE + SLOT * column, self._middle(column)
            if isinstance(step, Gap):
                yield self._band("gap", left, f"+{step.many}", str(step))
                continue
            if step.failing:
                yield f'<rect class="bad" x="{left}" y="2" width="{SLOT}" height="{self._height - 4}" rx="6"/>'
            if not step.asks:
                yield self._band("pass", left, f"+{step.passes:g} s" if step.passes else "cue", step.what)
            elif self._timed and step.at != shown:
                shown = step.at
                yield f'<text class="moment" x="{middle}" y="16">{step.at:g} s</text>'

    def _band(self, kind: str, left: float, label: str, says: str) -> str:
        height = self._height - HEAD - 8
        return (f'<g class="{kind}"><title>{escape(says)}</title>'
                f'<rect x="{left + 6}" y="{HEAD}" width="{SLOT - 12}" height="{height}" rx="4"/>'
                f'<text x="{left + SLOT / 2}" y="{HEAD - 8}">{escape(label)}</text></g>')  # fmt: skip

    def _bars(self) -> Iterator[str]:
        """Each order's states, from the answer that told of one to the answer that told of another."""
        for order in self._lanes:
            own = [(column, step) for column, step in enumerate(self._columns)
                   if isinstance(step, Step) and order and step.order == order]  # fmt: skip
            heard = [(column, step.state or "taken") for column, step in own if step.state or step.takes]
            fresh = [at for at, (_, word) in enumerate(heard) if not at or heard[at - 1][1] != word]
            ends = [*(self._middle(heard[at][0]) for at in fresh), float(self._width - 8)][1:]
            for at, end in zip(fresh, ends, strict=True):
                yield self._bar(order, heard[at][1], (self._middle(heard[at][0]), end))

    def _bar(self, order: int, word: str, span: tuple[float, float]) -> str:
        left, right = span
        tone = self._words.setdefault(word, len(self._words)) % TONES
        top, fits = self._line(order) + 9, int((right - left - 18) / 6)
        text = word if len(word) <= fits else f"{word[: fits - 1]}…" if fits > 3 else ""
        return (f'<g class="state tone{tone}"><title>{escape(word)}</title>'
                f'<rect x="{left}" y="{top}" width="{right - left}" height="{BAR}" rx="4"/>'
                f'<text x="{left + 10}" y="{top + 12.5}">{escape(text)}</text></g>')  # fmt: skip

    def _marks(self) -> Iterator[str]:
        for column, step in enumerate(self._columns):
            if isinstance(step, Gap) or not step.asks:
                continue
            x, y = self._middle(column), self._line(step.order)
            kind = "fails" if step.failing else "good" if 200 <= step.status < 300 else "no"
            label = step.operation or step.does
            label = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
            times = f" x{step.times}" if step.times > 1 else ""
            yield (f'<g class="mark {kind}"><title>{escape(self._line_of(step))}</title>'
                   f'<text class="what" x="{x}" y="{y - 19}">{escape(label)}{times}</text>'
                   f'<circle cx="{x}" cy="{y - 5}" r="{RADIUS}"/>{_cross(x, y - 5) if step.failing else ""}'
                   f'<text class="status" x="{x + 12}" y="{y - 1}">{step.status or "none"}</text></g>')  # fmt: skip


def _cross(x: float, y: float) -> str:
    return f'<path d="M{x - 3} {y - 3}l6 6m0 -6l-6 6"/>'


def picture(told: list[Step], name: str) -> str:
    """A story as SVG; `name` is one that nothing else of the page has."""
    return str(Picture(told, name))
