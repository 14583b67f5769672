"""A check that is made by hand, so that its reports say the same on every day and every machine."""

from __future__ import annotations

import json
from typing import Any

from understudy.contracts.checks.case import Case, Checked
from understudy.contracts.checks.move import Move
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange
from understudy.contracts.finding import Finding, Severity
from understudy.contracts.report.report import Report
from understudy.contracts.report.veil import Veil

PROMISE = contract("runcomfy")
BASE = "http://127.0.0.1:40143/runcomfy"
KEY = "s3cr3t/0123456789+abcdef=Zz?"  # percent-encoding and base64 both change it
IDS = {number: f"0000000{number}-7b1e-4c0d-a9f4-2d5e8b7c6a10" for number in range(1, 10)}
SUBMIT = "/v1/models/tongyi-mai/z-image/turbo"


def said(method: str, url: str, status: int, body: Any, at: float = 0.0, sent: Any = None) -> Exchange:
    """An exchange as a referee files it."""
    found = PROMISE.match(url.partition("?")[0])
    operation = found[0].get(method)
    headers = [(b"Authorization", f"Bearer {KEY}".encode()), (b"Content-Type", b"application/json")]
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    exchange = Exchange(method, url, headers, json.dumps(sent).encode() if sent else b"", status,
                        [(b"content-type", b"application/json")], raw, at=at)  # fmt: skip
    if operation is None:
        return exchange
    return exchange._replace(provider="runcomfy", operation=operation.id, channel=operation.channel,
                             task=found[1] if operation.task else "")  # fmt: skip


def taken(number: int, at: float = 0.0) -> Exchange:
    """An order that was taken."""
    about = f"{BASE}/v1/requests/{IDS[number]}"
    body = {"request_id": IDS[number], "status_url": f"{about}/status", "result_url": f"{about}/result",
            "cancel_url": f"{about}/cancel"}  # fmt: skip
    return said("POST", SUBMIT, 200, body, at, {"prompt": "a red tram"})


def looked(number: int, word: str, at: float, **more: Any) -> Exchange:
    """A look at where an order stands."""
    return said(
        "GET", f"/v1/requests/{IDS[number]}/status", 200, {"request_id": IDS[number], "status": word, **more}, at
    )


def fetched(number: int, word: str, at: float) -> Exchange:
    """A look at what came of an order."""
    body = {"request_id": IDS[number], "status": word, "output": {"image": f"{BASE}/files/1.png"}}
    return said("GET", f"/v1/requests/{IDS[number]}/result", 200, body, at)


def passes(seconds: float) -> Move:
    """Time that passes."""
    return Move("advance", amount=seconds)


def finding(rule: str = "illegal-transition", severity: Severity = "broken", **more: Any) -> Finding:
    """What is wrong."""
    words = {"where": "/status", "expected": "CANCELLED, FAILED, RUNNING, SUCCEEDED after status said in_progress",
             "came": "in_queue", "cure": "look at the task's timeline: one of the two answers is wrong",
             "operation": "status", **more}  # fmt: skip
    return Finding(rule, severity, **words)


def went_back() -> Case:
    """An order that ran, and waits again."""
    story = (taken(1), taken(2), looked(1, "in_queue", 0.0, queue_position=1),
             looked(2, "in_queue", 0.0, queue_position=2), passes(2), looked(1, "in_progress", 2.0), passes(3),
             looked(1, "in_queue", 5.0, queue_position=1))  # fmt: skip
    return Case(finding(), "lifecycle", story, BASE, 3)


def wrong_shape() -> Case:
    """A position that is no number."""
    story = (taken(1), looked(1, "in_queue", 0.0, queue_position="first"))
    wrong = finding("answer-shape", where="/queue_position", expected="an integer of 0 or more", came='"first"',
                    cure="the answer is not what the documents promise")  # fmt: skip
    return Case(wrong, "drill", story, BASE)


def no_answer() -> Case:
    """A server that hung up, whose clock nobody can read."""
    story = (said("GET", "/v1/models?limit=1", 200, {"models": []}),
             said("GET", "/v1/models?limit=1000000", 0, b"Remote end closed connection without response"))  # fmt: skip
    wrong = finding("no-answer", "doubtful", where="?limit", expected="an answer", came="none", operation="list_models",
                    cure="look at the server's log at this moment")  # fmt: skip
    return Case(wrong, "fuzzing", story, BASE, 12)


def endless(many: int = 40) -> Case:
    """A long story: many looks at many orders, and the last one is wrong."""
    story: list[Any] = [taken(number) for number in range(1, 9)]
    for second in range(many):
        number = second % 8 + 1
        story += [passes(1), looked(number, "in_queue", second + 1.0, queue_position=number)]
    wrong = finding("stale-position", expected="a place below 3", came="7", where="/queue_position")
    return Case(wrong, "stateful", (*story, fetched(3, "in_queue", many + 1.0)), BASE)


def check(*cases: Case, **more: Any) -> Checked:
    """What came of a check."""
    words: dict[str, Any] = {
        "asked": {"lifecycle": 640, "drill": 312, "examples": 40, "fuzzing": 212}, "walks": 37, "seconds": 23.44,
        "not_exercised": {"poor": "the refusal for an empty balance: the balance cannot be set from here"},
        "coverage": {"share": 87.1, "groups": {
            "answers": {"reached": 7, "of": 7, "rows": []},
            "errors": {"reached": 20, "of": 24, "rows": [
                {"item": ["submit", "no-money"], "times": 0, "why": "the balance cannot be set from here"},
                {"item": ["submit", "bad-key"], "times": 3}]},
        }},
    }  # fmt: skip
    return Checked("runcomfy", more.pop("subject", "our runcomfy"), 7, cases=[*cases], **{**words, **more})


def report(*cases: Case, **more: Any) -> Report:
    """Its report, with the veil on."""
    return Report(Veil(KEY).checked(check(*cases, **more)), PROMISE, "understudy check runcomfy --seed 7")
