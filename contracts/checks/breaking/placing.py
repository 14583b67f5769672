"""Where an exchange belongs: the operation that it is about, and the request as it was asked for."""

from __future__ import annotations

from ...bundle import DELIVERY
from ...contract import Contract
from ...exchange import Exchange, written
from ..bundled import named
from ..subject import Ask
from .bending import inputs


def as_asked(contract: Contract, ask: Ask, said: Exchange, salt: str) -> bytes:
    """The body of an exchange as it was asked for: of a task, with the id under which it went out."""
    bundle = contract.bundle
    if bundle is None:
        return ask.body
    path = ask.path.partition("?")[0]
    operation, task, own = contract.match(path)[0].get(ask.method), said.request_json, inputs(ask)
    if operation is None or not operation.within:
        return named(salt, ask.body)
    if not isinstance(task, dict) or not isinstance(own, dict | None) or (own is None and ask.body):
        return ask.body
    kept = {DELIVERY: task[DELIVERY]} if DELIVERY in task else {}
    return written(bundle.task(operation, path, {**kept, **(own or {})}, str(task.get(bundle.id))))


def placed(contract: Contract, said: Exchange) -> Exchange:
    """What went over the wire, with the operation and the order that it is about."""
    if said.provider:
        return said
    operations, value = contract.match(said.path)
    operation = operations.get(said.method)
    if operation is None:
        return said._replace(provider=contract.provider)
    return said._replace(provider=contract.provider, operation=operation.id, channel=operation.channel,
                         task=value if operation.task else "")  # fmt: skip


def wired(ask: Ask) -> tuple[tuple[bytes, bytes], ...]:
    """A request's headers as an exchange has them."""
    return tuple((name.lower().encode("latin-1", "replace"), value.encode("latin-1", "replace"))
                 for name, value in ask.headers)  # fmt: skip
