"""The published document as a schema of schemathesis, bound to a stand-in or to an address."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import schemathesis
from schemathesis.specs.openapi.schemas import OpenApiSchema

from ..contract import contract
from ..document import PROVIDERS
from ..openapi import published
from .asking.bodies import found


@runtime_checkable
class Handle(Protocol):
    """What a stand-in tells of itself."""

    provider: str
    api_key: str

    @property
    def url(self) -> str:
        """Its address."""


def schema(where: str | Handle, *models: str, key: str = "", provider: str = "") -> OpenApiSchema:
    """The promise of a provider, ready for `@schema.parametrize()`: every request goes to `where`, with its key.

    Where models are named, it is about these, in the one API that takes them; else about all of everything, and that
    takes minutes.
    """
    base, bearer, whose = (where, key, provider) if isinstance(where, str) else (
        where.url, key or where.api_key, provider or where.provider)  # fmt: skip
    if not base.startswith(("http://", "https://")):
        raise ValueError(f"expected the address of a server, or a stand-in; came {base!r}; "
                         f"write it as http://127.0.0.1:8383/{PROVIDERS[0]}")  # fmt: skip
    chosen = [found(model, whose) for model in models]
    promise = contract(whose or PROVIDERS[0])
    promise = promise.alone if chosen else promise
    bound = schemathesis.openapi.from_dict(published(promise, base, chosen or None))
    bound.config.update(base_url=base, headers=_bearing(promise.facts.openapi["security"], bearer))
    return bound


def _bearing(door: dict[str, Any], key: str) -> dict[str, str]:
    return {door["name"]: f"{door.get('scheme', '')} {key}".strip()} if key else {}
