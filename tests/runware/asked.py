"""Tasks of Runware's, and a stand-in that takes them without a socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened

GOLDEN = Path(__file__).parents[1] / "golden" / "runware"
MODEL = "runware:z-image@turbo"
NAME = "f340734a-e1b5-4720-8a2f-108418dc9b14"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
FORMS = {"uuid": UUID.pattern, "text": r".+", "base64": r"[A-Za-z0-9+/]+=*"}


@contextmanager
def world(**settings: Any) -> Iterator[StandIn]:
    """A stand-in that nobody judges; on its clock asking again lets time pass, unless told."""
    handle = opened("runware", Settings().but(**{"clock": "auto", **settings}))
    try:
        yield handle
    finally:
        handle.close()


def task(name: str = NAME, /, **said: Any) -> dict[str, Any]:
    """One small image; None takes a key out."""
    whole = {"taskType": "imageInference", "taskUUID": name, "model": MODEL, "positivePrompt": "a red tram",
             "width": 128, "height": 128, **said}  # fmt: skip
    return {key: value for key, value in whole.items() if value is not None}


def other(number: int) -> str:
    """Another name of a task."""
    return f"{number:08x}-0000-4000-8000-000000000000"


def send(handle: StandIn, *tasks: Any, key: str = "") -> httpx.Response:
    """Posts a list of tasks."""
    with httpx.Client(transport=handle.transport, base_url=handle.url) as client:
        headers = {"Authorization": f"Bearer {key or handle.api_key}"}
        return client.post("/v1", json=list(tasks), headers=headers)


def made(handle: StandIn, *tasks: Any) -> list[dict[str, Any]]:
    """The items of an answer in which nothing went wrong."""
    answer = send(handle, *tasks)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["data"], answer.text
    items: list[dict[str, Any]] = answer.json()["data"]
    return items


def polled(handle: StandIn, *names: str) -> Any:
    """What getResponse answers."""
    answer = send(handle, *({"taskType": "getResponse", "taskUUID": name} for name in names or (NAME,)))
    assert answer.status_code == 200, answer.text
    return answer.json()


def fetch(handle: StandIn, address: str) -> httpx.Response:
    """Opens the address of a file."""
    with httpx.Client(transport=handle.transport) as client:
        return client.get(address)


def judged(handle: StandIn) -> list[str]:
    """The rules that were broken, by whomever; a note breaks none."""
    found = handle.session.journal.findings.values()
    return [finding.rule for finding, _ in found if finding.severity != "note"]


def golden(name: str) -> Any:
    """A body that was written down by hand."""
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def compare(expected: Any, came: Any, base: str, place: str = "") -> None:
    """Keys, their order and values are those; `{uuid}` and such stand for what differs."""
    assert type(came) is type(expected), f"at {place}: {came!r} is no {type(expected).__name__}"
    if isinstance(expected, dict):
        assert list(came) == list(expected), f"keys at {place or '/'}"
        for key in expected:
            compare(expected[key], came[key], base, f"{place}/{key}")
    elif isinstance(expected, list):
        assert len(came) == len(expected), place
        for at, (one, another) in enumerate(zip(expected, came, strict=True)):
            compare(one, another, base, f"{place}/{at}")
    elif isinstance(expected, str):
        form = re.escape(expected)
        for name, value in {**FORMS, "base": re.escape(base)}.items():
            form = form.replace(r"\{" + name + r"\}", f"(?:{value})")
        assert re.fullmatch(form, came, re.DOTALL), f"at {place}: {came!r} is not {expected!r}"
    else:
        assert came == expected, place
