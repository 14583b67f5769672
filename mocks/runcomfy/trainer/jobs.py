"""Training jobs: what each operation does with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....contracts import config as configs
from ....contracts.config import Config
from ....contracts.contract import Contract
from ....contracts.finding import Finding
from ....contracts.life import Lifecycle
from ...engine.refusal import Refusal
from ...engine.script import Script
from ...engine.task import Again, Order, Task
from ...engine.timeline import State
from ...web.dialect import Answer, Route
from ...web.turn import Turn
from ..own import task_of
from . import config as plans
from . import datasets, wire

MODEL = "ai-toolkit"  # what an order is of, in the books
KIND = "lora"


def submit(turn: Turn) -> Answer:
    """Takes a job."""
    config = _config(turn)
    _mounted(turn, config)
    text = turn.inputs["config_file"]
    media = plans.files(config, text, _rules(turn)["most_files"])
    order = Order(turn.account.provider, turn.operation.id, MODEL, turn.body, media, client_id=config.name)
    task = turn.submit(order, _life(turn).durations[KIND], turn.dialect.contract.price(MODEL))
    return Answer(200, _job(turn, task))


def status(turn: Turn) -> Answer:
    """Tells where a job stands and how far it has come."""
    life = _life(turn)
    task = turn.look(task_of(turn), "status", life.words["status"])
    state, stamp = task.timeline.at(turn.now), turn.session.clock.stamp
    said: dict[str, Any] = {"id": task.id, "name": task.order.client_id, "status": life.words["status"][state],
            "progress": wire.progress(task, _steps(turn, task), turn.now)}  # fmt: skip
    if state is State.FAILED:
        said["error"] = _error(turn, task, state)
    said["created_at"] = stamp(task.timeline.times[0])
    for key, moment in zip(("started_at", "finished_at"), wire.stamps(task, turn.now), strict=True):
        if moment is not None:
            said[key] = stamp(moment)
    return Answer(200, {**said, "result_url": f"{turn.base}{wire.JOBS}/{task.id}/result"})


def result(turn: Turn) -> Answer:
    """Answers the files made so far."""
    life = _life(turn)
    task = turn.look(task_of(turn), "result", life.words["result"])
    names = turn.session.gallery.names(task)
    files = [(medium.kind, medium.name or names[at], f"{turn.base}/media/{names[at]}")
             for at, medium in enumerate(task.order.media) if task.made(at, turn.now)]  # fmt: skip
    error = _error(turn, task, task.timeline.at(turn.now))
    return Answer(200, wire.result(task, life, files, error, turn.now))


def cancel(turn: Turn) -> Answer:
    """Cancels what queues or runs; what it made is kept."""
    task, life = task_of(turn), _life(turn)
    if not turn.session.cancel(task, life.cancel["from"], turn.now):
        raise Refusal(life.cancel["refuses"])
    return Answer(200, _job(turn, turn.session.tasks[task.id]))


def resume(turn: Turn) -> Answer:
    """Takes a job up again from its latest checkpoint; one of which no step is left is not."""
    life = _life(turn)
    task = _idle(turn, life.resume)
    reached = task.reached(turn.now)
    if reached == 1:
        raise Refusal(life.resume["refuses"])
    kept = plans.checkpoint(task.order.media, reached)
    again = Again(turn.operation.id, life.durations[KIND], kept)
    return Answer(200, _job(turn, turn.session.resume(task, again, turn.now)))


def edit(turn: Turn) -> Answer:
    """Gives a job that does not run another configuration, of the same name."""
    task = _idle(turn, turn.dialect.contract.of(turn.operation).facts.lifecycle["training"]["edit"])
    config = _config(turn)
    if wrong := configs.renamed(config, task.order.client_id, turn.operation, _rules(turn)):
        raise Refusal("invalid-input", findings=wrong)
    _mounted(turn, config)
    scale = _steps(turn, task) / config.steps
    new = plans.files(config, turn.inputs["config_file"], _rules(turn)["most_files"])
    media = plans.edited(task.order.media, new, task.reached(turn.now), scale)
    order = task.order._replace(said=turn.body, media=media)
    return Answer(200, _job(turn, turn.session.edit(task, order, scale, turn.now)))


def _config(turn: Turn) -> Config:
    """The configuration of a body, or what is wrong with it."""
    config, wrong = configs.check(turn.dialect.contract, turn.operation, turn.inputs["config_file"])
    if config is None:
        raise Refusal("invalid-input", findings=wrong)
    return config


def _mounted(turn: Turn, config: Config) -> None:
    """Looks whether the data sets are there; what becomes of a job for which one is not, a reading says."""
    rules = _rules(turn)
    ready = datasets.ready(turn.session, turn.account, turn.now)
    wrong: tuple[Finding, ...] = configs.missing(config, ready, turn.operation, rules["field"])
    if not wrong or rules["missing_dataset"] == "accept":
        return
    if rules["missing_dataset"] == "refuse":
        raise Refusal("invalid-input", findings=wrong)
    turn.findings += wrong
    turn.fate = Script(fails=f"The data set is not there: {config.datasets[0][1]}")


def _steps(turn: Turn, task: Task) -> int:
    config, _ = configs.check(turn.dialect.contract, turn.operation, task.inputs["config_file"])
    return config.steps if config else 1


def _error(turn: Turn, task: Task, state: State) -> dict[str, str] | None:
    """What went wrong: it failed, or was stopped before its last step."""
    word = {State.FAILED: task.course.error or "task-failed", State.PAUSED: "task-paused"}.get(state)
    if word is None:
        return None
    api = turn.dialect.contract.of(turn.operation)
    return {"message": api.failure(word)[0], "code": api.errors["task-failed"]["name"]}


def _job(turn: Turn, task: Task) -> dict[str, Any]:
    word = _life(turn).words["status"][task.timeline.at(turn.now)]
    return wire.job(task, task.order.client_id, word, turn.session.clock.stamp(task.timeline.times[0]))


def _life(turn: Turn) -> Lifecycle:
    return turn.dialect.contract.lives["training"]


def _rules(turn: Turn) -> dict[str, Any]:
    api: Contract = turn.dialect.contract.of(turn.operation)
    rules: dict[str, Any] = api.facts.openapi["config"]
    return rules


def _idle(turn: Turn, rule: Mapping[str, Any]) -> Task:
    """The job that the path names, if its state is one from which this is done."""
    task = task_of(turn)
    if task.timeline.at(turn.now) not in rule["from"]:
        raise Refusal(rule["refuses"])
    return task


ROUTES: dict[str, Route] = {
    "submit_job": submit,
    "job_status": status,
    "job_result": result,
    "cancel_job": cancel,
    "resume_job": resume,
    "edit_job": edit,
}
