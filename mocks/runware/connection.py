"""A connection: who is at the other end of a socket, known once a key was said on it."""

from __future__ import annotations

from ..engine.luck import digest
from ..engine.refusal import Refusal
from ..web.dialect import Answer
from ..web.turn import Turn


def authentication(turn: Turn) -> Answer:
    """Says whose line it is from now on. Over HTTP nobody is answered that it is known; its other tasks are."""
    if turn.line is None:
        return Answer(200, {"data": []})
    said = turn.inputs.get("apiKey")
    account = turn.session.accounts.get((turn.dialect.provider, said)) if type(said) is str else None
    if account is None or account.revoked:
        raise Refusal("bad-key")
    turn.line.account = account
    turn.session.made += 1
    word = digest(turn.session.seed, "connection", turn.session.made)
    turn.line.name = f"{word[:8]}-{word[8:12]}-4{word[12:15]}-a{word[15:18]}-{word[18:30]}"
    return Answer(200, {"data": [{"taskType": "authentication", "connectionSessionUUID": turn.line.name}]})


def ping(_turn: Turn) -> Answer:
    """Pong."""
    return Answer(200, {"data": [{"taskType": "ping", "pong": True}]})


ROUTES = {"authentication": authentication, "ping": ping}
