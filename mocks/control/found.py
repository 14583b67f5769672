"""What a request names, found in the house: its session, its provider, its task."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...contracts.finding import did_you_mean
from ..app import DEFAULT
from ..engine.session import Session
from ..engine.task import Task
from .asked import Asked, No

if TYPE_CHECKING:
    from ..app import App

MOST_NAMES = 20  # that a refusal tells


def session_of(app: App, ask: Asked) -> Session:
    """The session that a path names."""
    sid = ask.names["sid"]
    session = app.sessions.get(sid)
    if session is None and sid == DEFAULT and app.opens_default:
        session = app.default()
    if session is None:
        raise No(404, f"expected a session; came {sid[:80]!a}; there are: {_listed(app.sessions)}")
    session.cast.values()  # who looks behind the stage finds everybody there
    return session


def provider_of(session: Session, said: str | None) -> str:
    """The provider that is named, or the session's first."""
    if said is None:
        return next(iter(session.cast))
    if said not in session.cast:
        raise No(404, f"expected a provider of this session; came {said[:80]!a}; there are: {_listed(session.cast)}")
    return said


def task_of(session: Session, ask: Asked) -> Task:
    """The task that a path names."""
    name = ask.names["task"]
    task = session.tasks.get(name)
    if task is None:
        cure = did_you_mean(name, list(session.tasks)[-MOST_NAMES:], f"there are {len(session.tasks)}: see tasks")
        raise No(404, f"expected a task of this session; came {name[:80]!a}; {cure}")
    return task


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - MOST_NAMES} more" if len(every) > MOST_NAMES else ""
    return (", ".join(every[:MOST_NAMES]) or "none") + more
