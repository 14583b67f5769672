"""RunningHub's operations: what each does, by the name that the contract gives it."""

from __future__ import annotations

from ..web.dialect import Route
from . import apps, models, runs, tasks, workflows

ROUTES: dict[str, Route] = {**models.ROUTES, **tasks.ROUTES, **runs.ROUTES, **workflows.ROUTES, **apps.ROUTES}
