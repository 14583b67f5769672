"""An operation of a promise: one route, what it takes, what it answers, and for which reasons it says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .catalogue import Model
from .exchange import MASK, SECRET_NAME
from .finding import WEIGHT, Finding, Source, shown
from .schema import Judge

LONGEST_NUMBER = 400


class Operation:
    """One route: what it matches, what it takes, what it answers and for which reasons it says no.

    A JSON body is that of the model which the path names by the parameter `model`, or it has a form of its own, `body`.
    """

    __slots__ = ("also", "answers", "api", "body", "bundles", "channel", "doors", "elsewhere",
                 "file", "id", "idless", "keyless", "lifecycle", "method", "model",
                 "most_body", "parameters", "path", "queries", "refusals", "source", "streams", "summary", "task",
                 "where", "within")  # fmt: skip

    def __init__(
        self, name: str, row: Mapping[str, Any], answers: dict[int, Judge], api: str = "", body: Model | None = None,
        streams: Judge | None = None,
    ) -> None:  # fmt: skip
        self.id = name
        self.api = api
        self.body = body
        self.streams = streams  # of each piece of an answer that is written piece by piece, if there is such a one
        self.method: str = row["method"]
        self.path: str = row["path"]
        self.elsewhere: tuple[str, ...] = tuple(row.get("elsewhere", ()))  # paths that lead here as well
        self.channel: str = row["channel"]
        self.summary: str = row["summary"]
        self.file: dict[str, Any] = row.get("file", {})  # the field of a form that holds the one file which is sent
        self.lifecycle: str = row.get("lifecycle", "")
        self.model: str = row.get("model", "")
        self.task: str = row.get("task", "")
        self.bundles: bool = row.get("bundles", False)  # its body is a list of tasks, each an operation of its own
        self.within: str = row.get("within", "")  # the type of task that it is, where it comes in a bundle, and its
        self.also: tuple[str, ...] = tuple(row.get("also", ()))  # elder names
        self.idless: bool = row.get("idless", False)  # a task that bears no id
        self.keyless: bool = row.get("keyless", False)
        self.doors: Mapping[str, list[str]] = row.get("doors", {})  # where a key may stand beside its header, by name
        self.most_body: int | None = row.get("most_body")  # bytes, where this one takes more or less than all others
        self.parameters: dict[str, Any] = row.get("parameters", {})
        self.queries = {name: Judge(p["schema"]) for name, p in self.parameters.items() if p["in"] == "query"}
        self.refusals: tuple[str, ...] = tuple(row["refusals"])
        self.answers = answers
        self.source: Source = row["source"]
        self.where: str = row["where"]

    @property
    def orders(self) -> bool:
        """Whether it takes orders."""
        return self.channel == "submit"

    @property
    def speaks(self) -> bool:
        """Whether what it is sent is JSON, of a form that is known."""
        return bool(self.model) or self.body is not None

    def named(self, path: str) -> dict[str, str]:
        """What a path of this operation names, by parameter."""
        parts, found = path.split("/"), {}
        for at, part in enumerate(self.path.split("/")):
            if part.startswith("{"):
                rest = bool(self.parameters[part[1:-1]].get("slashes"))
                found[part[1:-1]] = "/".join(parts[at:]) if rest else parts[at]
        return found

    def misnamed(self, path: str) -> str:
        """The reason for which what a path names is refused by its form alone, or nothing."""
        for name, value in self.named(path).items():
            reason: str = self.parameters[name].get("refused", "")
            if reason and not Judge(self.parameters[name]["schema"]).good(value):
                return reason
        return ""

    def check_query(self, query: Iterable[tuple[str, str]]) -> tuple[Finding, ...]:
        """What is wrong with the query; numbers are read from their text, a list is told by naming it again."""
        found = []
        for name, text in query:
            judge = self.queries.get(name)
            if judge is None:
                found.append(Finding("unknown-parameter", "note", f"?{name}", "a query that the documents name",
                                     MASK if SECRET_NAME.fullmatch(name) else shown(text),
                                     f"take {name} out, or look it up: {', '.join(self.queries) or 'none is known'}",
                                     self.id, "inferred"))  # fmt: skip
                continue
            listed = judge.schema.get("type") == "array"
            whole = judge.schema.get("type") == "integer" and _whole(text)
            source = self.parameters[name].get("source", self.source)
            for d in judge.differences([text] if listed else int(text) if whole else text):
                found.append(Finding(d.rule, WEIGHT[source], f"?{name}", d.expected, shown(d.came),
                                     f"send {name} as {d.expected}", self.id, source,
                                     "invalid-input" if "invalid-input" in self.refusals else "", d.kind))  # fmt: skip
        return tuple(found)


def _whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_NUMBER
