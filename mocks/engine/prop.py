"""A prop: something that an account has beside its orders, such as a deployment or a data set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Prop(NamedTuple):
    """One thing of an account; a change makes a new one. `said` is what was said of it, in its provider's words."""

    id: str
    kind: str
    account: Any
    name: str
    said: Mapping[str, Any]
    made: float
    changed: float
    slots: Any = None  # where orders run that are for this one, if any do
    more: Any = None  # what its dialect keeps of it

    def but(self, now: float, **changes: Any) -> Prop:
        """The same thing, changed now."""
        return self._replace(changed=now, **changes)
