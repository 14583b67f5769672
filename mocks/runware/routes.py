"""Runware's operations: what each type of task does, by the name that the contract gives it."""

from __future__ import annotations

from ..web.dialect import Route
from . import chat, connection, orders, uploads

ROUTES: dict[str, Route] = {**orders.ROUTES, **uploads.ROUTES, **chat.ROUTES, **connection.ROUTES}
