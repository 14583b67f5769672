"""The ComfyUI behind a key: a public client runs unchanged, and what it sends runs as tasks."""

from __future__ import annotations

import hashlib
import json
import logging
import urllib.parse
import urllib.request
import uuid
from typing import Any

import httpx
import pytest
from understudy.mocks.stand_in import StandIn, stand_in
from understudy.tests.runninghub.errands import GRAPH, ask, listening, native, prompt, runninghub, until_over
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

PNG = bytes.fromhex("89504e470d0a1a0a") + b"not much of a picture"


def pictures(server: str, graph: dict[str, Any]) -> dict[str, list[bytes]]:
    """A client of ComfyUI's basic API: sends a graph, follows it on the socket, reads the history, fetches files."""
    client = str(uuid.uuid4())
    with connect(f"ws{server.removeprefix('http')}/ws?clientId={client}", proxy=None) as socket:
        sent = urllib.request.Request(f"{server}/prompt", json.dumps({"prompt": graph, "client_id": client}).encode())
        with urllib.request.urlopen(sent) as answer:
            name = json.loads(answer.read())["prompt_id"]
        for said in socket:
            told: Any = json.loads(said) if isinstance(said, str) else {"type": "a picture"}
            if told["type"] == "executing" and told["data"]["node"] is None and told["data"]["prompt_id"] == name:
                break
    with urllib.request.urlopen(f"{server}/history/{name}") as answer:
        made = json.loads(answer.read())[name]["outputs"]
    return {node: [fetched(server, file) for file in said["images"]] for node, said in made.items() if "images" in said}


def fetched(server: str, file: dict[str, str]) -> bytes:
    with urllib.request.urlopen(f"{server}/view?{urllib.parse.urlencode(file)}") as answer:
        data: bytes = answer.read()
    return data


@pytest.fixture
def handle() -> Any:
    with runninghub() as handle:
        yield handle


@pytest.mark.parametrize("size", ["proxy", "proxy-plus"])
def test_a_client_of_the_basic_api_runs_unchanged(size: str) -> None:
    with stand_in("runninghub", images="plain") as handle:
        server = f"{handle.url}/{size}/{handle.api_key}"
        two = {**GRAPH, "10": {"class_type": "PreviewImage", "inputs": {"images": ["8", 0]}}}
        made = pictures(server, two)
        assert list(made) == ["9", "10"]
        assert all(data.startswith(b"\x89PNG") for files in made.values() for data in files)
        again = pictures(server, {**GRAPH, "6": {**GRAPH["6"], "inputs": {"text": "a blue boat", "clip": ["4", 1]}}})
        assert again["9"] != made["9"]
        assert len(handle.tasks) == 2


def test_a_client_that_polls_the_history_sees_it_empty_and_then_done() -> None:
    with runninghub(clock="auto") as handle, native(handle) as comfy:
        name = comfy.post("prompt", json={"prompt": GRAPH, "client_id": "me"}).json()["prompt_id"]
        seen = [comfy.get(f"history/{name}").json() for _ in range(2)]
        assert seen[0] == {}
        row = seen[1][name]
        assert row["status"] == {"status_str": "success", "completed": True, "messages": []}
        file = {"filename": "ComfyUI_00001_.png", "subfolder": "", "type": "output"}
        assert row["outputs"] == {"9": {"images": [file]}}
        assert comfy.get("api/view", params=file).headers["content-type"] == "image/png"
        assert handle.clock.now == 10


def test_prompts_are_tasks_with_two_names(handle: StandIn) -> None:
    with native(handle) as comfy:
        said = comfy.post("prompt", json={"prompt": GRAPH}).json()
    assert list(said) == ["prompt_id", "number", "node_errors"]
    assert str(uuid.UUID(said["prompt_id"])) == said["prompt_id"]
    task = handle.tasks.one()
    assert (len(task.id), task.id.isdecimal()) == (19, True)
    assert ask(handle, "query", task.id)["status"] == "RUNNING"
    handle.settle()
    assert ask(handle, "outputs", task.id)["data"][0]["consumeCoins"] == "2"
    assert handle.ledger.spent == 2
    assert [each.task for each in handle.requests(on="comfy_prompt")] == [task.id]


def test_the_books_tell_what_runs_waits_and_is_over() -> None:
    with runninghub(slots=1) as handle, native(handle) as comfy:
        handle.script(queued=0, running=10, times="always")
        names = [comfy.post("prompt", json={"prompt": GRAPH}).json() for _ in range(3)]
        assert [each["number"] for each in names] == [0, 1, 2]
        first, second, third = (each["prompt_id"] for each in names)

        def queue() -> Any:
            return {key: [row[1] for row in rows] for key, rows in comfy.get("queue").json().items()}

        assert queue() == {"queue_running": [first], "queue_pending": [second, third]}
        assert comfy.get("prompt").json() == {"exec_info": {"queue_remaining": 3}}
        assert comfy.post("queue", json={"delete": [second]}).status_code == 200
        handle.clock.advance(4)
        assert comfy.post("interrupt").status_code == 200
        assert queue() == {"queue_running": [third], "queue_pending": []}
        handle.settle()
        told = comfy.get("history").json()
        assert {key: row["status"]["status_str"] for key, row in told.items()} == {first: "error", third: "success"}
        assert handle.ledger.spent == 1 + 2
        comfy.post("history", json={"delete": [third]})
        assert list(comfy.get("history").json()) == [first]
        assert [handle.tasks.state(task) for task in handle.tasks] == ["CANCELLED", "CANCELLED", "SUCCEEDED"]


def test_scripts_strike_prompts(handle: StandIn) -> None:
    handle.script(operation="comfy_prompt", running=10, fails="CUDA out of memory")
    with native(handle) as comfy:
        name = comfy.post("prompt", json={"prompt": GRAPH}).json()["prompt_id"]
        handle.settle()
        row = comfy.get(f"history/{name}").json()[name]
        assert (row["outputs"], row["status"]["status_str"]) == ({}, "error")
        handle.refuse_next("TASK_QUEUE_MAXED")
        no = comfy.post("prompt", json={"prompt": GRAPH})
        assert (no.status_code, no.json()["code"], no.json()["msg"]) == (200, 421, "TASK_QUEUE_MAXED")
        handle.fault(503, on="prompt")
        assert comfy.post("prompt", json={"prompt": GRAPH}).status_code == 503
        handle.ledger.set(0)
        assert comfy.post("prompt", json={"prompt": GRAPH}).json()["code"] == 812
    assert len(handle.tasks) == 1


def test_a_graph_that_cannot_run_is_refused_in_comfyuis_words(handle: StandIn) -> None:
    with native(handle) as comfy:
        wrong = {"no_prompt": {}, "prompt_no_outputs": {"prompt": {}}, "invalid_prompt": {"prompt": {"1": {}}}}
        for kind, body in wrong.items():
            answer = comfy.post("prompt", json=body)
            assert (answer.status_code, answer.json()["error"]["type"]) == (400, kind)
        assert comfy.post("prompt", content=b"{").status_code == 500
        assert comfy.get("nothing").status_code == 404
        assert comfy.post("nothing").status_code == 405
        assert comfy.get("view").status_code == 404
        assert comfy.get("view", params={"filename": "../etc/passwd"}).status_code == 404
    assert not len(handle.tasks)


def test_every_class_that_is_used_is_described(handle: StandIn) -> None:
    with native(handle) as comfy:
        info = comfy.get("object_info").json()
        assert {node["class_type"] for node in GRAPH.values()} <= set(info)
        for node in GRAPH.values():
            assert set(node["inputs"]) == set(info[node["class_type"]]["input"]["required"])
        assert info["SaveImage"]["output_node"] is True
        prompt(handle, {**GRAPH, "9": {"class_type": "SaveAnimatedWEBP", "inputs": {"images": ["8", 0]}}})
        assert list(comfy.get("object_info/SaveAnimatedWEBP").json()) == ["SaveAnimatedWEBP"]
        assert comfy.get("object_info/Nothing").json() == {}


def test_the_machine_has_the_memory_that_its_path_names(handle: StandIn) -> None:
    for size, gib in (("proxy", 24), ("proxy-plus", 48)):
        with native(handle, size) as comfy:
            (device,) = comfy.get("system_stats").json()["devices"]
            assert device["vram_total"] == gib * 2**30


def test_each_machine_has_its_own_books(handle: StandIn) -> None:
    prompt(handle)
    with native(handle, "proxy-plus") as plus:
        assert plus.get("queue").json()["queue_running"] == []
    other = handle.another_key()
    with httpx.Client(transport=handle.transport, base_url=f"{handle.url}/proxy/{other}") as comfy:
        assert comfy.get("queue").json()["queue_running"] == []


def test_a_picture_that_is_brought_can_be_seen(handle: StandIn) -> None:
    with native(handle) as comfy:
        beside = {"type": "input", "overwrite": "true"}
        said = comfy.post("upload/image", files={"image": ("in.PNG", PNG)}, data=beside).json()
        assert said == {"name": hashlib.sha256(PNG).hexdigest() + ".png", "subfolder": "", "type": "input"}
        assert comfy.post("upload/image", files={"image": ("other.png", PNG)}).json() == said
        seen = comfy.get("view", params={"filename": said["name"], "type": "input"})
        assert (seen.content, seen.headers["content-type"]) == (PNG, "image/png")
        assert comfy.get("view", params={"filename": said["name"]}).status_code == 404
        below = comfy.post("upload/image", files={"image": ("in.png", PNG)}, data={"subfolder": "a"}).json()
        assert below == {**said, "subfolder": "a"}
        for wrong in ({"picture": ("in.png", PNG)}, {"image": ("../in.png", PNG)}):
            assert comfy.post("upload/image", files=wrong).status_code == 400
    assert PNG not in b"".join(each.request_body for each in handle.journal)


@pytest.mark.parametrize("path", ["queue", "prompt", "upload/image", "view?filename=x", "nothing"])
def test_a_key_that_is_none_is_refused_and_never_told(handle: StandIn, path: str) -> None:
    base = f"{handle.url}/proxy/{'f' * 32}/"
    with httpx.Client(transport=handle.transport) as comfy:
        answer = comfy.request("POST" if path in ("prompt", "upload/image") else "GET", base + path)
    assert (answer.status_code, answer.json()) == (401, {"code": -1, "msg": "ApiKey verification failed"})
    assert "f" * 32 not in json.dumps(handle.journal.as_dicts())
    with pytest.raises(InvalidStatus), listening(f"{handle.ws_url}/proxy/{'f' * 32}/ws?clientId=me"):
        pass


def test_a_free_key_is_refused(handle: StandIn) -> None:
    handle.session.accounts["runninghub", handle.api_key].kind = "FREE"
    with native(handle) as comfy:
        assert comfy.get("queue").json()["code"] == 801


def test_the_key_stands_in_no_book(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), runninghub(clock="auto") as handle:
        server, key = f"{handle.url}/proxy/{handle.api_key}", handle.api_key
        pictures(server, GRAPH)
        with httpx.Client(transport=handle.transport, base_url=server) as comfy:
            comfy.delete("queue")
            comfy.get("")
            comfy.post(f"{handle.url}/openapi/v2/proxy/{key}/prompt", json={"prompt": GRAPH})
            comfy.post("upload/image", files={"image": ("in.png", PNG)})
        with listening(f"ws{server.removeprefix('http')}/ws?clientId=me"):
            assert all(key not in each.path for each in handle.sockets)
        told = ask(handle, "query", handle.tasks.one().id)
        logs = "".join(each.getMessage() for each in caplog.records if each.name.startswith(("understudy", "uvicorn")))
        books = [str(handle.requests()), json.dumps(handle.journal.as_dicts()), handle.timeline(),
                 str(handle.findings), json.dumps(told), handle.verdict().text(), logs]  # fmt: skip
        assert [at for at, book in enumerate(books) if key in book.replace(f"Bearer {key}", "")] == []


def test_two_listeners_hear_of_their_own_prompts() -> None:
    with runninghub() as handle:
        base = f"{handle.ws_url}/proxy/{handle.api_key}/ws"
        with listening(f"{base}?clientId=a") as one, listening(f"{base}?clientId=b") as other:
            prompt(handle, client_id="a")
            prompt(handle, client_id="b")
            handle.settle()
            names = [{each["data"]["prompt_id"] for each in until_over(socket)} for socket in (one, other)]
        assert [len(each) for each in names] == [1, 1]
        assert names[0] != names[1]


@pytest.mark.parametrize("files", [{}, {"picture": ("a.png", b"1")}])
def test_a_form_without_a_picture_is_told_no_more_than_that(files: dict[str, Any]) -> None:
    with stand_in("runninghub") as handle:
        handle.allowed |= {"bad-form"}
        answer = httpx.post(f"{handle.url}/proxy/{handle.api_key}/upload/image", files=files, data={"type": "input"})
        assert (answer.status_code, answer.content) == (400, b"")
        assert [finding.rule for finding in handle.findings] == ["bad-form"]
