"""RunningHub's operations: what each does, by the name that the contract gives it."""

from __future__ import annotations

from ..web.dialect import Route
from . import account, apps, assets, models, native, news, resources, runs, tasks, workflows

NOUNS = (models, tasks, news, native, runs, workflows, apps, resources, account, assets)
ROUTES: dict[str, Route] = {name: route for noun in NOUNS for name, route in noun.ROUTES.items()}
