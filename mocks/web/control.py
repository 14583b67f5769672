"""The control plane: what a Python test can do by its handle, any language can do here. FastAPI serves it."""

from __future__ import annotations

import inspect
from hmac import compare_digest
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from .guard import CONTROL, LOOPBACK

OURS = (*LOOPBACK, "testserver", "understudy")  # the last two are how in-process clients call the house


class Span(BaseModel):
    """How far the clock is to be moved, in seconds."""

    advance: float = Field(ge=0, le=1e9)


class ControlPlane:
    """The routes over one house, which it is handed, since it stands below it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def api(self) -> FastAPI:
        """The application. Its telemetry is off: a test process may have one of its own."""
        known = "telemetry" in inspect.signature(FastAPI.__init__).parameters
        off: Any = {"telemetry": {"tracing": False, "metrics": False, "logs": False}} if known else {}
        api = FastAPI(title="understudy control plane", version="1", docs_url=None, redoc_url=None,
                      openapi_url=CONTROL + "/openapi.json", **off)  # fmt: skip
        api.middleware("http")(self.only_ours)
        api.get("/")(self.door)
        api.get(CONTROL + "/health")(self.health)
        api.get(CONTROL + "/sessions/{sid}/journal")(self.journal)
        api.get(CONTROL + "/sessions/{sid}/findings")(self.findings)
        api.get(CONTROL + "/sessions/{sid}/clock")(self.clock)
        api.post(CONTROL + "/sessions/{sid}/clock")(self.advance)
        api.post(CONTROL + "/sessions/{sid}/settle")(self.settle)
        api.post(CONTROL + "/sessions/{sid}/reset")(self.reset)
        return api

    async def only_ours(self, request: Any, call: Any) -> Any:
        """Lets in whoever has the admin token; without one, whoever asks from this machine by its own name.

        A page on the web must not steer us: a foreign Origin, or a Host that a rebound name would bring, is refused.
        """
        if self._app.admin_token:
            if compare_digest(request.headers.get("authorization", ""), f"Bearer {self._app.admin_token}"):
                return await call(request)
            wrong = "expected the admin token that serve printed; came none that fits; send Authorization: Bearer TOKEN"
            return JSONResponse({"detail": wrong}, 401)
        for name in ("origin", "host"):
            said = request.headers.get(name, "")
            if said and not _is_loopback(said):
                wrong = f"expected {name} to be loopback; came {said!r}; ask from this machine, by 127.0.0.1"
                return JSONResponse({"detail": wrong}, 403)
        return await call(request)

    async def door(self) -> dict[str, Any]:
        """What is here."""
        return {"understudy": "up", "providers": list(self._app.providers), "control": CONTROL}

    async def health(self) -> dict[str, Any]:
        """Whether the house is up, and how much its sessions hold."""
        sessions = {sid: {"tasks": len(session.tasks), "exchanges": session.journal.count}
                    for sid, session in self._app.sessions.items()}  # fmt: skip
        return {"status": "ok", "providers": list(self._app.providers), "sessions": sessions,
                "strays": self._app.strays.count}  # fmt: skip

    async def journal(self, sid: str) -> dict[str, Any]:
        """Every exchange that is kept, and how many are not."""
        book = self._session(sid).journal
        return {"exchanges": book.as_dicts(), "left_out": book.left_out}

    async def findings(self, sid: str) -> dict[str, Any]:
        """Every finding once, with how often it was met."""
        found = self._session(sid).journal.findings.values()
        return {"findings": [{**finding.as_dict(), "met": met} for finding, met in found]}

    async def clock(self, sid: str) -> dict[str, Any]:
        """Where both hands stand."""
        clock = self._session(sid).clock
        return {"mode": clock.mode, "now": clock.now, "age": clock.age, "date": clock.stamp(clock.now)}

    async def advance(self, sid: str, span: Span) -> dict[str, Any]:
        """Moves both hands."""
        try:
            self._session(sid).clock.advance(span.advance)
        except (RuntimeError, ValueError) as wrong:
            raise HTTPException(409, str(wrong)) from None
        return await self.clock(sid)

    async def settle(self, sid: str) -> dict[str, Any]:
        """Runs until nothing is under way."""
        try:
            self._session(sid).clock.settle()
        except RuntimeError as wrong:
            raise HTTPException(409, str(wrong)) from None
        return await self.clock(sid)

    async def reset(self, sid: str) -> dict[str, Any]:
        """Begins the session again: same address, same keys, nothing has happened."""
        self._session(sid)
        self._app.reset(sid)
        return {"reset": sid}

    def _session(self, sid: str) -> Any:
        session = self._app.sessions.get(sid)
        if session is None and sid == "default" and self._app.opens_default:
            session = self._app.default()
        if session is None:
            names = ", ".join(self._app.sessions) or "none"
            raise HTTPException(404, f"expected a session; came {sid!r}; there are: {names}")
        return session


def control_plane(app: Any) -> FastAPI:
    """The control plane of one house."""
    return ControlPlane(app).api()


def _is_loopback(said: str) -> bool:
    host = said.partition("://")[2] if "://" in said else said
    if ":" in host and not host.endswith("]"):
        host = host.rpartition(":")[0]
    return host.strip("[]") in OURS
