"""Whether an order that is over has come to what was asked for: its stamps, files, error and cost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ...finding import Finding, shown
from .nodes import kept_by, runs
from .reference import Known, reached
from .world import made

if TYPE_CHECKING:
    from .answers import Answers

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
MOST_TOLD = 500  # files of a kind; of a run that makes more, some are told
CLOSE = 0.0005  # seconds; a stamp may be told in milliseconds


def placed(row: Mapping[str, Any], model: str) -> Mapping[str, Any]:
    """Where the files of a model's orders stand: some models have a place and a form of their own."""
    flat: Mapping[str, Any] = row.get("flat", {})
    return flat if model in flat.get("models", ()) else row


def addresses(value: Any, key: str = "") -> Iterator[Any]:
    """The addresses within an output: everything in it, or, where they have a key, what stands under that."""
    if not key:
        for each in value.values():
            yield from each if isinstance(each, list) else [each]
    elif isinstance(value, list):
        for each in value:
            yield from addresses(each, key)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name == key:
                yield each
            elif isinstance(each, dict | list):
                yield from addresses(each, key)


class Ended:
    """Judges what an order that is over has come to: stamps, files, error, cost."""

    def __init__(self, answers: Answers, order: Known, state: str) -> None:
        self._said = answers
        self.order = order
        self.state = state
        self.tells = answers.tells
        self.world = answers.world

    def judged(self) -> Iterator[Finding]:
        """All of it."""
        if self.tells.get("began", {}).get("operation") == self._said.operation.id:
            yield from self.stamps()
        if self.state == "SUCCEEDED":
            yield from self.files()
        yield from self.cost()
        if self.state == "FAILED" and self.tells["error"]["operation"] == self._said.operation.id:
            came = self._said.at(self.tells["error"]["key"])
            form = {"string": str, "object": dict, "array": list}[self._said.life.failed_error]
            if not isinstance(came, form) or not came:
                want, key = f"what went wrong, as a {self._said.life.failed_error}", self.tells["error"]["key"]
                yield self._said.finding("wrong-output", key, want, shown(came), "say why it failed")
            elif not any(text.strip() for text in _texts(came)):
                key = self.tells["error"]["key"]
                yield self._said.finding("wrong-output", key, "words that say what went wrong", shown(came),
                                         "say why it failed", None, kind="words")  # fmt: skip

    def stamps(self) -> Iterator[Finding]:
        """When it was asked for, and when it was over."""
        found: list[datetime | None] = []
        for which in ("began", "ended"):
            key = self.tells[which]["key"]
            came = self._said.at(key)
            good = isinstance(came, str) and bool(STAMP.fullmatch(came))
            if came is not None and not good:
                yield self._said.finding("wrong-stamp", key, "a moment as 2026-01-31T12:00:00+00:00", shown(came),
                                       "tell it in ISO 8601, with its offset")  # fmt: skip
            found.append(moment(came) if good else None)
        began, ended = found
        first = self.order.told.setdefault("began", began)
        if began != first and began is not None and first is not None:
            yield self._said.finding("unstable-answer", self.tells["began"]["key"], str(first), str(began),
                                     "an order is asked for once: tell that moment for ever")  # fmt: skip
        if began is not None and self.world.dated:
            yield from self.begun(began)
        if began is None or ended is None:
            return
        key, took = self.tells["ended"]["key"], (ended - began).total_seconds()
        if not self.world.dated:
            if took < 0:
                yield self._said.finding("wrong-stamp", key, "not before it began", f"{took:g} s before", "swap them")
            return
        span = self.world.reference.span(self.order)
        if self.order.over and abs(took - (span.ends - span.asked)) > CLOSE:
            yield self._said.finding("wrong-stamp", key, f"{span.ends - span.asked:g} s after it was asked for",
                                   f"{took:g} s after", "tell when it was asked for, and when it was over")  # fmt: skip

    def begun(self, began: datetime) -> Iterator[Finding]:
        """It was asked for when it was asked for, by the one clock of all orders."""
        epoch = began.timestamp() - self.world.reference.span(self.order).asked
        self.world.epoch = epoch if self.world.epoch is None else self.world.epoch
        if abs(epoch - self.world.epoch) > CLOSE:
            off = f"{epoch - self.world.epoch:g} s off"
            yield self._said.finding("wrong-stamp", self.tells["began"]["key"], "one clock for all orders", off,
                                     "stamp every order by one clock")  # fmt: skip

    def files(self) -> Iterator[Finding]:
        """So many as were ordered, each with an address of its own, where this model's answers tell them."""
        row = placed(self._said.files, self.order.model)
        came = self._said.at(row["key"])
        if row.get("form") == "list":
            yield from self.listed(row, came)
            return
        if came is None and (row is not self.tells["files"] or row.get("form") == "nodes"):
            yield self._said.finding("wrong-output", row["key"], "what was made", "nothing", "answer what was ordered")
        for other in (self.tells["files"], self.tells["files"].get("flat", row)):
            if other["key"] != row["key"] and self._said.at(other["key"]) is not None:
                yield self._said.finding(
                    "wrong-output", other["key"], f"{row['key']} alone", "both", "tell files in one place"
                )
        if not isinstance(came, dict):
            return  # the schema has said so
        found = list(addresses(came, row.get("address", "")))
        where = row["key"]
        if row.get("form") == "lists":
            came = {name: came.get(name) for name in row["lists"]}
            found = list(addresses(came, row["address"]))
            if not came[row["lists"][0]]:
                yield self._said.finding("wrong-output", f"{where}/{row['lists'][0]}", "at least one", "none",
                                       "answer what was made")  # fmt: skip
        elif row.get("form") != "nodes":
            want = made(self.world.contract, self.order.form, self.order.inputs)
            key = row["one" if want.count == 1 else "several"].format(kind=want.kind)
            where = f"{where}/{key}"
            if list(came) != [key]:
                yield self._said.finding("wrong-output", row["key"], f"{key} alone: {want.count} {want.kind}",
                                       ", ".join(came) or "nothing", "answer what was ordered")  # fmt: skip
            if len(found) != want.count:
                many = f"{want.count} address{'' if want.count == 1 else 'es'}"
                yield self._said.finding("wrong-output", where, many, str(len(found)),
                                       "answer as many files as were ordered")  # fmt: skip
        elif isinstance(getattr(self.order.form, "workflow", None), Mapping):
            for place, expected, said in kept_by(runs(self.order), came):
                yield self._said.finding("wrong-output", f"{where}/{place}", expected, said,
                                         "tell what each node of the workflow keeps, under its own name")  # fmt: skip
        yield from self.own(found, where)
        self.order.files = [url for url in found if isinstance(url, str)]
        if sorted(self.order.told.setdefault("files", sorted(self.order.files))) != sorted(self.order.files):
            yield self._said.finding("unstable-answer", where, shown(self.order.told["files"]), shown(self.order.files),
                                     "tell the files that the news told", None, kind="news")  # fmt: skip

    def listed(self, row: Mapping[str, Any], came: Any) -> Iterator[Finding]:
        """So many as were ordered, in a list, each with its format; wherever else they are told, they are the same."""
        if not isinstance(came, list):
            return  # the schema has said so
        want, items = (
            made(self.world.contract, self.order.form, self.order.inputs),
            [each for each in came if isinstance(each, dict)],
        )
        found = [each[row["address"]] for each in items if isinstance(each.get(row["address"]), str)]
        texts = [each for each in items if each.get(row["address"]) is None and each.get(row.get("text", ""))]
        if len(found) + len(texts) != want.count:
            yield self._said.finding("wrong-output", row["key"], f"{want.count} of kind {want.kind}", str(len(came)),
                                     "answer as many files as were ordered")  # fmt: skip
        for each in items:
            url, word = each.get(row["address"]), each.get(row["format"])
            if isinstance(url, str) and word != url.partition("?")[0].rpartition(".")[2]:
                yield self._said.finding("wrong-output", f"{row['key']}/{row['format']}", f"the end of {shown(url)}",
                                         shown(word), "tell the format of the file", kind="format")  # fmt: skip
        yield from self.own(found, row["key"])
        self.order.files = found
        if sorted(self.order.told.setdefault("files", sorted(found))) != sorted(found):
            yield self._said.finding("unstable-answer", row["key"], shown(self.order.told["files"]), shown(found),
                                     "tell the same files wherever they are told", kind="files")  # fmt: skip

    def made_so_far(self) -> Iterator[Finding]:
        """As many files as the run has come to make by now, each with a name of its own."""
        order, row = self.order, self.tells["files"]
        came = self._said.at(row["key"])
        if not isinstance(came, dict) or not order.steps or order.edited or not self.world.dated:
            return
        share = reached(order, self.world.reference.span(order), self.world.now)
        for name, every, many in zip(
            row["lists"], (order.saves, order.samples[0]), (1, order.samples[1]), strict=False
        ):
            files = came.get(name)
            if not isinstance(files, list) or order.steps * max(1, many) > MOST_TOLD * every:
                continue
            least, most = (many * _passed(order.steps, every, share, by) for by in (-1, 1))
            if not least <= len(files) <= most:
                yield self._said.finding("wrong-output", f"{row['key']}/{name}", f"{least} to {most}", str(len(files)),
                                         "tell what was made so far", None, kind="many")  # fmt: skip
            names = [each.get("name") for each in files if isinstance(each, dict)]
            if len(set(map(str, names))) < len(names):
                yield self._said.finding("wrong-output", f"{row['key']}/{name}", "names of their own", shown(names),
                                         "call each file otherwise", None, kind="names")  # fmt: skip
        rest = "config"
        if share > 0 and rest in row.get("beside", ()) and not isinstance(came.get(rest), dict):
            yield self._said.finding("wrong-output", f"{row['key']}/{rest}", "the file of its form", "none", "tell it",
                                     None, kind="beside")  # fmt: skip

    def own(self, found: list[Any], where: str) -> Iterator[Finding]:
        """Each file has an address of its own, here, and is no other order's."""
        if len(set(map(str, found))) < len(found):
            yield self._said.finding("wrong-output", where, "an address for each file",
                                   "the same one twice", "give each file its own address")  # fmt: skip
        base = self.world.subject.base + "/"
        strange = next((url for url in found if not str(url).startswith(base)), None)
        if strange is not None:
            yield Finding("wrong-link", "note", where.rpartition("/")[0] or where, f"addresses under {base}",
                          shown(strange, 200), "serve the files where everything else is, so that they can be opened "
                          "here", self._said.operation.id, "inferred")  # fmt: skip
        others = {url for order in self.world.orders if order is not self.order for url in order.files}
        if others & set(map(str, found)):
            yield self._said.finding("wrong-output", where, "files of this order", "those of another",
                                   "answer each order with its own files")  # fmt: skip

    def cost(self) -> Iterator[Finding]:
        """What it cost, if that was asked for."""
        row = self.tells.get("cost")
        if row is None:
            return
        came, asked = self._said.at(row["key"]), row["query"] in self._said.said.url.partition("?")[2].split("&")
        if not asked:
            if came is not None:
                yield self._said.finding("wrong-output", row["key"], "no cost, since nobody asked for it", shown(came),
                                         f"tell it where {row['query']} is asked")  # fmt: skip
            return
        listed = self.world.contract.price(self.order.model) or 0.0
        price = listed if self.order.cost is None else self.order.cost
        want = price if self.state == "SUCCEEDED" else 0.0
        if not isinstance(came, (int, float)) or isinstance(came, bool) or (self.world.dated and came != want):
            expected = f"the cost: {want:g}" if self.world.dated else "the cost"
            yield self._said.finding("wrong-output", row["key"], expected, shown(came),
                                   f"tell what it cost where {row['query']} is asked")  # fmt: skip


def _passed(total: int, every: int, share: float, slack: int) -> int:
    """How many of the steps at which files are made are behind a run: each so many, and the last one at its end."""
    step = total if share == 1 else min(total - 1, int(share * total + 1e-6) + slack)
    return len(range(every, min(step, total - 1) + 1, every)) + (share == 1)


def _texts(value: Any) -> Iterator[str]:
    """All words within an error."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def moment(text: str) -> datetime | None:
    """A moment that was told, if it is one."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
