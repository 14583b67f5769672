"""Runware's operations: what each type of task does, by the name that the contract gives it."""

from __future__ import annotations

from ..web.dialect import Route
from . import connection, orders

ROUTES: dict[str, Route] = {**orders.ROUTES, **connection.ROUTES}
