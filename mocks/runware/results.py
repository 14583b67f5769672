"""What comes of a task: its results, its error, or that it is under way, as items of a reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ...contracts.contract import Contract
from ..engine.gallery import content_type
from ..engine.session import Session
from ..engine.task import Task
from ..engine.timeline import State
from ..web.dialect import Answer, Work
from ..web.turn import Turn
from . import errors, outputs, wire

PLACES = 9  # of money: a price has no more


class Report(NamedTuple):
    """A task as it is told of: by which promise, with addresses that begin in which way, and what each item says
    besides."""

    contract: Contract
    session: Session
    base: str
    task: Task
    beside: Mapping[str, Any] = {}

    @property
    def good(self) -> bool:
        """Whether a task that is over has come to something."""
        return self.task.timeline.states[-1] is State.SUCCEEDED

    @property
    def carried(self) -> list[tuple[Task, int]]:
        """The files of a task that is over whose bytes stand in its results themselves."""
        if not self.good or wire.asked(self.task).form == "URL":
            return []
        return [(self.task, index) for index in range(len(self.task.order.media))]

    @property
    def status(self) -> int:
        """That of an answer which tells how it ended."""
        return 200 if self.good else int(errors.why(self.contract, self.task)["status"])

    def over(self, made: Sequence[bytes] = ()) -> dict[str, Any]:
        """The results of a task that is over, or its error; `made` are the bytes of the files that it carries."""
        if not self.good:
            return {"errors": [errors.broken(self.contract, self.task)]}
        return {"data": [self.item(at, data) for at, data in enumerate(made or [b""] * len(self.task.order.media))]}

    def item(self, index: int, data: bytes = b"") -> dict[str, Any]:
        """One result, in which the bytes of its file stand, or the address at which it can be fetched."""
        contract, task = self.contract, self.task
        prefix, wants, medium = outputs.begins(contract, task), wire.asked(task), task.order.media[index]
        id, address = self.file(index)
        values = {**wire.acknowledged(task), f"{prefix}UUID": id, **outputs.beside(self, index),
                  "seed": wire.seed(self.session.seed, task, index)}  # fmt: skip
        if wants.form == "URL":
            values[f"{prefix}URL"] = address
        else:
            values |= wire.inside(prefix, wants.form, content_type(medium), data)
        if wants.checks:
            values["NSFWContent"] = medium.nsfw
        return wire.told(contract, task.order.operation, {**values, **self.cost, **self.beside})

    def file(self, index: int) -> tuple[str, str]:
        """The id of a result, and the address of its file."""
        name = self.session.gallery.name(self.task, index)
        return name.rpartition(".")[0], f"{self.base}/media/{name}"

    @property
    def cost(self) -> dict[str, float]:
        """What a result costs, where somebody wants to know."""
        rule, task = self.contract.facts.openapi["bundle"]["cost"], self.task
        if not wire.asked(task).cost and not rule["unasked"]:
            return {}
        whole = self.contract.facts.prices["placeholder"]["base_price_usd"] if task.cost is None else task.cost
        return {rule["key"]: round(whole / len(task.order.media), PLACES)}

    def under_way(self) -> dict[str, Any]:
        """An item a result, each with the id that the result will have, and nothing that a client may take for one."""
        prefix, task = outputs.begins(self.contract, self.task), self.task
        key = f"{prefix}UUID" if prefix else self.contract.facts.openapi["bundle"]["standing"]["id"]
        said = {**self.beside, **outputs.progress(task, self.session.clock.now)}
        return {"data": [{**wire.acknowledged(task), **({key: name.rpartition(".")[0]} if key else {}), **said}
                         for name in self.session.gallery.names(task)]}  # fmt: skip

    def stands(self, made: Sequence[bytes]) -> dict[str, Any]:
        """The same of a task that is over, told to whoever asks how it stands: a failure in one of two forms."""
        if self.good:
            return self.over(made)
        told = errors.broken(self.contract, self.task, beside=self.beside)
        if self.contract.facts.openapi["bundle"]["standing"]["failed"] == "errors":
            return {"data": [], "errors": [told]}
        error = {"code": told["code"], "message": told["message"]}
        return {"data": [{**wire.acknowledged(self.task), **self.beside, "error": error}]}


def report(turn: Turn, task: Task, beside: Mapping[str, Any] = {}) -> Report:
    """A task as whoever asks is told of it."""
    return Report(turn.dialect.contract, turn.session, turn.base, task, beside)


def once_made(report: Report, tell: Callable[[Sequence[bytes]], Answer]) -> Answer | Work:
    """What is told of a task that is over, once the files are made that stand in its results themselves."""
    files = report.carried
    return Work(files, tell) if files else tell(())


def answer(turn: Turn, **values: Any) -> Answer:
    """The answer to a task that makes nothing."""
    values = {"taskType": turn.inputs["taskType"], "taskUUID": turn.inputs["taskUUID"], **values}
    return Answer(200, {"data": [wire.told(turn.dialect.contract, turn.operation.id, values)]})
