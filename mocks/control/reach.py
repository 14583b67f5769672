"""What of each promise the sessions have reached, worked out from their journals when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contracts.checks.reaching.coverage import Coverage
from ..engine.session import Session
from ..reached import Reached
from .asked import Asked

if TYPE_CHECKING:
    from ..app import App


class Reach:
    """What was reached: in the journals that are open, and in those of sessions that ended here."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._kept = Reached()

    def keep(self, session: Session) -> None:
        """Notes what a session has reached before it is forgotten."""
        self._kept.read(session)

    async def coverage(self, ask: Asked) -> dict[str, Any]:  # noqa: ARG002 - every route is handed what was asked
        """Of each provider all that is documented, with how often it was reached and in which sessions."""
        whole = Reached()
        whole.merge(
            {name: Coverage(self._app.spoken(name).contract, whole=False).as_dict() for name in self._app.providers}
        )
        whole.merge(self._kept.as_dict())
        for session in self._app.sessions.values():
            whole.read(session)
        return {"providers": whole.as_dict()}
