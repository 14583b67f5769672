"""RunningHub's operations: what each does, by the name that the contract gives it."""

from __future__ import annotations

from ..web.dialect import Route
from . import account, assets, models, resources, tasks

ROUTES: dict[str, Route] = {**models.ROUTES, **tasks.ROUTES, **resources.ROUTES, **account.ROUTES, **assets.ROUTES}
