"""RunningHub's bodies: from what was sent to an order, and from a task to what is answered. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ...contracts.catalogue import Catalogue, Model
from ...contracts.life import Lifecycle
from ...contracts.outcome import Outcome
from ..engine.luck import digest
from ..engine.medium import PLAIN, Card, Detail, Medium
from ..engine.refusal import Refusal
from ..engine.task import Order, Task, View
from ..engine.timeline import new

FIRST = 19 * 10**17  # ids have nineteen digits, and begin as those that were seen
SPREAD = 2654435761
SCATTER, MOST = 0x9E3779B97F4A7C15F39CC0605CEDC835, 2**128 - 1  # an odd number: no two tasks are told alike
MODEL_NODE = "4"  # the node that the pages' examples name for the result of a model
Json = dict[str, Any]


@lru_cache(1024)
def _media(outcome: Outcome) -> tuple[Medium, ...]:
    fps, rate, channels, bitrate = outcome.finer or PLAIN[:4]
    medium = Medium(*outcome[:5], detail=Detail(fps, rate, channels, bitrate))
    return (medium,) * outcome.count  # orders of one size share it


def read(catalogue: Catalogue, model: Model, inputs: Mapping[str, Any], said: bytes) -> Order:
    """The order that a body asks for."""
    hook = inputs.get("webhookUrl")
    media = _media(catalogue.outcome(model, inputs))
    where = hook if type(hook) is str else ""
    return new(Order, ("runninghub", "submit", model.id, said, media, "", where, "", None, ""))


def card(catalogue: Catalogue, task: Task, index: int) -> Card:
    """The card of a file: what was asked for, in plain names."""
    model, inputs = catalogue.models.get(task.model), task.inputs if task.order.card is None else task.order.card()
    plain = model.plain(inputs) if model is not None else inputs
    return Card(task.order.provider, task.model, plain, plain.get("seed"), index)


@lru_cache(64)
def _tail(seed: str) -> int:
    return int(digest(seed, "task")[:8], 16) % 10**7 * 10**10


def name(seed: str, number: int) -> str:
    """The id of a session's task of this number: nineteen digits that look unrelated, and no two are equal."""
    return str(FIRST + _tail(seed) + (number * SPREAD & 0xFFFFFFFF))


def thing(seed: str, number: int) -> str:
    """The id of a session's workflow or app of this number; none is that of a task."""
    return str(FIRST + _tail(seed + " thing") + (number * SPREAD & 0xFFFFFFFF))


def client(task: str) -> str:
    """The client's id of a task."""
    return f"{int(task) * SCATTER & MOST:032x}"


def tips(last: Sequence[str], errors: str = "{}") -> str:
    """What is said of a graph before it runs, as JSON in a text."""
    listed = json.dumps(list(last))
    return f'{{"result": true, "error": null, "outputs_to_execute": {listed}, "node_errors": {errors}}}'


def accepted(task: str, word: str, tips: str) -> Json:
    """What a submit answers; `tips` are what is said of its graph."""
    return {"taskId": task, "status": word, "errorCode": "", "errorMessage": "", "results": None,
            "clientId": client(task), "promptTips": tips}  # fmt: skip


def priced(price: float, currency: str, text: str, english: str) -> Json:
    """What an order would cost, as a number and in words."""
    return {"errorCode": "", "errorMessage": "", "estimatedPrice": price, "currency": currency, "priceText": text,
            "priceTextEn": english, "freeLimit": False, "freeLimitCount": None, "remainingFreeLimitCount": "0",
            "isFreeThisCall": False}  # fmt: skip


def queried(
    view: View, life: Lifecycle, results: list[Json] | None, error: tuple[str, str], usage: Json | None
) -> Json:  # fmt: skip
    """How a task stands, and what came of it."""
    return {"taskId": view.task.id, "status": life.words["query"][view.state], "errorCode": error[0],
            "errorMessage": error[1], "failedReason": {}, "usage": usage, "results": results,
            "clientId": "", "promptTips": "", "parentTaskId": None, "taskUsageList": None}  # fmt: skip


def result(url: str | None, node: str, form: str, text: str | None = None) -> Json:
    """One result of a task: a file, or a text."""
    return {"url": url, "nodeId": node, "outputType": form, "text": text}


def usage(seconds: float, cost: float | None, coins: float | None = None, numbers: bool = False) -> Json:
    """What a task took, in texts unless it is to be in numbers."""
    whole = None if coins is None else f"{coins:.6f}".rstrip("0").rstrip(".")
    said: Json = {"consumeMoney": None, "consumeCoins": whole, "taskCostTime": str(round(seconds)),
                  "thirdPartyConsumeMoney": None if cost is None else f"{cost:.3f}"}  # fmt: skip
    return {key: float(told) if told and numbers else told for key, told in said.items()}


def file(row: Json, used: Json) -> Json:
    """One file as the outputs tell it."""
    return {"fileUrl": row["url"], "fileType": row["outputType"], "taskCostTime": used["taskCostTime"],
            "nodeId": row["nodeId"], "thirdPartyConsumeMoney": used["thirdPartyConsumeMoney"],
            "consumeMoney": used["consumeMoney"],
            "consumeCoins": used["consumeCoins"]}  # fmt: skip


def failed(row: Mapping[str, Any], text: str) -> Json:
    """A no of the Standard Model API."""
    return {"taskId": "", "status": "", "errorCode": str(row["code"]), "errorMessage": text, "results": None,
            "clientId": "", "promptTips": "", "failedReason": {}, "usage": None}  # fmt: skip


def enveloped(data: Any, message: str = "success") -> Json:
    """A yes in the envelope."""
    return {"code": 0, "msg": message, "errorMessages": None, "data": data}


def refused(row: Mapping[str, Any], text: str, twice: bool = False) -> Json:
    """A no in the envelope; the gateway's own has no more than a code and a text. Newer ones say the text twice."""
    said: Json = {"code": int(row["code"]), "msg": text, **({"message": text} if twice else {})}
    return said if row.get("bare") else {**said, "errorMessages": None, "data": None}


def told(row: Mapping[str, Any], refusal: Refusal) -> str:
    """The text of a no; where the row has one for what is wrong with a field, that one."""
    finding = next((each for each in refusal.findings if each.reason), None)
    texts = row.get("said", {})
    if finding is None or not texts:
        return str(row["text"])
    text: str = texts.get(finding.kind) or texts["otherwise"]
    return text.format(field=_dotted(finding.where), came=finding.came.strip('"'), expected=finding.expected)


def _dotted(place: str) -> str:
    """A JSON pointer as the provider writes the place of a field: refImages[0].url."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in place.split("/")[1:]]
    below = (f"[{step}]" if step.isdecimal() else f".{step}" for step in steps[1:])
    return "".join((*steps[:1], *below))
