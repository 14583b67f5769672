"""The routes of the control plane over one house. FastAPI serves them, as control.yaml says that they are."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match

from ...contracts.finding import did_you_mean
from ..web.exit import written
from ..web.guard import CONTROL
from .asked import Asked, No, asked
from .books import Books
from .models import Models
from .promise import PLAIN, Route, promise
from .props import Props
from .reach import Reach
from .sessions import Sessions
from .wishes import Wishing

if TYPE_CHECKING:
    from ..app import App

Work = Callable[[Asked], Awaitable[Any]]


class Plane:
    """Every route with whoever does its work."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._promise = promise()
        reach = Reach(app)
        self._workers = (self, Sessions(app, reach), Wishing(app), Books(app), Models(app), Props(app), reach)

    def api(self) -> FastAPI:
        """The application. Its telemetry is off: a test process may have one of its own."""
        known = "telemetry" in inspect.signature(FastAPI.__init__).parameters
        off: Any = {"telemetry": {"tracing": False, "metrics": False, "logs": False}} if known else {}
        api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, **off)
        api.add_exception_handler(HTTPException, self._refused)
        api.add_api_route("/", self.door, methods=["GET"])
        for route in self._promise.routes:
            work = next(getattr(worker, route.id) for worker in self._workers if hasattr(worker, route.id))
            api.add_api_route(CONTROL + route.path, self._endpoint(route, work), methods=[route.method])
        return api

    def _endpoint(self, route: Route, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            said = await work(await asked(request, route, self._promise, self._app.settings.max_body))
            content = said if route.answer in PLAIN else written(said)
            return Response(content, route.status, media_type=route.media)

        return endpoint

    async def door(self) -> dict[str, Any]:
        """What is here."""
        return {"understudy": "up", "providers": list(self._app.providers), "control": CONTROL}

    async def health(self, ask: Asked) -> dict[str, Any]:  # noqa: ARG002 - every route is handed what was asked
        """Whether the house is up, and how much its sessions hold."""
        sessions = {sid: {"tasks": len(session.tasks), "exchanges": session.journal.count}
                    for sid, session in self._app.sessions.items()}  # fmt: skip
        return {"status": "ok", "providers": list(self._app.providers), "sessions": sessions,
                "strays": self._app.strays.count}  # fmt: skip

    async def document(self, ask: Asked) -> dict[str, Any]:  # noqa: ARG002
        """What the control plane promises."""
        return self._promise.document()

    async def _refused(self, request: Request, no: Exception) -> Response:
        if isinstance(no, No):
            return JSONResponse({"detail": no.detail}, no.status_code)
        assert isinstance(no, HTTPException)
        here, path = f"{request.method} {request.url.path[:200]}", request.url.path.removeprefix(CONTROL)
        routes = {route.path: route.method for route in self._promise.routes}
        cure = did_you_mean(path, routes, f"see {CONTROL}/openapi.json")
        detail = f"expected a route of the control plane; came {here!a}; {cure}"
        # Starlette knows one route at a time, and names the methods of the first whose path fits.
        fitting = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
        methods = sorted({method for route in fitting for method in route.methods})
        return JSONResponse({"detail": detail}, no.status_code, {"Allow": ", ".join(methods)} if methods else None)
