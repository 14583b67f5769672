"""Whom the control plane lets in, on every route and over both kinds of connection, and what it does not swallow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from understudy.mocks.app import App
from understudy.mocks.control.promise import promise
from understudy.mocks.control.warden import is_ours
from understudy.mocks.settings import Settings
from understudy.mocks.web.guard import CONTROL
from understudy.tests.control.planes import bare, plane

HOME = {"host": "127.0.0.1:8383"}
FOREIGN = [{"host": "evil.example"}, {"host": "127.0.0.1.evil.example:8383"}, {**HOME, "origin": "https://evil.example"},
           {**HOME, "origin": "null"}, {**HOME, "origin": "http://localhost.evil.example"},
           {**HOME, "sec-fetch-site": "cross-site"}]  # fmt: skip
ROUTES = [(route.method, CONTROL + route.path) for route in promise().routes] + [("GET", "/"), ("GET", CONTROL + "/x")]
TOKEN = "0123456789abcdef"


def house(token: str = "") -> App:
    app = App(Settings(max_body=10_000), opens_default=True)
    app.admin_token = token
    return app


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_answers_a_foreign_page_or_name(method: str, path: str) -> None:
    app = house()
    for headers in FOREIGN:
        told = bare(app, method, path, headers)
        assert told.status == 403, headers
        assert json.loads(told.body)["detail"].startswith("expected ")
        assert bare(app, method, path, headers, kind="websocket").status == 1008
    assert not app.sessions  # nothing has happened behind it


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_answers_without_the_token_where_there_is_one(method: str, path: str) -> None:
    app = house(TOKEN)
    for said in (
        {},
        {"authorization": f"Bearer {TOKEN[:-1]}F"},
        {"authorization": TOKEN},
        {"authorization": "Bearer "},
    ):
        assert bare(app, method, path, {"host": "192.168.1.9", **said}).status == 401
        assert bare(app, method, path, {"host": "192.168.1.9", **said}, kind="websocket").status == 1008
    for scheme in ("Bearer", "bearer"):
        right = {"host": "192.168.1.9", "authorization": f"{scheme} {TOKEN}"}
        assert bare(app, method, path, right).status not in (401, 403)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_token_that_was_told_is_asked_for_wherever_it_listens(method: str, path: str) -> None:
    app = App(Settings(admin_token=TOKEN), opens_default=True)
    assert bare(app, method, path, HOME).status == 401
    assert bare(app, method, path, {**HOME, "authorization": f"Bearer {TOKEN}"}).status not in (401, 403)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_from_inside_health_alone_is_told_without_the_token(method: str, path: str) -> None:
    app, health = house(TOKEN), (method, path) == ("GET", CONTROL + "/health")
    for peer in ("127.0.0.1", "::1"):
        assert (bare(app, method, path, HOME, peer=peer).status == 200) is health
        for headers in FOREIGN:
            assert bare(app, method, path, headers, peer=peer).status == (403 if health else 401)
        assert bare(app, method, path, HOME, kind="websocket", peer=peer).status == 1008
    assert bare(app, method, path, HOME, peer="172.17.0.1").status == 401


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_answers_with_cors_headers(method: str, path: str) -> None:
    app = house()
    for verb in (method, "OPTIONS"):
        asks = {**HOME, "origin": "http://localhost:3000", "access-control-request-method": method}
        told = bare(app, verb, path, asks)
        assert not [name for name in told.headers if name.startswith(b"access-control")]
        assert verb == method or told.status in (404, 405)


def test_whoever_is_let_in_with_a_socket_finds_none() -> None:
    assert bare(house(), "GET", CONTROL + "/health", HOME, kind="websocket").status in (1000, 403)


@pytest.mark.parametrize("said", ["127.0.0.1", "127.0.0.1:80", "localhost:1", "LOCALHOST", "[::1]:8383", "[::1]",
                                  "http://localhost:3000", "https://127.0.0.1"])  # fmt: skip
def test_this_machine_by_its_own_names(said: str) -> None:
    assert is_ours(said)


@pytest.mark.parametrize("said", ["127.0.0.1:evil", "127.0.0.1@evil.example", "evil.example#localhost", "localhost.",
                                  "http://evil.example:80", "127.0.0.1:80:80", "null", "file://",
                                  "0.0.0.0"])  # fmt: skip
def test_nobody_else_is_this_machine(said: str) -> None:
    assert not is_ours(said)


HOSTILE = [b"{", b"[" * 100_000, b'{"a":' * 3000, b"nan", b'{"clock": NaN}', b'"\xff"', b'{"seed": "\\ud800"}', b"null",
           b"3", b'"x"', b"[[]]", b'[{"what": 1e999}]', b'{"advance": "3"}', b'{"providers": "runcomfy"}',
           b'{"providers": ["nobody"]}', b'{"clock": "import os"}', b'{"port": 1}', b'{"scenario": "../../etc/passwd"}',
           b'{"outputs": {"file": "/etc/passwd"}}', b'{"when": "lambda order: True"}', b'{"times": 0}',
           b'{"__class__": 1}', b'{"balance": -1}', b'{"advance": ' + b"9" * 5000 + b"}"]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: str(body[:24]))
def test_a_hostile_body_is_refused_on_every_route(body: bytes) -> None:
    app = house()
    for route in promise().routes:
        if route.body:
            path = CONTROL + route.path.replace("{sid}", "default")
            told = bare(app, route.method, path, HOME, body)
            assert 400 <= told.status < 500, (route.id, told)
            assert json.loads(told.body)["detail"].startswith("expected ")
    assert set(app.sessions) <= {"default"}


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_is_capped(announced: bool) -> None:
    headers = {**HOME, "content-length": "10001"} if announced else HOME
    told = bare(house(), "POST", CONTROL + "/sessions", headers, b" " * 10_001)
    assert told.status == 413
    assert "max_body" in json.loads(told.body)["detail"]


SENTENCES: list[tuple[str, Any, str]] = [
    ("/scripts", {"runing": 3}, 'came "runing"; did you mean running?'),
    ("/scripts", {"running": -1}, "expected /running of script to be number, 0 or more or an object of uniform or"),
    ("/scripts", {"outputs": {"kind": "imag"}}, "expected /outputs of script to be integer, 1 to 100 or"),
    ("/scripts", {"outputs": {"file": "x.png"}}, "over HTTP no file of this machine is read"),
    ("/scripts", {"model": "tongyi-mai/z-image/tubo"}, "nearest: tongyi-mai/z-image/turbo"),
    ("/scripts", {"stuck": True, "cancelled": True}, "expected one ending; came stuck and cancelled"),
    ("/faults", {"what": "delai"}, "did you mean delay?"),
    ("/faults", {"on": "poll"}, "expected /what of fault to be there; came nothing"),
    ("/faults", {"what": 503, "on": "pol"}, "did you mean poll?"),
    ("/faults", {"what": 503, "on": "xyz"}, "came 'xyz'; take one of those, or leave it out"),
    ("/scripts", {"model": "xyz"}, "came 'xyz'; add_model() adds one"),
    ("/refusals", {"error": "InsufficientResource"}, "did you mean InsufficientResources?"),
    ("/refusals", {"error": 0}, "came '0'; see understudy explain runcomfy"),
    ("/models", {"id": "a/b", "knd": "video"}, "did you mean kind?"),
    ("/models", {"id": "a/b", "kind": "vidoe"}, "did you mean video?"),
    ("/models", {"id": "a/b", "schema": {"properties": {"x": {"$ref": "http://127.0.0.1:1/x"}}}}, "nothing outside"),
    ("/models", {"id": "a/b", "schema": {"allOf": [{"$ref": "file:///etc/passwd"}]}}, "nothing outside itself"),
    ("/models", {"id": "a/b", "provider": 3}, "expected /provider of new model to be string"),
    ("", {"models": "/etc/passwd"}, "no file of this machine is read"),
    ("", {"scenario": "x"}, "no file of this machine is read"),
    ("", {"fast_forward": True}, "have your client poll without a pause"),
    ("/clock", {"advance": 3, "idel": True}, "did you mean idle?"),
    ("/clock", {"advance": 3, "idle": 7}, "expected /idle of advance to be boolean"),
    ("/clock", {"advance": 3, "silent": True}, "expected advance to have advance"),
    ("/clock", {}, "expected /advance of advance to be there; came nothing; How far, in seconds."),
    ("/webhooks", {"staus": 500}, "did you mean status?"),
    ("", {"clok": "manual"}, "expected a setting that is known; came 'clok'; did you mean clock?"),
    ("", {"port": 1}, "expected a setting that a handle can have; came port; it is for serve; take it out"),
    ("", {"providers": "runcomfy"}, 'expected /providers of new session to be array; came "runcomfy"'),
    ("", {"clock": "x0"}, "expected clock real, xN (as x10), manual or auto; came 'x0'"),
]


@pytest.mark.parametrize(("path", "body", "words"), SENTENCES)
def test_a_wrong_body_is_told_what_would_be_right(path: str, body: Any, words: str) -> None:
    with plane() as asked:
        where = f"/sessions/default{path}" if path else "/sessions"
        assert words in asked.ask("POST", where, body, 422)["detail"]


@pytest.mark.parametrize(("path", "words"), [
    ("/sessions/default/journal?sinse=1", "did you mean since?"),
    ("/sessions/default/journal?since=-1", "expected since to be at least 0; came \"-1\""),
    ("/sessions/default/webhooks?wait=x", "expected wait to be integer; came \"x\""),
    ("/sessions/default/webhooks?timeout=1", "expected wait, too"),
    ("/sessions/default/tasks?state=DONE", "expected state to be one of"),
    ("/sessions/default/verdict?strict=maybe", "expected strict to be boolean"),
    ("/health?x=1", "expected no query; came \"x\""),
])  # fmt: skip
def test_a_wrong_query_is_told_what_would_be_right(path: str, words: str) -> None:
    with plane() as asked:
        assert words in asked.ask("GET", path, status=422)["detail"]


@pytest.mark.parametrize(("method", "path", "status", "words"), [
    ("GET", "/sessions/nobody/journal", 404, "expected a session; came 'nobody'; there are: default"),
    ("GET", "/sessions/default/tasks/none", 404, "expected a task of this session"),
    ("GET", "/sessions/default/jurnal", 404, "did you mean /sessions/{sid}/journal?"),
    ("PUT", "/sessions/default/journal", 405, "expected a route of the control plane"),
    ("GET", "/catalogue/nobody", 404, "expected a provider among runcomfy; came 'nobody'"),
    ("DELETE", "/sessions/default/keys/none", 404, "expected a key of this session"),
    ("GET", "/sessions/", 404, "expected a"),
])  # fmt: skip
def test_what_is_not_there_is_told(method: str, path: str, status: int, words: str) -> None:
    with plane() as asked:
        asked.ask("GET", "/sessions/default")
        assert words in asked.ask(method, path, status=status)["detail"]
