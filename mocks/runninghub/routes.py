"""RunningHub's operations: what each does, by the name that the contract gives it."""

from __future__ import annotations

from ..web.dialect import Route
from . import models, native, news, tasks

ROUTES: dict[str, Route] = {**models.ROUTES, **tasks.ROUTES, **news.ROUTES, **native.ROUTES}
