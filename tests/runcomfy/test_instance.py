"""The proxy to an instance answers as a live ComfyUI does, for as long as the instance lives."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from understudy.contracts.contract import contract
from understudy.contracts.document import read, workflows
from understudy.contracts.openapi import published
from understudy.contracts.schema import Judge
from understudy.mocks.comfyui.info import object_info
from understudy.mocks.runcomfy.serverless import instance
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import world

GRAPH = workflows("runcomfy", "serverless")["text-to-image"]["graph"]
LIVE = "b1946ac9-2f3e-4d5a-8c11-000000000001"
RUNS = contract("runcomfy").apis["serverless"].life.durations["image"][1]


class Proxy:
    """A deployment whose one instance lives until a moment, and the client who asks it."""

    def __init__(self, handle: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
        self.handle = handle
        self.gone_at = 1e9
        monkeypatch.setattr(instance, "alive_instances", lambda _s, _p, now: {LIVE: 1} if now < self.gone_at else {})
        self.id = handle.call(self.deploy)

    def deploy(self) -> str:
        session = self.handle.session
        account = session.accounts["runcomfy", self.handle.api_key]
        prop = session.add_prop(account, "deployment", "tram", {"hardware": ["AMPERE_80"], "is_enabled": True})
        session.props[prop.id] = prop._replace(more=SimpleNamespace(kind="comfyui", workflow=GRAPH))
        return prop.id

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        where: str = LIVE,
        key: str = "",
        content: bytes | None = None,
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key or self.handle.api_key}"}
        way = f"/prod/v2/deployments/{self.id}/instances/{where}/proxy/{path}" if path[0] != "/" else path
        with httpx.Client(transport=self.handle.transport, base_url=self.handle.url, headers=headers) as client:
            said = json.dumps(body).encode() if body is not None else content
            answer = client.request(method, way, content=said)
        assert [
            finding for finding in self.handle.findings if finding.rule in ("answer-shape", "undocumented-status")
        ] == []
        return answer

    def get(self, path: str) -> Any:
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with world() as handle:
        yield Proxy(handle, monkeypatch)


@pytest.mark.parametrize("path", ["object_info", "api/object_info"])
def test_the_nodes_are_told_as_far_as_the_workflow_tells_them(proxy: Proxy, path: str) -> None:
    info = proxy.get(path)
    assert set(info) == {node["class_type"] for node in GRAPH.values()}
    assert info["KSampler"]["input"]["required"]["seed"] == ["INT", {"default": 42}]
    assert info["KSampler"]["input"]["required"]["cfg"] == ["FLOAT", {"default": 8}]
    assert info["KSampler"]["input"]["required"]["model"] == ["*"]
    assert info["CheckpointLoaderSimple"]["output"] == ["*", "*", "*"]
    assert (info["SaveImage"]["output_node"], info["VAEDecode"]["output_node"]) == (True, False)
    assert proxy.get(path + "/SaveImage") == {"SaveImage": info["SaveImage"]}
    assert proxy.get(path + "/Nobody") == {}


def test_what_a_deployment_takes_is_told_while_no_instance_lives(proxy: Proxy) -> None:
    proxy.gone_at = 0
    assert proxy.get(f"/prod/v2/deployments/{proxy.id}/object_info") == object_info(GRAPH)


@pytest.mark.parametrize(("path", "said"), [
    ("embeddings", []),
    ("extensions", []),
    ("api/queue", {"queue_running": [], "queue_pending": []}),
    ("history", {}),
    ("history/nobody", {}),
    ("prompt", {"exec_info": {"queue_remaining": 0}}),
])  # fmt: skip
def test_an_idle_instance_has_little_to_tell(proxy: Proxy, path: str, said: Any) -> None:
    assert proxy.get(path) == said


def test_the_machine_is_the_one_that_the_deployment_names(proxy: Proxy) -> None:
    stats = proxy.get("system_stats")
    (device,) = stats["devices"]
    assert "A100" in device["name"]
    assert device["vram_total"] == 80 * 2**30
    assert stats["system"]["comfyui_version"]
    assert "supports_preview_metadata" in proxy.get("features")


@pytest.mark.parametrize(("path", "body"), [
    ("api/free", {"unload_models": True}),
    ("free", {"unload_models": True, "free_memory": True}),
    ("interrupt", None),
    ("queue", {"clear": True}),
    ("history", {"delete": ["nobody"]}),
])  # fmt: skip
def test_what_is_only_taken_is_answered_by_nothing(proxy: Proxy, path: str, body: Any) -> None:
    answer = proxy("POST", path, body)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(("method", "path", "status", "text"), [
    ("GET", "nothing", 404, "404: Not Found"),
    ("GET", "api/free", 404, "404: Not Found"),
    ("GET", "object_info/", 404, "404: Not Found"),
    ("GET", "history/a/b", 404, "404: Not Found"),
    ("GET", "view", 404, "404: Not Found"),
    ("POST", "nothing", 405, "405: Method Not Allowed"),
    ("POST", "object_info", 405, "405: Method Not Allowed"),
    ("POST", "free", 500, "500 Internal Server Error\n\nServer got itself in trouble"),
])  # fmt: skip
def test_what_is_not_there_is_said_in_comfyuis_own_words(
    proxy: Proxy, method: str, path: str, status: int, text: str
) -> None:
    answer = proxy(method, path)
    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"5", b'{"prompt": []}'])
def test_what_cannot_be_read_breaks_comfyui(proxy: Proxy, content: bytes) -> None:
    assert proxy("POST", "prompt", content=content).status_code == 500


def broken(**changes: Any) -> dict[str, Any]:
    graph: dict[str, Any] = copy.deepcopy(GRAPH)
    for name, node in changes.items():
        graph[name[1:]] = {**graph[name[1:]], **node}
    return graph


@pytest.mark.parametrize(("body", "kind", "nodes"), [
    ({}, "no_prompt", {}),
    ({"prompt": {}}, "prompt_no_outputs", {}),
    ({"prompt": {"3": GRAPH["5"]}}, "prompt_no_outputs", {}),
    ({"prompt": {"3": {"inputs": {}}}}, "invalid_prompt", {}),
    ({"prompt": {"3": "text"}}, "invalid_prompt", {}),
    ({"prompt": broken(n8={"inputs": {"samples": ["77", 0]}})}, "prompt_outputs_failed_validation", {"8": ["9"]}),
    ({"prompt": broken(n8={"inputs": {"samples": ["9", 0]}})}, "prompt_outputs_failed_validation", {"9": ["9"]}),
    ({"prompt": {"1": {"class_type": "SaveImage"}}}, "prompt_outputs_failed_validation", {"1": []}),
])  # fmt: skip
def test_a_prompt_that_cannot_run_is_told_in_comfyuis_own_form(
    proxy: Proxy, body: Any, kind: str, nodes: dict[str, list[str]]
) -> None:
    answer = proxy("POST", "api/prompt", body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert list(error) == ["type", "message", "details", "extra_info"]
    assert error["type"] == kind
    found = answer.json()["node_errors"]
    assert {name: row["dependent_outputs"] for name, row in found.items()} == nodes
    assert all(list(row) == ["errors", "dependent_outputs", "class_type"] for row in found.values())


def test_a_prompt_runs_after_those_before_it_and_is_then_in_the_history(proxy: Proxy) -> None:
    clock = proxy.handle.clock
    body = {"prompt": GRAPH, "client_id": "me"}
    one, two = (proxy("POST", "prompt", body).json() for _ in range(2))
    assert list(one) == ["prompt_id", "number", "node_errors"]
    assert (one["number"], two["number"], one["node_errors"]) == (0, 1, {})
    queue = proxy.get("queue")
    assert [row[1] for row in queue["queue_running"]] == [one["prompt_id"]]
    assert [row[1] for row in queue["queue_pending"]] == [two["prompt_id"]]
    assert queue["queue_running"][0] == [0, one["prompt_id"], GRAPH, {"client_id": "me"}, ["9"]]
    clock.advance(RUNS)
    entry = proxy.get("history")[one["prompt_id"]]
    assert entry["outputs"] == {
        "9": {"images": [{"filename": "ComfyUI_00001_.png", "subfolder": "", "type": "output"}]}
    }
    assert entry["status"] == {"status_str": "success", "completed": True, "messages": []}
    assert proxy.get(f"history/{two['prompt_id']}") == {}
    assert proxy.get("prompt") == {"exec_info": {"queue_remaining": 1}}
    clock.advance(RUNS)
    assert list(proxy.get("history")) == [one["prompt_id"], two["prompt_id"]]
    assert list(proxy.get("history?max_items=1")) == [two["prompt_id"]]
    assert proxy("POST", "history", {"delete": [one["prompt_id"]]}).content == b""
    assert list(proxy.get("api/history")) == [two["prompt_id"]]
    assert proxy("POST", "history", {"clear": True}).content == b""
    assert proxy.get("history") == {}


def test_a_prompt_may_be_taken_out_of_the_queue_or_stopped(proxy: Proxy) -> None:
    one, two, three = (proxy("POST", "prompt", {"prompt": GRAPH}).json()["prompt_id"] for _ in range(3))
    proxy("POST", "queue", {"delete": [one, two]})
    assert [row[1] for row in proxy.get("queue")["queue_pending"]] == [three]
    proxy.handle.clock.advance(1)
    proxy("POST", "api/interrupt")
    entry = proxy.get("history")[one]
    assert (entry["outputs"], entry["status"]["completed"]) == ({}, False)
    assert [row[1] for row in proxy.get("queue")["queue_running"]] == [three]
    proxy("POST", "queue", {"clear": True})
    assert len(proxy.get("queue")["queue_running"]) == 1


@pytest.mark.parametrize(("path", "body"), [
    ("prompt", {"prompt": GRAPH}), ("interrupt", None), ("queue", {"clear": True}), ("history", {"clear": True}),
])  # fmt: skip
def test_whoever_watches_looks_again_when_something_was_handed_in(proxy: Proxy, path: str, body: Any) -> None:
    seen: list[str] = []
    proxy.handle.session.clock.watchers[lambda: seen.append(path)] = None
    proxy("POST", path, body)
    assert seen == [path]


def test_what_is_taken_out_of_the_history_has_run_all_the_same(proxy: Proxy) -> None:
    one, two = (proxy("POST", "prompt", {"prompt": GRAPH}).json()["prompt_id"] for _ in range(2))
    proxy.handle.clock.advance(RUNS + 1)
    proxy("POST", "history", {"delete": [one]})
    assert [row[1] for row in proxy.get("queue")["queue_running"]] == [two]
    assert proxy.get("history") == {}


def test_who_polls_the_history_finds_the_prompt_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    with world(clock="auto") as handle:
        proxy = Proxy(handle, monkeypatch)
        name = proxy("POST", "prompt", {"prompt": GRAPH, "number": 7, "extra_data": {"a": 1}}).json()["prompt_id"]
        looks = 0
        while name not in (said := proxy.get(f"history/{name}")):
            looks += 1
            assert looks < 5
        assert said[name]["prompt"][0] == 7
        assert said[name]["prompt"][3] == {"a": 1}
        assert handle.clock.now == RUNS


def test_an_instance_that_is_gone_or_never_was_is_unknown(proxy: Proxy) -> None:
    for method in ("GET", "POST"):
        answer = proxy(method, "queue", where="nobody")
        assert (answer.status_code, answer.json()["error_code"]) == (404, 404001)
    proxy.handle.clock.advance(60)
    proxy.gone_at = 60
    assert proxy("GET", "object_info").json()["error_code"] == 404001


def test_an_instance_of_somebody_elses_deployment_is_forbidden(proxy: Proxy) -> None:
    other = proxy.handle.another_key()
    for path in ("queue", f"/prod/v2/deployments/{proxy.id}/object_info"):
        answer = proxy("GET", path, key=other)
        assert (answer.status_code, answer.json()["error_code"]) == (403, 403003)
    proxy.id = "nobody"
    assert proxy("GET", "queue").json()["error_code"] == 404001
    assert proxy("GET", "queue", key="wrong").status_code == 401


def test_the_document_tells_that_comfyui_answers_in_its_own_way() -> None:
    paths = published(contract("runcomfy").apis["serverless"], "")["paths"]
    routes = paths["/prod/v2/deployments/{deployment_id}/instances/{instance_id}/proxy/{comfy_path}"]
    for route in routes.values():
        assert "*/*" in route["responses"]["200"]["content"]
    assert "text/plain" in routes["get"]["responses"]["404"]["content"]
    assert set(routes["post"]["responses"]) == {"200", "400", "401", "403", "404", "405", "500"}


def test_the_examples_of_the_proxy_are_good_answers() -> None:
    promise = contract("runcomfy").apis["serverless"]
    for name in ("ask_instance", "call_instance", "object_info"):
        for status, row in promise.facts.openapi["operations"][name]["answers"].items():
            assert promise.check_answer(promise.operations[name], int(status), row["example"]) == ()
    info = Judge({"$ref": "#/components/schemas/ObjectInfo", "components": {"schemas": promise.schemas}})
    assert info.good(object_info(GRAPH))
    assert not info.good({"SaveImage": {}})


def test_every_table_of_comfyui_says_how_it_is_known() -> None:
    for row in read("runcomfy", "comfyui", "serverless").values():
        assert set(row) == {"values", "source", "where"}
