"""Models over HTTP: those of a provider, and one that a session adds for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contracts.catalogue import Model
from .asked import Asked, No
from .books import part
from .found import provider_of, session_of

if TYPE_CHECKING:
    from ..app import App

DRAFTS = ("https://json-schema.org/draft/", "http://json-schema.org/draft")


class Models:
    """What can be ordered."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def catalogue(self, ask: Asked) -> dict[str, Any]:
        """The models of a provider, in the order of its catalogue."""
        name, search = ask.names["provider"], ask.query.get("search", "").lower()
        if name not in self._app.providers:
            raise No(404, f"expected a provider among {', '.join(self._app.providers)}; came {name[:80]!a}; take one")
        models = self._app.spoken(name).contract.catalogue.models.values()
        every = [model for model in models if search in model.id.lower()]
        return {"total": len(every), "models": [_told(model) for model in part(every, ask)]}

    async def add_model(self, ask: Asked) -> dict[str, Any]:
        """Adds a model for one session."""
        session = session_of(self._app, ask)
        row = {name: value for name, value in ask.body.items() if name != "provider"}
        if stranger := outside(row):
            raise No(
                422, f"expected a schema that refers to nothing outside itself; came {stranger[:80]!a}; write it out"
            )
        try:
            return _told(session.cast[provider_of(session, ask.body.get("provider"))].add_model(row))
        except ValueError as wrong:
            raise No(422, str(wrong)) from None


def outside(value: Any) -> str:
    """A reference that leads out of a schema: whoever compiles it would fetch the address, or read the file."""
    level = [value]
    while level:
        for node in level:
            for name in ("$ref", "$dynamicRef", "$schema", "$id") if isinstance(node, dict) else ():
                said = node.get(name)
                if isinstance(said, str) and not said.startswith("#") and not said.startswith(DRAFTS):
                    return said
        level = [child for node in level for child in (node.values() if isinstance(node, dict) else node)
                 if isinstance(child, dict | list)]  # fmt: skip
    return ""


def _told(model: Model) -> dict[str, Any]:
    return {"id": model.id, "kind": model.kind, "complete": model.complete, "source": model.source,
            "where": model.where, "schema": model.schema}  # fmt: skip
