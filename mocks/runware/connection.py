"""A connection: who is at the other end of a socket, known once a key was said on it."""

from __future__ import annotations

from ..engine.refusal import Refusal
from ..web.dialect import Answer
from ..web.turn import Turn


def authentication(turn: Turn) -> Answer:
    """Says whose line it is from now on. Over HTTP nobody is answered that it is known; its other tasks are."""
    if turn.line is None:
        return Answer(200, {"data": []})
    account = turn.session.accounts.get((turn.dialect.provider, turn.inputs["apiKey"]))
    if account is None or account.revoked:
        raise Refusal("bad-key")
    wanted = turn.inputs.get("connectionSessionUUID", "")
    name = turn.session.switchboard.connect(turn.line, account, wanted).name
    return Answer(200, {"data": [{"taskType": "authentication", "connectionSessionUUID": name}]})


def ping(_turn: Turn) -> Answer:
    """Pong."""
    return Answer(200, {"data": [{"taskType": "ping", "pong": True}]})


ROUTES = {"authentication": authentication, "ping": ping}
