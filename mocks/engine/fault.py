"""One way in which the wire misbehaves; it never touches what happens behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal, NamedTuple

from .luck import span
from .wish import Wish, among, whole

CHANNELS = ("submit", "poll", "result", "cancel", "catalogue", "media", "webhook", "upload", "push", "socket")
OUTWARD = ("webhook", "upload", "push")  # what we send of ourselves
KINDS = {
    "delay": "lets `seconds` of real time pass, then goes on",
    "drop": "closes the connection without an answer",
    "reset": "resets the connection without an answer",
    "garbage": "sends bytes that are no HTTP, and closes",
    "malformed": "sends a good head and a body whose framing is broken, and closes",
    "cut": "closes within the body, which is shorter than its head says",
    "truncated": "sends half of the body as if it were whole",
    "garbled": "sends a body of the right length whose JSON is broken",
    "drip": "sends the body in `parts`, over `seconds` of real time",
    "html": "sends an HTML error page, as a proxy does, with `status` (502 unless told)",
    "wrong-type": "says text/plain of whatever the body is",
    "empty": "sends an empty body with `status` (200 unless told)",
    "lost": "a delivery never leaves",
    "late": "a delivery leaves `seconds` of the story later",
    "duplicated": "a delivery comes twice",
    "reordered": "a delivery comes after the one behind it",
    "early": "a delivery comes before the answer of the submit that asked for it",
}
OF_DELIVERIES = ("lost", "late", "duplicated", "reordered", "early")
OF_ANSWERS = ("cut", "truncated", "garbled", "drip", "wrong-type")  # they bend an answer that was given
WHOLE = ("delay", "drip", "wrong-type")  # after these a client may have it all the same
REAL = ("delay", "drip")  # their seconds are real ones
LONGEST = 600.0  # real seconds
SECONDS = {"delay": 1.0, "drip": 1.0, "late": 60.0, "reordered": 10.0}  # as long as this, unless told


class Place(NamedTuple):
    """Where and when a fault may strike."""

    when: str
    provider: str
    channel: str
    operation: str
    now: float
    by: str = ""  # socket, of what comes or goes by one


@dataclass(slots=True)
class Fault(Wish):
    """A status instead of an answer, or one of the KINDS: before any work is done, or after, so that the answer is
    lost or bent. Which chances it takes: the first ones are passed over (`after`), then each nth is (`every`), until a
    moment of the story (`until`), or by chance (`probability`); `times` is how often at most."""

    what: int | str
    on: str = ""
    when: Literal["", "before", "after"] = ""
    seconds: Any = None
    retry_after: float | str | None = None
    status: int | None = None
    parts: int = 5
    after: int = 0
    every: int = 1
    until: float = inf
    probability: float = 1.0
    times: Any = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if isinstance(self.what, bool) or not isinstance(self.what, (int, str)):
            raise ValueError(f"expected a status or a kind of fault; came {self.what!r}; say fault(503)")
        if isinstance(self.what, int):
            _status(self.what, 400)
        else:
            among("what is no status", self.what, KINDS)
        self._where()
        self._which()
        open_ended = self.until < inf or self.probability < 1 or self.every > 1
        self.times = ("always" if open_ended else 1) if self.times is None else self.times
        Wish.__post_init__(self)

    def _where(self) -> None:
        """Whether the place and the moment go with the kind."""
        outward = self.what in OF_DELIVERIES
        self.on = self.on or ("webhook" if outward else "")
        if outward != (self.on in OUTWARD):
            cure = "say on='webhook'" if outward else "what a receiver answers is said by webhooks.answer(status=500)"
            raise ValueError(f"expected a fault that can happen there; came {self.what!r} on {self.on!r}; {cure}")
        if self.what == "early" and self.on != "webhook":
            raise ValueError(f"expected 'early' on webhook, for which a submit can wait; came {self.on!r}; take on out")
        if self.when not in ("", "before", "after"):
            raise ValueError(f'expected when="before" or "after"; came {self.when!r}; say one of them')
        if outward and self.when == "before":
            raise ValueError(
                f"expected {self.what!r} after the work, as deliveries are; came when='before'; take it out"
            )
        self.when = self.when or ("after" if self.what in OF_ANSWERS or outward else "before")

    def _which(self) -> None:
        """Whether the numbers are such that it can strike."""
        bodied = ("html", "empty", *(OF_ANSWERS if self.when == "before" else ()))
        self._goes_with("seconds", self.seconds is None or self.what in SECONDS, tuple(SECONDS))
        self._goes_with("status", self.status is None or self.what in bodied, bodied)
        self._goes_with("retry_after", self.retry_after is None or type(self.what) is int or self.what == "html",
                        ("a status", "html"))  # fmt: skip
        self._goes_with("parts", self.parts == 5 or self.what == "drip", ("drip",))
        if self.what in SECONDS:
            self.seconds = span(SECONDS[str(self.what)] if self.seconds is None else self.seconds, "seconds")
        if self.what in REAL and self.seconds.least > LONGEST:
            raise ValueError(f"expected seconds of {self.what} to be at most {LONGEST:g}, since they are real; came "
                             f"{self.seconds}; say less")  # fmt: skip
        if self.status is not None:
            _status(self.status, 200)
        if self.retry_after is not None and not _is_moment(self.retry_after):
            raise ValueError(f"expected retry_after to be seconds, 0 or more, or an HTTP date; came "
                             f"{self.retry_after!r}; say retry_after=5")  # fmt: skip
        whole("every", self.every)
        whole("after", self.after, 0)
        whole("parts", self.parts)
        if not _is_number(self.until) or not self.until > 0:
            raise ValueError(f"expected until to be a moment of the story, above 0; came {self.until!r}; say until=60")
        if not _is_number(self.probability) or not 0 < self.probability <= 1:
            raise ValueError(f"expected probability above 0, at most 1; came {self.probability!r}; say probability=0.5")

    def _goes_with(self, name: str, fine: bool, kinds: tuple[str, ...]) -> None:
        if not fine:
            raise ValueError(f"expected {name} with {', '.join(kinds)}; came {self.what!r}; take {name} out")

    def lasts(self, *words: object) -> float:
        """For how long, as the words decide; of real seconds no more than anybody waits for."""
        drawn: float = self.seconds.draw(*words) if self.seconds is not None else 0.0
        return min(drawn, LONGEST) if self.what in REAL else drawn

    def meets(self, place: Place) -> bool:
        """Whether it has a chance here; the chance is counted."""
        if not self.live or self.when != place.when or place.now >= self.until:
            return False
        if self.on not in ("", place.channel, place.operation, place.by) or self.provider not in ("", place.provider):
            return False
        if not self.on and place.channel in OUTWARD:
            return False
        self.met += 1
        return True

    def strikes(self, luck: float) -> bool:
        """Whether it takes the chance that it was just given."""
        nth = self.met - self.after
        return nth > 0 and nth % self.every == 0 and luck < self.probability

    @property
    def missed(self) -> bool:
        """One that is left to chance is missed only if it never had one."""
        if self.probability < 1:
            return not any(wish.met for wish in (self, *self.kin)) and not self.optional
        return Wish.missed.fget(self)  # type: ignore[attr-defined,no-any-return]

    def __str__(self) -> str:
        said = self.said()
        what = said.pop("what")
        told = "".join(f", {name}={value!r}" for name, value in said.items() if name != "optional")
        return f"fault({what!r}{told})"


def came_whole(bent: str) -> bool:
    """Whether an exchange that bears the name of this fault, or of none, gave its answer all the same."""
    return not bent or any(bent.startswith(f"fault({kind!r}") for kind in WHOLE)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_moment(value: Any) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isprintable() and bool(value)
    return _is_number(value) and 0 <= value < inf


def _status(status: int, least: int) -> None:
    if not isinstance(status, int) or not least <= status <= 599:
        raise ValueError(f"expected a status from {least} to 599; came {status!r}; say fault(503)")
