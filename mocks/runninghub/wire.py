"""RunningHub's bodies: from what was sent to an order, and from a task to what is answered. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ...contracts.catalogue import Catalogue, Model
from ...contracts.codes import dotted
from ..engine.luck import digest
from ..engine.medium import Card
from ..engine.refusal import Refusal
from ..engine.task import Order, Task
from ..engine.timeline import new
from ..web.dialect import Answer
from ..web.promised import media

FIRST = 19 * 10**17  # ids have nineteen digits, and begin as those that were seen
SPREAD = 2654435761
SCATTER, MOST = 0x9E3779B97F4A7C15F39CC0605CEDC835, 2**128 - 1  # an odd number: no two tasks are told alike
MODEL_NODE = "4"  # the node that the pages' examples name for the result of a model
SIZE = 10  # of a page, unless told
Json = dict[str, Any]
# What every answer of the Standard Model API about a task has, yes and no alike.
BLANK: Json = {"taskId": "", "status": "", "errorCode": "", "errorMessage": "", "results": None, "clientId": "",
               "promptTips": ""}  # fmt: skip


def read(catalogue: Catalogue, model: Model, inputs: Mapping[str, Any], said: bytes) -> Order:
    """The order that a body asks for."""
    hook = inputs.get("webhookUrl")
    files, where = media(catalogue.outcome(model, inputs)), hook if type(hook) is str else ""
    return new(Order, ("runninghub", "submit", model.id, said, files, "", where, "", None, ""))


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
    return name(seed + " thing", number)


def client(task: str) -> str:
    """The client's id of a task."""
    return f"{int(task) * SCATTER & MOST:032x}"


def moment(stamp: str) -> str:
    """A moment as the provider writes it."""
    return stamp[:19].replace("T", " ")


def tips(last: Sequence[str], errors: str = "{}") -> str:
    """What is said of a graph before it runs, as JSON in a text."""
    listed = json.dumps(list(last))
    return f'{{"result": true, "error": null, "outputs_to_execute": {listed}, "node_errors": {errors}}}'


def accepted(task: str, word: str, tips: str) -> Json:
    """What a submit answers; `tips` are what is said of its graph."""
    return {**BLANK, "taskId": task, "status": word, "clientId": client(task), "promptTips": tips}


def priced(price: float, currency: str, text: str, english: str) -> Json:
    """What an order would cost, as a number and in words."""
    return {"errorCode": "", "errorMessage": "", "estimatedPrice": price, "currency": currency, "priceText": text,
            "priceTextEn": english, "freeLimit": False, "freeLimitCount": None, "remainingFreeLimitCount": "0",
            "isFreeThisCall": False}  # fmt: skip


def result(url: str | None, node: str, text: str | None = None) -> Json:
    """One result of a task: a file, or a text."""
    return {"url": url, "nodeId": node, "outputType": url.rpartition(".")[2] if url else "txt", "text": text}


def usage(seconds: float, cost: float | None, coins: float | None = None, numbers: bool = False) -> Json:
    """What a task took, in texts unless it is to be in numbers."""
    whole = None if coins is None else f"{coins:.6f}".rstrip("0").rstrip(".")
    said: Json = {"consumeMoney": None, "consumeCoins": whole, "taskCostTime": str(round(seconds)),
                  "thirdPartyConsumeMoney": None if cost is None else f"{cost:.3f}"}  # fmt: skip
    return {key: float(told) if told and numbers else told for key, told in said.items()}


def file(row: Json, used: Json) -> Json:
    """One file as the outputs tell it, with what its task took."""
    order = ("taskCostTime", "nodeId", "thirdPartyConsumeMoney", "consumeMoney", "consumeCoins")
    told = {**used, "nodeId": row["nodeId"]}
    return {"fileUrl": row["url"], "fileType": row["outputType"], **{key: told[key] for key in order}}


def yes(data: Any, message: str = "success") -> Answer:
    """A yes in the envelope, as an answer."""
    return Answer(200, enveloped(data, message))


def enveloped(data: Any, message: str = "success") -> Json:
    """A yes in the envelope."""
    return {"code": 0, "msg": message, "errorMessages": None, "data": data}


def page(rows: Sequence[Any], said: Mapping[str, Any], told: Callable[[Any], Json]) -> Answer:
    """The page of a list that is asked for."""
    shown, current, size = cut(rows, said.get("current", 1), said.get("size", SIZE))
    pages = -(-len(rows) // size)
    return yes({"records": list(map(told, shown)), "current": current, "size": size, "total": len(rows), "pages": pages,
                "hasNext": current < pages, "hasPrevious": current > 1})  # fmt: skip


def cut(rows: Sequence[Any], number: float, size: float) -> tuple[Sequence[Any], int, int]:
    """A page of this number and size, both of which it has for whole ones: 5.0 is one, too."""
    number, size = int(number), int(size)
    return rows[(number - 1) * size : number * size], number, size


def failed(row: Mapping[str, Any], text: str) -> Json:
    """A no of the Standard Model API."""
    return {**BLANK, "errorCode": str(row["code"]), "errorMessage": text, "failedReason": {}, "usage": None}


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
    first, *below = dotted(place).split(".")
    return first + "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in below)
