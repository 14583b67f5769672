"""The wire, compared with bodies that were copied by hand: keys, their order, spelling and types."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import world

GOLDEN = Path(__file__).parents[1] / "golden"
MODEL = "tongyi-mai/z-image/turbo"
SUBMIT = f"/v1/models/{MODEL}"
FORMS = {
    "text": r".+",
    "file": r"[0-9a-f-]+\.(png|mp4)",
    "stamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d",
    "request_id": r"[A-Za-z0-9_-]{1,128}",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}
COMMANDS = (GOLDEN / "commands.txt").read_text(encoding="utf-8").split("\n\n")
HOST = "https://model-api.runcomfy.net"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world() as handle:
        yield handle


def ask(handle: StandIn, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {key or handle.api_key}"}
    with httpx.Client(transport=handle.transport, base_url=handle.url, headers=headers) as client:
        return client.request(method, path, json=body) if body is not None else client.request(method, path)


def submitted(handle: StandIn, **inputs: Any) -> str:
    """Submits the body of the page and answers the path of the request."""
    answer = ask(handle, "POST", SUBMIT, {**golden("request"), **inputs})
    return f"/v1/requests/{answer.json()['request_id']}"


def compare(expected: Any, came: Any, known: dict[str, str], place: str = "") -> None:
    assert type(came) is type(expected), f"at {place}: {came!r} is no {type(expected).__name__}"
    if isinstance(expected, dict):
        assert list(came) == list(expected), f"keys at {place or '/'}"
        for key in expected:
            compare(expected[key], came[key], known, f"{place}/{key}")
    elif isinstance(expected, list):
        assert len(came) == len(expected), place
        for at, (one, other) in enumerate(zip(expected, came, strict=True)):
            compare(one, other, known, f"{place}/{at}")
    elif isinstance(expected, str) and "{" in expected:
        form = re.escape(expected)
        for name, value in {**FORMS, **{name: re.escape(value) for name, value in known.items()}}.items():
            form = form.replace(r"\{" + name + r"\}", f"(?:{value})")
        assert re.fullmatch(form, came, re.DOTALL), f"at {place}: {came!r} is not {expected!r}"
    else:
        assert came == expected, place


def check(name: str, answer: httpx.Response, status: int, handle: StandIn, path: str = "") -> None:
    """An answer is the golden body of this name, JSON, and small enough to be just that."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    known = {"base": handle.url} | ({"request_id": path.rpartition("/")[2]} if path else {})
    compare(golden(name), json.loads(answer.content), known)


def test_submit(handle: StandIn) -> None:
    answer = ask(handle, "POST", SUBMIT, golden("request"))
    check("submitted", answer, 200, handle, answer.json()["request_id"])


def test_status_in_queue_tells_the_place() -> None:
    with world(slots=1) as handle:
        *_, third = [submitted(handle) for _ in range(3)]
        check("status_in_queue", ask(handle, "GET", third + "/status"), 200, handle, third)
        check("result_in_queue", ask(handle, "GET", third + "/result"), 200, handle, third)


def test_status_and_result_of_one_that_runs(handle: StandIn) -> None:
    path = submitted(handle)
    handle.clock.advance(5)
    check("status_in_progress", ask(handle, "GET", path + "/status"), 200, handle, path)
    check("result_in_progress", ask(handle, "GET", path + "/result"), 200, handle, path)
    check("cancel_refused", ask(handle, "POST", path + "/cancel"), 202, handle, path)


@pytest.mark.parametrize(
    ("name", "inputs"), [("result_succeeded", {}), ("result_several", {"num_images": 2})], ids=["one", "several"]
)
def test_status_and_result_of_one_that_succeeded(handle: StandIn, name: str, inputs: dict[str, Any]) -> None:
    path = submitted(handle, **inputs)
    handle.clock.advance(60)
    check("status_completed", ask(handle, "GET", path + "/status"), 200, handle, path)
    check(name, ask(handle, "GET", path + "/result"), 200, handle, path)


def test_result_of_a_video(handle: StandIn) -> None:
    answer = ask(handle, "POST", "/v1/models/bytedance/seedance-2.5/text-to-video/480p", {"prompt": "a tram"})
    path = f"/v1/requests/{answer.json()['request_id']}"
    handle.clock.advance(600)
    check("result_video", ask(handle, "GET", path + "/result"), 200, handle, path)


def test_status_and_result_of_one_that_failed(handle: StandIn) -> None:
    handle.script(fails=True)
    path = submitted(handle)
    handle.clock.advance(60)
    check("status_completed", ask(handle, "GET", path + "/status"), 200, handle, path)
    check("result_failed", ask(handle, "GET", path + "/result"), 200, handle, path)


def test_status_and_result_of_one_that_was_cancelled(handle: StandIn) -> None:
    path = submitted(handle)
    check("cancel_accepted", ask(handle, "POST", path + "/cancel"), 202, handle, path)
    check("status_cancelled", ask(handle, "GET", path + "/status"), 200, handle, path)
    check("result_cancelled", ask(handle, "GET", path + "/result"), 200, handle, path)


def test_errors(handle: StandIn) -> None:
    path = submitted(handle)
    check("error_bad_token", ask(handle, "POST", SUBMIT, golden("request"), "nobody"), 401, handle)
    check("error_unknown_model", ask(handle, "POST", "/v1/models/no/such/model", golden("request")), 400, handle)
    check("error_unknown_request", ask(handle, "GET", "/v1/requests/none/status"), 404, handle)
    other = handle.another_key()
    check("error_foreign_request", ask(handle, "GET", path + "/status", key=other), 403, handle)
    check("error_invalid_input", ask(handle, "POST", SUBMIT, {}), 422, handle)
    handle.ledger.set(0)
    check("error_no_funds", ask(handle, "POST", SUBMIT, golden("request")), 402, handle)


def test_catalogue_entry_holds_the_schema_of_the_page(handle: StandIn) -> None:
    check("entry", ask(handle, "GET", SUBMIT), 200, handle)


def parsed(command: str) -> tuple[str, str, dict[str, str], bytes]:
    """Method, address, headers and body of one line of the page."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words.pop(0) == "curl"
    said = [(words[at], words[at + 1]) for at in range(0, len(words), 2)]
    one = dict(said)
    headers = dict(value.split(": ", 1) for flag, value in said if flag == "--header")
    return one["--request"], one["--url"], headers, one.get("--data", "").encode()


def pointed(command: str, handle: StandIn, name: str) -> str:
    """A line of the page with our host, a key and an id in it, and otherwise as it stands."""
    assert HOST in command
    return command.replace(HOST, handle.url).replace("<token>", handle.api_key).replace("{request_id}", name)


def test_the_commands_of_the_page_run_as_they_stand(handle: StandIn) -> None:
    assert [parsed(command)[0] for command in COMMANDS] == ["POST", "GET", "GET", "POST"]
    assert json.loads(parsed(COMMANDS[0])[3]) == golden("request")
    name, answers = "", []
    with httpx.Client(transport=handle.transport) as client:
        for command in COMMANDS:
            method, url, headers, body = parsed(pointed(command, handle, name))
            answers.append(client.request(method, url, headers=headers, content=body))
            name = name or answers[0].json()["request_id"]
    path = f"/v1/requests/{name}"
    check("submitted", answers[0], 200, handle, path)
    assert answers[1].json()["status"] == answers[2].json()["status"] == "in_queue"
    check("cancel_accepted", answers[3], 202, handle, path)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_of_the_page_run_in_curl(handle: StandIn) -> None:
    name, words = "", []
    for command in COMMANDS:
        call = shlex.split(pointed(command, handle, name).replace("\\\n", " "))
        ran = subprocess.run([*call, "--silent", "--noproxy", "*", "--max-time", "10"], capture_output=True, check=True)
        said = json.loads(ran.stdout)
        name = name or said["request_id"]
        words.append(said.get("status"))
    assert words == [None, "in_queue", "in_queue", "completed"]
