"""The director's wishes over HTTP: scripts, refusals and faults, cues, and what the receiver of webhooks answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..desk import Desk
from ..engine.fault import Fault
from ..engine.script import Script
from ..engine.session import Session
from ..engine.wish import Wish
from .asked import Asked, No
from .books import received, task_told
from .found import provider_of, session_of, task_of

if TYPE_CHECKING:
    from ..app import App


class Wishing:
    """What is wished for, and what became of it."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def scripts(self, ask: Asked) -> dict[str, Any]:
        """The scripts."""
        return self._all("script", ask)

    async def script(self, ask: Asked) -> dict[str, Any]:
        """Lays scripts down."""
        return self._laid("script", ask)

    async def clear_scripts(self, ask: Asked) -> dict[str, Any]:
        """Takes scripts back."""
        return self._cleared("script", ask)

    async def refusals(self, ask: Asked) -> dict[str, Any]:
        """The refusals."""
        return self._all("refuse_next", ask)

    async def refuse_next(self, ask: Asked) -> dict[str, Any]:
        """Lays refusals down."""
        return self._laid("refuse_next", ask)

    async def clear_refusals(self, ask: Asked) -> dict[str, Any]:
        """Takes refusals back."""
        return self._cleared("refuse_next", ask)

    async def faults(self, ask: Asked) -> dict[str, Any]:
        """The faults."""
        return self._all("fault", ask)

    async def fault(self, ask: Asked) -> dict[str, Any]:
        """Lays faults down."""
        return self._laid("fault", ask)

    async def clear_faults(self, ask: Asked) -> dict[str, Any]:
        """Takes faults back."""
        return self._cleared("fault", ask)

    async def cue(self, ask: Asked) -> dict[str, Any]:
        """Gives a task its next beat."""
        session = session_of(self._app, ask)
        task = task_of(session, ask)
        try:
            return task_told(session, session.cue(task, session.clock.now), ask.base)
        except ValueError as wrong:
            raise No(409, str(wrong)) from None

    async def answer_webhooks(self, ask: Asked) -> dict[str, Any]:
        """Says what the receiver answers, behind what was said before."""
        session = session_of(self._app, ask)
        try:
            for said in ask.body:
                session.receiver.answer(**said)
        except ValueError as wrong:
            raise No(422, str(wrong)) from None
        return received(session, ask.base)

    def _laid(self, kind: str, ask: Asked) -> dict[str, Any]:
        """Lays down all that came, or nothing of it."""
        session = session_of(self._app, ask)
        wishes = session.wishes
        before = [*wishes.scripts], [*wishes.faults]
        try:
            laid = [self._one(session, kind, said, ask.query.get("provider")) for said in ask.body]
        except (No, TypeError, ValueError) as wrong:
            wishes.scripts[:], wishes.faults[:] = before
            raise wrong if isinstance(wrong, No) else No(422, str(wrong)) from None
        return {"wishes": [_told(wish) for wish in laid]}

    def _one(self, session: Session, kind: str, said: Mapping[str, Any], asked: str | None) -> Wish:
        words = dict(said)
        return Desk(session, provider_of(session, words.pop("provider", asked))).wish(kind, words)

    def _all(self, kind: str, ask: Asked) -> dict[str, Any]:
        wanted = ask.query.get("provider")
        every = _book(session_of(self._app, ask), kind)
        return {"wishes": [_told(wish) for wish in every if _is(wish, kind, wanted)]}

    def _cleared(self, kind: str, ask: Asked) -> dict[str, Any]:
        book = _book(session_of(self._app, ask), kind)
        wanted = ask.query.get("provider")
        left = [wish for wish in book if not (wish.live and _is(wish, kind, wanted))]
        gone = len(book) - len(left)
        book[:] = left
        return {"cleared": gone, "wishes": [_told(wish) for wish in left if _is(wish, kind, None)]}


def _book(session: Session, kind: str) -> list[Any]:
    return session.wishes.faults if kind == "fault" else session.wishes.scripts


def _is(wish: Fault | Script, kind: str, provider: str | None) -> bool:
    """Whether a wish is of this kind, and about this provider: refusals stand in one book with scripts."""
    refuses = isinstance(wish, Script) and bool(wish.refuses)
    return refuses is (kind == "refuse_next") and provider in (None, wish.provider)


def _told(wish: Wish) -> dict[str, Any]:
    return {"wish": str(wish), "provider": wish.provider, "times": wish.times, "optional": wish.optional,
            "met": wish.met, "struck": wish.struck, "live": wish.live, "trouble": wish.trouble}  # fmt: skip
