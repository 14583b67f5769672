"""The control plane: what a Python test can do by its handle, any language can do here. FastAPI serves it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse

PREFIX = "/__understudy__/v1"


def control_plane(app: Any) -> FastAPI:
    """The application for one house; it is handed the house, since it stands below it."""
    quiet: Any = {"tracing": False, "metrics": False, "logs": False}
    api = FastAPI(title="understudy control plane", version="1", docs_url=None, redoc_url=None,
                  openapi_url=PREFIX + "/openapi.json", telemetry=quiet) if _knows_telemetry() else FastAPI(
                  title="understudy control plane", version="1", docs_url=None, redoc_url=None,
                  openapi_url=PREFIX + "/openapi.json")  # fmt: skip

    def session_of(sid: str) -> Any:
        session = app.sessions.get(sid) or (app.default() if sid == "default" and app.opens_default else None)
        if session is None:
            names = ", ".join(app.sessions) or "none"
            raise HTTPException(404, f"expected a session; came {sid!r}; there are: {names}")
        return session

    @api.middleware("http")
    async def only_here(request: Any, call: Any) -> Any:
        wrong = _foreign(request.headers)
        return JSONResponse({"detail": wrong}, 403) if wrong else await call(request)

    @api.get("/")
    async def door() -> dict[str, Any]:
        return {"understudy": "up", "providers": list(app.providers), "control": PREFIX}

    @api.get(PREFIX + "/health")
    async def health() -> dict[str, Any]:
        sessions = {sid: {"tasks": len(s.tasks), "exchanges": s.journal.count} for sid, s in app.sessions.items()}
        return {"status": "ok", "providers": list(app.providers), "sessions": sessions, "strays": app.strays.count}

    @api.get(PREFIX + "/sessions/{sid}/journal")
    async def journal(sid: str) -> dict[str, Any]:
        book = session_of(sid).journal
        return {"exchanges": book.as_dicts(), "left_out": book.left_out}

    @api.get(PREFIX + "/sessions/{sid}/findings")
    async def findings(sid: str) -> dict[str, Any]:
        found = session_of(sid).journal.findings.values()
        return {"findings": [{**finding.as_dict(), "met": met} for finding, met in found]}

    @api.post(PREFIX + "/sessions/{sid}/reset")
    async def reset(sid: str) -> dict[str, Any]:
        session_of(sid)
        app.reset(sid)
        return {"reset": sid}

    return api


def _knows_telemetry() -> bool:
    import inspect

    return "telemetry" in inspect.signature(FastAPI.__init__).parameters


def _foreign(headers: Any) -> str:
    """A page on the web must not steer us: a foreign Origin, or a Host that a rebound name would bring, is refused."""
    for name in ("origin", "host"):
        said = headers.get(name, "")
        host = said.partition("://")[2] if "://" in said else said
        host = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
        if said and host.strip("[]") not in ("127.0.0.1", "localhost", "::1", "testserver", "understudy"):
            return f"expected {name} to be loopback; came {said!r}; ask from this machine, by 127.0.0.1"
    return ""
