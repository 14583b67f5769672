"""Whether the items of a reply are what a task gives: so many, each with its own id, address, seed and cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...finding import Finding, shown
from .reference import Known
from .world import made

if TYPE_CHECKING:
    from .replies import Replies

LARGEST_DRAWN = 2**32  # seeds that nobody named are below
WAYS = {"URL": "URL", "base64Data": "Base64Data", "dataURI": "DataURI"}  # by outputType, how a file's key ends
UNCOUNTED = ("promptEnhance",)  # of which fewer may come than were asked for


class Items:
    """Judges what is told of one order's results."""

    def __init__(self, said: Replies, order: Known) -> None:
        self._said = said
        self._order = order
        self._world = said.world
        self._task: Mapping[str, Any] = order.inputs if isinstance(order.inputs, dict) else {}
        contract, word = self._world.contract, str(order.told["type"])
        self._keys: Mapping[str, Any] = contract.facts.tasks["results"][word]["properties"]
        gives = str(contract.facts.openapi["tasks"][word].get("gives", ""))
        self._gives = "video" if gives == "image" and order.form.kind == "video" else gives
        self._want = made(contract, order.form, order.inputs)
        self._items: list[Any] = said.items if isinstance(said.items, list) else []

    def waiting(self) -> Iterator[Finding]:
        """While it is under way: as many items as there will be results, each with the id that it will have."""
        yield from self._many()
        yield from self._ids()
        for at, item in enumerate(self._items):
            came, last = item.get("progress"), self._order.told.get(("progress", at), 0)
            if isinstance(came, int) and came < last:
                yield self._finding("wrong-progress", at, "progress", f"{last} or more", str(came), "never go back")
            self._order.told["progress", at] = came if isinstance(came, int) else last

    def over(self, beside: tuple[str, ...]) -> Iterator[Finding]:
        """Once it is over: the documents' keys in their order, and what stands there."""
        yield from self._many()
        yield from self._ids()
        yield from self._seeds()
        order = [*self._keys, *beside]
        yield from next(filter(None, (list(self._item(at, item, order)) for at, item in enumerate(self._items))), [])
        self._order.files = list(self._files())
        yield from self._own()

    def _item(self, at: int, item: Mapping[str, Any], order: list[str]) -> Iterator[Finding]:
        """One result: its keys, where it is told, and what it cost."""
        known = [key for key in item if key in order]
        if known != sorted(known, key=order.index):
            want = [key for key in order if key in item]
            yield self._finding("wrong-output", at, "", ", ".join(want), ", ".join(known),
                                "tell the keys in the documents' order", "order")  # fmt: skip
        yield from self._where(at, item)
        yield from self._cost(at, item)

    def _many(self) -> Iterator[Finding]:
        count, came = self._want.count, len(self._items)
        fewer = self._order.told["type"] in UNCOUNTED and 1 <= came <= count
        if came != count and not fewer:
            yield self._finding("wrong-output", None, "", f"{count} item{'' if count == 1 else 's'}", str(came),
                                "answer as many as were ordered", "many")  # fmt: skip

    def _ids(self) -> Iterator[Finding]:
        """Each result has an id of its own, which it keeps."""
        key = f"{self._gives}UUID"
        if key not in self._keys:
            return
        names = [item.get(key) for item in self._items]
        for at, name in enumerate(names):
            if not isinstance(name, str) or not name:
                yield self._finding("wrong-output", at, key, "the id of the result", shown(name),
                                    "tell it from the beginning", "", "inferred")  # fmt: skip
        if len(set(map(str, names))) < len(names):
            yield self._finding("repeated-id", None, key, "an id for each", "one twice", "give each its own")
        first = self._order.told.setdefault("ids", names)
        if names != first and len(names) == len(first):
            yield self._finding("unstable-answer", None, key, shown(first), shown(names), "keep the ids of results")
        mine = self._world.seeded.setdefault("results", {})
        for name in names:
            if mine.setdefault(str(name), self._order.id) != self._order.id:
                yield self._finding("repeated-id", None, key, "an id that no other task's result has", shown(name),
                                    "give each its own", "another")  # fmt: skip

    def _seeds(self) -> Iterator[Finding]:
        """Seeds count up from the one that was asked for; else each is drawn."""
        if "seed" not in self._keys:
            return
        seeds = [item.get("seed") for item in self._items]
        asked = self._task.get("seed")
        if type(asked) is int:
            want: list[Any] = [asked + at for at in range(len(seeds))]
            if seeds != want:
                yield self._finding("wrong-output", 0, "seed", shown(want), shown(seeds),
                                    "count up from the seed that was asked for")  # fmt: skip
        elif not all(type(seed) is int and 0 <= seed < LARGEST_DRAWN + len(seeds) for seed in seeds):
            yield self._finding("wrong-output", 0, "seed", "a whole number below 2^32", shown(seeds), "tell the seed")
        elif len(set(seeds)) < len(seeds):
            yield self._finding("wrong-output", 0, "seed", "a seed for each", shown(seeds), "draw one for each")

    def _where(self, at: int, item: Mapping[str, Any]) -> Iterator[Finding]:
        """A file is told in the one way that was asked for."""
        ends = [end for end in WAYS.values() if f"{self._gives}{end}" in self._keys]
        if not ends:
            return
        word = self._task.get("outputType") or self._order.form.fields.get("outputType", {}).get("default", "URL")
        want = f"{self._gives}{WAYS.get(word if isinstance(word, str) else '', 'URL')}"
        came = [f"{self._gives}{end}" for end in ends if f"{self._gives}{end}" in item]
        if came != [want]:
            yield self._finding("wrong-output", at, want, f"{want} alone", ", ".join(came) or "none",
                                "tell the result in the way that outputType names")  # fmt: skip
        elif not item[want]:
            yield self._finding("wrong-output", at, want, "what was made", shown(item[want]), "tell the result")
        elif word == "URL" and str(item.get(f"{self._gives}UUID")) not in str(item[want]):
            yield self._finding("wrong-link", at, want, f"an address with {item.get(f'{self._gives}UUID')} in it",
                                shown(item[want], 200), "call the file by the result's id", "", "observed")  # fmt: skip

    def _cost(self, at: int, item: Mapping[str, Any]) -> Iterator[Finding]:
        """What it cost, where that was asked for and is known."""
        asked = self._task.get("includeCost") is True
        price, order = self._world.contract.price(self._order.model), self._order
        if not asked and "cost" in item:
            yield self._finding("wrong-output", at, "cost", "no cost, since nobody asked for it", shown(item["cost"]),
                                "tell it where includeCost is true")  # fmt: skip
        if not asked or (price is None and order.cost is None):
            return
        came = item.get("cost")
        want = order.cost / max(1, len(self._items)) if order.cost is not None else price
        good = isinstance(came, (int, float)) and not isinstance(came, bool)
        if not good or (self._world.dated and want is not None and abs(float(came or 0) - want) > 1e-9):
            yield self._finding("wrong-output", at, "cost", f"the cost: {want:g}", shown(came),
                                "tell what it cost where includeCost is true")  # fmt: skip

    def _files(self) -> Iterator[str]:
        """The addresses of what was made."""
        for item in self._items:
            url = item.get(f"{self._gives}URL")
            if isinstance(url, str):
                yield url
            outputs = item.get("outputs")
            files = outputs.get("files") if isinstance(outputs, dict) else None
            yield from (each["url"] for each in files or () if isinstance(each, dict) and "url" in each)

    def _own(self) -> Iterator[Finding]:
        """Each file has an address of its own, here, and is no other order's."""
        files, order = self._order.files, self._order
        if len(set(files)) < len(files):
            yield self._finding("wrong-output", None, "", "an address for each file", "the same one twice",
                                "give each file its own", "same")  # fmt: skip
        base = self._world.subject.base + "/"
        strange = next((url for url in files if not url.startswith(base)), None)
        if strange is not None:
            yield self._finding("wrong-link", None, "", f"addresses under {base}", shown(strange, 200),
                                "serve the files where everything else is, so that they can be opened here", "",
                                "inferred")  # fmt: skip
        others = {url for each in self._world.orders if each is not order for url in each.files}
        if others & {*files}:
            yield self._finding("wrong-output", None, "", "files of this order", "those of another",
                                "answer each order with its own files", "another")  # fmt: skip

    def _finding(
        self, rule: str, at: int | None, key: str, expected: str, came: str, cure: str, kind: str = "",
        source: str = "",
    ) -> Finding:  # fmt: skip
        where = "/data" + ("" if at is None else f"/{at}") + (f"/{key}" if key else "")
        return self._said.finding(rule, where, expected, came, cure, {"source": source} if source else None,
                                  kind=kind)  # fmt: skip
