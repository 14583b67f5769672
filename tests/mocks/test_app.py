"""The house as an ordinary ASGI application: by host, by prefix, by key, and under servers that are not ours."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import httpx
import pytest
from understudy.mocks.app import DIALECTS, App
from understudy.mocks.settings import Settings

MODEL = "/v1/models/tongyi-mai/z-image/turbo"


def ask(app: App, method: str, path: str, key: str = "k", host: str = "127.0.0.1:1", body: Any = None) -> Any:
    async def once() -> Any:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # ours takes narrower scopes
        headers = {"Authorization": f"Bearer {key}", "Host": host}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:1", headers=headers) as client:
            answer = await client.request(method, path, json=body)
            return answer.status_code, answer.json()

    return asyncio.run(once())


def house(**settings: Any) -> App:
    return App(Settings(keys="k", clock="manual").but(**settings), ("runcomfy",), opens_default=True)


def test_a_prefix_a_host_and_the_only_provider_lead_to_it() -> None:
    for path, host in (
        ("/runcomfy" + MODEL, "localhost:8383"),
        (MODEL, "model-api.runcomfy.net"),
        (MODEL, "localhost:1"),
    ):
        status, told = ask(house(), "POST", path, host=host, body={"prompt": "x"})
        assert status == 200
        assert told["status_url"].startswith(f"http://{host}{path.removesuffix(MODEL)}/v1/requests/")


def test_what_clients_post_to_the_root_is_the_only_providers() -> None:
    app = App(Settings(keys="k"), ("runware",), opens_default=True)
    assert ask(app, "POST", "/", body=[{"taskType": "ping"}])[1] == {"data": [{"taskType": "ping", "pong": True}]}
    assert ask(app, "GET", "/")[1]["understudy"] == "up"


def test_the_prefix_wins_over_a_wrong_host() -> None:
    assert ask(house(), "POST", "/runcomfy" + MODEL, host="api.runware.ai", body={"prompt": "x"})[0] == 200


def test_a_public_address_is_named_instead() -> None:
    app = house(public_url="https://fake.example:8443/")
    told = ask(app, "POST", "/runcomfy" + MODEL, body={"prompt": "x"})[1]
    assert told["result_url"].startswith("https://fake.example:8443/runcomfy/v1/requests/")


def test_the_document_leads_back_to_where_it_was_asked_for() -> None:
    app = house()
    for path, host, server in (
        ("/runcomfy", "localhost:8383", "http://localhost:8383/runcomfy"),
        ("", "127.0.0.1:1", "http://127.0.0.1:1"),
        ("/~default/runcomfy", "[::1]:7", "http://[::1]:7/~default/runcomfy"),
        ("/runcomfy", 'evil.example/"><script>', "http://127.0.0.1:1/runcomfy"),
    ):
        status, told = ask(app, "GET", path + "/openapi.json", host=host)
        assert (status, told["servers"]) == (200, [{"url": server}])
    public = ask(house(public_url="https://fake.example:8443/"), "GET", "/runcomfy/openapi.json")[1]
    assert public["servers"] == [{"url": "https://fake.example:8443/runcomfy"}]


def test_a_host_that_is_none_is_not_repeated() -> None:
    told = ask(house(), "POST", "/runcomfy" + MODEL, host='evil.example/"><script>', body={"prompt": "x"})[1]
    assert "evil" not in json.dumps(told)


def test_a_host_that_clients_say_wherever_they_are_pointed_names_no_address() -> None:
    app = App(Settings(keys="k"), ("runninghub",), opens_default=True)
    for path in ("", "/runninghub", "/~default/runninghub"):
        told = ask(app, "GET", path + "/openapi.json", host="www.runninghub.cn")[1]
        assert told["servers"] == [{"url": "http://127.0.0.1:1" + path}]


def test_with_any_key_each_has_a_session_of_its_own() -> None:
    app = house(any_key=True)
    first = ask(app, "POST", "/runcomfy" + MODEL, "anna", body={"prompt": "x"})[1]
    path = "/runcomfy/v1/requests/" + first["request_id"] + "/status"
    assert ask(app, "GET", path, "anna")[0] == 200
    assert ask(app, "POST", "/runcomfy" + MODEL, "bert", body={"prompt": "x"})[0] == 200
    assert ask(app, "GET", path, "anna")[0] == ask(app, "GET", path, "bert")[0] == 200  # equal ids, each its own
    assert len({id(session) for session in app.sessions.values()}) >= 2


def test_headers_may_be_lists() -> None:
    app, sent = house(), []

    async def story() -> None:
        async def receive() -> Any:
            return {"type": "http.request", "body": b'{"prompt": "x"}', "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        headers: Any = [[b"authorization", b"Bearer k"], [b"content-type", b"application/json"], [b"host", b"h"]]
        path = "/runcomfy" + MODEL
        await app(
            {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}, receive, send
        )

    asyncio.run(story())
    assert sent[0]["status"] == 200


def test_a_socket_is_closed_and_a_lifespan_is_answered() -> None:
    app, sent = house(), []

    async def story(kind: str, *messages: str) -> None:
        told = iter(messages)

        async def receive() -> Any:
            return {"type": next(told)}

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await app({"type": kind, "path": "/runcomfy", "headers": []}, receive, send)

    asyncio.run(story("websocket", "websocket.connect"))
    asyncio.run(story("lifespan", "lifespan.startup", "lifespan.shutdown"))
    assert sent == ["websocket.close", "lifespan.startup.complete", "lifespan.shutdown.complete"]


@pytest.mark.more
def test_uvicorn_serves_it_by_its_name(tmp_path: Path) -> None:
    env = {**os.environ, "UNDERSTUDY_KEYS": "k"}
    command = [sys.executable, "-m", "uvicorn", "understudy.mocks.app:app", "--port", "0"]
    server = subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        line = next(line for line in server.stderr if "running on" in line)
        url = line.split("running on ")[1].split()[0]
        request = urllib.request.Request(url + "/runcomfy/v1/models", headers={"Authorization": "Bearer k"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer)["total"] == 152
    finally:
        server.terminate()
        server.communicate(timeout=10)


@pytest.mark.parametrize("provider", DIALECTS)
def test_every_operation_has_a_route_and_no_route_is_of_none(provider: str) -> None:
    dialect = App(Settings(), (provider,)).spoken(provider)
    assert set(dialect.routes) == {each.id for each in dialect.contract.operations.values() if not each.bundles}
