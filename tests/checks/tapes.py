"""Tapes by hand: between them they ask for everything that a mutant can bend."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from understudy.contracts.catalogue import Model
from understudy.contracts.checks.move import NONE, OTHER, OWN, WRONG, Move
from understudy.contracts.checks.subject import Ask
from understudy.contracts.contract import contract

PROMISE = contract("runcomfy").alone
MODELS = PROMISE.catalogue.models
PLAIN = "tongyi-mai/z-image/turbo"
JSON = (("Content-Type", "application/json"),)
CHARSET = (("Content-Type", "application/json; charset=utf-8"),)
NOBODY = "00000000-0000-4000-8000-000000000000"
TOO_LARGE = (1 << 20) + 1
Tape = list[Move]


def order(name: str = PLAIN, key: str = OWN, **inputs: Any) -> Move:
    """A submit of the smallest body that is right, and more."""
    body = {**MODELS[name].example(), **inputs}
    return Move("ask", Ask("POST", f"/v1/models/{name}", JSON, json.dumps(body).encode()), key=key)


def get(path: str, key: str = OWN, method: str = "GET") -> Move:
    return Move("ask", Ask(method, path), key=key)


def post(path: str, body: bytes, headers: tuple[tuple[str, str], ...] = JSON) -> Move:
    return Move("ask", Ask("POST", path, headers, body), key=OWN)


def about(operation: str, nth: int = 0, key: str = OWN, query: str = "") -> Move:
    return Move("about", None, operation, nth, query, key)


def looks(nth: int = 0) -> Tape:
    """Every channel, thrice: what is told late, or changes, is seen by who looks again."""
    return [about("status", nth), about("result", nth), about("result", nth, query="include_cost=true"),
            about("result", nth, query="include_cost=false")] * 3  # fmt: skip


def life(*orders: Move) -> Tape:
    last = len(orders) - 1
    return [*orders, *looks(last), Move("start", nth=last), *looks(last), about("cancel", last), *looks(last),
            Move("finish", nth=last), *looks(last), *(Move("open", nth=each) for each in (0, last, last)),
            about("cancel", last), *looks(last)]  # fmt: skip


def of_kind(kind: str) -> str:
    return next(model.id for model in MODELS.values() if model.kind == kind and model.complete)


def having(field: str) -> Model:
    return next(model for model in MODELS.values() if field in model.fields)


def shaped() -> Iterator[Tape]:
    """An order for each input that says what is made."""
    for name in PROMISE.catalogue.shaping:
        if any(name in model.fields for model in MODELS.values()):
            field = having(name).fields[name]
            value = field["enum"][-1] if "enum" in field else field.get("maximum", field.get("default", 2))
            yield life(order(having(name).id, **{name: value}))


def refusals() -> Tape:
    """Each way of saying no, at each operation that says it."""
    moves = [order(), order(key=OTHER)]
    for key in (NONE, WRONG):
        moves += [about(name, 0, key) for name in ("status", "result", "cancel")]
        moves += [order(key=key), *(get(f"/v1/models{path}", key) for path in ("", "/categories", f"/{PLAIN}"))]
    for name in ("status", "result", "cancel"):
        moves += [about(name, 0, OTHER), about(name, 1)]
        moves.append(get(f"/v1/requests/{NOBODY}/{name}", method="POST" if name == "cancel" else "GET"))
    moves += [get("/nowhere"), get("/no%2fwhere"), get("/v1/models/"), get("/V1/models"),
              get("/v1/models", method="PUT"), get(f"/v1/requests/{NOBODY}/status", method="DELETE"),
              get("/v1/requests/..%2f/status"), get("/v1/models/no/such/model"),
              post("/v1/models/no/such/model", b"{}")]  # fmt: skip
    here = f"/v1/models/{PLAIN}"
    moves += [post(here, b"{}"), post(here, b'{"prompt": 5}'), post(here, b"[]"), post(here, b'{"prompt":'),
              post(here, b'{"prompt": "x"}', (("Content-Type", "text/plain"),)),
              post(here, b'{"prompt": "x", "strange": 1}'),
              post(here, b'{"prompt": "' + b"x" * TOO_LARGE + b'"}')]  # fmt: skip
    return moves


def odd_keys(own: str) -> Tape:
    """What stands where a key should, and is none."""
    texts = (own, f"Basic {own}", "Bearer", "Bearer " + "0" * 32)
    return [Move("ask", Ask("GET", "/v1/models?limit=1", (("Authorization", text),)), key=NONE) for text in texts]


def shelf() -> Tape:
    queries = ["limit=3", "limit=3&offset=3", "limit=2&include_schema=true", "limit=1&include_schema=false", "",
               "search=turbo", "category=turbo&limit=2", "kind=model&limit=2", "limit=1", "limit=100",
               "offset=0&limit=1", "offset=1000000", "limit=0", "limit=101", "limit=x", "limit=0.5", "offset=-1",
               "offset=x", "offset=0.5", "include_schema=odd"]  # fmt: skip
    paths = [*(f"?{query}" for query in queries), "/categories", f"/{PLAIN}", f"/{of_kind('audio')}"]
    return [get(f"/v1/models{path}") for path in paths]


def corners() -> Iterator[Tape]:
    """What is asked rarely."""
    yield [*[order(key=OTHER)] * 3, Move("start", nth=2), *(about("status", nth, OTHER) for nth in range(3))]
    yield [order(), Move("finish"), about("result"), Move("open"), Move("advance", amount=61.0), Move("open")]
    yield [Move("fail"), order(), Move("finish"), *looks(), order(), Move("finish", nth=1), *looks(1)]
    yield [order(), order(), about("cancel"), *looks(1)]
    queries = ("search=turbo&category=turbo", "search=turbo&offset=1", "search=", "search=TURBO", "limit=1&strange=1")
    yield [get(f"/v1/models?{query}") for query in queries]
    yield [order(name) for name in (next(name for name in MODELS if "." in name),
                                    next(name for name in MODELS if name.count("/") > 2),
                                    next(name for name in MODELS if name.count("/") == 1))]  # fmt: skip
    fields = [(model.id, name, field) for model in MODELS.values() for name, field in model.fields.items()]
    zero = next(row for row in fields if row[2].get("minimum") == 0 and row[2]["type"] == "integer")
    flag = next(row for row in fields if row[2].get("type") == "boolean")
    some = next(row for row in fields if row[2].get("type") == "array" and row[2].get("minItems", 1) == 1)
    image = next(row for row in fields if row[2].get("format") == "image_uri")
    yield [
        order(prompt=""),
        order(prompt="\u96e8"),
        order(prompt="one\ntwo"),
        order(zero[0], OWN, **{zero[1]: 0}),
        order(zero[0], OWN, **{zero[1]: 5.0}),
        order(flag[0], OWN, **{flag[1]: False}),
        order(some[0], OWN, **{some[1]: ["https://example.com/input.png"]}),
        order(image[0], OWN, **{image[1]: "data:image/png;base64,AAAA"}),
        post(f"/v1/models/{PLAIN}", b' {"prompt": "x"}\n'),
        post(f"/v1/models/{PLAIN}", b'{"prompt": "x"}', CHARSET),
    ]


def queue() -> Tape:
    """More orders than there are slots, of which some are cancelled, in time and too late."""
    many: Tape = [order(seed=7)] * 12
    seen = [about(name, nth) for name in ("status", "result") for nth in (0, 10, 11)]
    later: Tape = [*looks(11), Move("finish", nth=0), *seen, Move("finish", nth=10), *seen, *looks(10)]
    return [*many, *seen, *seen, Move("advance", amount=3.0), *seen, *[about("cancel", 11)] * 2, *seen, *later,
            about("cancel", 0)]  # fmt: skip


def tapes(own: str = "0" * 32) -> list[Tape]:
    """All of them; `own` is the subject's key."""
    return [
        life(order(seed=2)), life(order(seed=1), order(seed=2), order(seed=1), order(seed=1)),
        life(order(num_images=3)), *(life(order(of_kind(kind))) for kind in ("video", "audio")), *shaped(),
        [order(), *looks(), about("cancel"), *looks(), about("cancel"), *looks()], queue(),
        [Move("fail"), *life(order())],
        [order(), Move("poor"), order(), *looks(), Move("rich"), order(), *looks(1)],
        [order(), order(seed=3), about("cancel", 1), *looks(0), *looks(1)],
        refusals(), odd_keys(own), shelf(), *corners(),
    ]  # fmt: skip
