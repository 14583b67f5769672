"""Props over HTTP: what the accounts of a session have beside their orders, and one more of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import props
from ..engine.prop import Prop
from ..engine.session import Account, Session
from .asked import Asked, No
from .found import provider_of, session_of
from .models import outside

if TYPE_CHECKING:
    from ..app import App


class Props:
    """What accounts have."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def props(self, ask: Asked) -> dict[str, Any]:
        """All that is asked for."""
        return {"props": [_told(prop) for prop in _meant(session_of(self._app, ask), ask)]}

    async def prop(self, ask: Asked) -> dict[str, Any]:
        """The one of an id or a name."""
        session = session_of(self._app, ask)
        try:
            return _told(props.found(_meant(session, ask), ask.names["prop"]))
        except ValueError as wrong:
            raise No(404, str(wrong)) from None

    async def add_prop(self, ask: Asked) -> dict[str, Any]:
        """One more, for one account."""
        session, said = session_of(self._app, ask), ask.body
        provider = provider_of(session, said.get("provider"))
        account, *_ = _accounts(session, provider, said.get("key"))
        if stranger := outside(said.get("said", {})):
            raise No(422, f"expected nothing that leads elsewhere; came {stranger[:80]!a}; write it out")
        try:
            return _told(props.add(session, account, said["kind"], said.get("said", {})))
        except ValueError as wrong:
            raise No(422, str(wrong)) from None


def _meant(session: Session, ask: Asked) -> list[Prop]:
    query = ask.query
    accounts = _accounts(session, query.get("provider"), query.get("key"))
    return [prop for account in accounts for prop in props.had(session, account, query.get("kind", ""))]


def _accounts(session: Session, provider: str | None, key: str | None) -> list[Account]:
    """The accounts of a provider, of a key, or of both; a key that nobody has is refused."""
    meant = [account for (owner, own), account in session.accounts.items()
             if provider in (None, owner) and key in (None, own)]  # fmt: skip
    if key is not None and not meant:
        raise No(404, "expected a key of this session; came another; take one of keys")
    return meant


def _told(prop: Prop) -> dict[str, Any]:
    account: Account = prop.account
    return {"id": prop.id, "kind": prop.kind, "name": prop.name, "provider": account.provider, "account": account.name,
            "said": dict(prop.said), "made": prop.made, "changed": prop.changed}  # fmt: skip
