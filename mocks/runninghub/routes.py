"""RunningHub's operations: what each does, by the name that the contract gives it."""

from __future__ import annotations

from ..web.dialect import Route
from . import apps, models, native, news, runs, tasks, workflows

ROUTES: dict[str, Route] = {**models.ROUTES, **tasks.ROUTES, **news.ROUTES, **native.ROUTES, **runs.ROUTES,
                            **workflows.ROUTES, **apps.ROUTES}  # fmt: skip
