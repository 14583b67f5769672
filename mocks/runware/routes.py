"""Runware's operations: what each type of task does, by the name that the contract gives it."""

from __future__ import annotations

from ..web.dialect import Route
from . import account, chat, connection, newcomers, orders, search, uploads

ROUTES: dict[str, Route] = {
    **orders.ROUTES, **uploads.ROUTES, **newcomers.ROUTES, **search.ROUTES, **account.ROUTES,
    **chat.ROUTES, **connection.ROUTES,
}  # fmt: skip
