"""Whether what is said of an order in a bundle is true: that it was taken, how it stands, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...catalogue import Model
from ...finding import Finding, shown
from .answers import Answers
from .items import Items
from .reference import Known
from .tasked import at_once


class Replies(Answers):
    """Judges one answer about one order of a bundle, in one world."""

    def taken(self, inputs: Any, account: str, form: Model) -> Iterator[Finding]:
        """An order was taken: told at once, and by nothing but its name, or by its results, once it is over."""
        bundle = self.world.contract.bundle
        assert bundle is not None
        name = inputs.get(bundle.id) if isinstance(inputs, dict) else None
        if not isinstance(name, str) or not isinstance(self.items, list):
            return
        order = self.world.taken(name, form, inputs, account)
        order.told["called"] = inputs.get(bundle.by)
        order.told["type"] = self.operation.within
        if not at_once(self.world, self.operation, inputs):
            want = [{bundle.by: inputs.get(bundle.by), bundle.id: name}]
            if self.items != want:
                yield self.finding("wrong-output", f"/{bundle.data}", shown(want), shown(self.items),
                                   "say that it was taken, in these two keys and no other", kind="taken")  # fmt: skip
            return
        if self.world.dated and self.world.now + 1e-6 < self.world.reference.span(order).ends:
            yield self.finding("wrong-moment", f"/{bundle.data}", "an answer once it is over" + self._when(order),
                               "earlier", "answer with the results", kind="sync")  # fmt: skip
        order.possible = frozenset({"SUCCEEDED"})
        order.heard = "its results were told"
        yield from Items(self, order).over(())

    @property
    def items(self) -> Any:
        """What stands in the answer's data."""
        bundle = self.world.contract.bundle
        return self.body.get(bundle.data) if bundle is not None and isinstance(self.body, dict) else None

    @property
    def errors(self) -> Any:
        """What stands among its errors."""
        bundle = self.world.contract.bundle
        return self.body.get(bundle.errors, []) if bundle is not None and isinstance(self.body, dict) else []

    def nothing(self) -> Iterator[Finding]:
        """Of what nobody ordered, and of another account's, nothing is told."""
        if self.items != [] or self.errors:
            yield self.finding("wrong-echo", "", '{"data": []}, since this account has no such task',
                               shown(self.body), "tell nobody of another's tasks, or of what is not")  # fmt: skip

    def looked(self, order: Known, channel: str) -> Iterator[Finding]:
        """A state was told, of each result that is to be."""
        row = self.life.channels[channel]
        items = [*(self.items or []), *self.errors]
        if not items or not all(isinstance(each, dict) for each in items):
            word = None
            yield from self.narrowed(order, frozenset(), f"{self.operation.id} said nothing", word, self._plain(row))
            return
        yield from self.echoed(order)
        key = self._plain(row)["key"].rpartition("/")[2]
        for word in dict.fromkeys(str(each.get(key)) for each in items):
            states = frozenset(state for state, own in row["words"].items() if own == word)
            yield from self.moment(order, self._plain(row), word)
            yield from self.narrowed(order, states, f"{self.operation.id} said {word}", word, self._plain(row))
        if order.over and len(order.possible) == 1:
            yield from self.ended(order, next(iter(order.possible)))
        elif not order.over:
            yield from Items(self, order).waiting()

    def ended(self, order: Known, state: str) -> Iterator[Finding]:
        """It is over: from now on the same question has the same answer."""
        before = order.told.setdefault("over", self.body)
        if before != self.body:
            yield self.finding("unstable-answer", "", shown(before, 160), shown(self.body, 160),
                               "an order that is over answers the same for ever")  # fmt: skip
        if state == "SUCCEEDED":
            if self.errors:
                yield self.finding("wrong-output", "/errors", "results alone", shown(self.errors), "answer the results")
            yield from Items(self, order).over(("status",))
            return
        if self.items:
            yield self.finding("wrong-output", "/data", "no results, since it failed", shown(self.items), "tell none")
        if len(self.errors) != 1:
            yield self.finding("wrong-output", "/errors", "one error", str(len(self.errors)), "tell once why it failed")

    def echoed(self, order: Known) -> Iterator[Finding]:
        """Each item is of the task that was asked for, under the name of its own type."""
        bundle = self.world.contract.bundle
        assert bundle is not None
        for word, items in ((bundle.data, self.items or []), (bundle.errors, self.errors)):
            for at, item in enumerate(items):
                for key, want in ((bundle.id, order.id), (bundle.by, order.told.get("called"))):
                    came = item.get(key)
                    if came != want and not (key == bundle.by and word == bundle.errors and came is None):
                        yield self.finding("wrong-echo", f"/{word}/{at}/{key}", shown(want), shown(came),
                                           "answer about the task that was asked for")  # fmt: skip

    def _plain(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """The row of a channel with the first of its places."""
        key = row["key"]
        return row if isinstance(key, str) else {**row, "key": key[0]}
