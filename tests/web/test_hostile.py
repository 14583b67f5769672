"""Whatever is sent, the answer is a documented error or the least surprising one; never a 5xx, never a hang."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.contracts.document import read
from understudy.mocks.app import App
from understudy.mocks.settings import Settings

ROUNDS, EACH = 10, 500
TURBO = "tongyi-mai/z-image/turbo"
MOUNT = "/~w/runcomfy"
ROWS = {(row["status"], row["code"]) for row in read("runcomfy", "errors") if "status" in row}
SAID = {status for status, _ in ROWS}
FINE = {200, 202, 206, 304}
CAP = 100_000
OURS = re.compile(rb"(/~[^/]*)?/(__understudy__(/|$)|$)")  # the control plane has an error form of its own


class Case(NamedTuple):
    """One request as it would come from the socket."""

    method: str
    path: bytes
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    parts: tuple[bytes, ...] = (b"",)
    gone: bool = False


class House:
    """The whole application on the loop of the test, with one request that is under way and one that is over."""

    def __init__(self, **more: Any) -> None:
        told = Settings(clock="manual", images="plain", max_body=CAP, slots=0, **more)
        self.app = App(told, ("runcomfy",))
        self.session = self.app.open("w", told)
        self.key = next(iter(self.session.accounts))[1].encode()
        self.own = ((b"authorization", b"Bearer " + self.key), (b"content-type", b"application/json"))
        self.tasks: list[str] = []

    async def begin(self) -> House:
        for at in range(2):
            answer = await self.ask(
                Case("POST", f"{MOUNT}/v1/models/{TURBO}".encode(), b"", self.own, (b'{"prompt": "x"}',))
            )
            assert answer is not None
            self.tasks.append(json.loads(answer[2])["request_id"])
            if not at:
                self.session.clock.advance(60)
        return self

    async def ask(self, case: Case) -> tuple[int, dict[bytes, bytes], bytes] | None:
        messages = [{"type": "http.request", "body": part, "more_body": True} for part in case.parts]
        if not case.gone:
            messages[-1]["more_body"] = False
        told: list[Any] = []

        async def receive() -> Any:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            told.append(message)

        scope = {
            "type": "http", "http_version": "1.1", "method": case.method, "scheme": "http",
            "path": unquote(case.path.decode("latin-1")), "raw_path": case.path, "query_string": case.query,
            "headers": list(case.headers), "server": ("127.0.0.1", 8383), "client": ("127.0.0.1", 9),
        }  # fmt: skip
        await self.app(scope, receive, send)
        if not told:
            assert case.gone, case
            return None
        start, *rest = told
        return start["status"], dict(start["headers"]), b"".join(part.get("body", b"") for part in rest)

    async def judge(self, case: Case) -> int:
        """Asks, looks at the answer, and then asks something good."""
        begun = time.perf_counter()
        answer = await self.ask(case)
        assert time.perf_counter() - begun < 10, case  # of a busy machine; alone none takes 0.1 s
        status = 0
        if answer is not None:
            status, headers, body = answer
            assert status in SAID | FINE | {416}, (status, body, case)
            assert case.method == "HEAD" or int(headers[b"content-length"]) == len(body)
            if status in SAID and case.method != "HEAD" and not OURS.match(case.path):
                said = json.loads(body)
                assert list(said)[:2] == ["error_code", "error_message"], (said, case)
                assert (status, said["error_code"]) in ROWS, (said, case)
                assert said["error_message"]
        good = await self.ask(Case("GET", f"{MOUNT}/v1/requests/{self.tasks[0]}/status".encode(), b"", self.own))
        assert good is not None
        assert (good[0], json.loads(good[2])["status"]) == (200, "completed")
        return status


# -- hostile requests, drawn from a seed

WORDS = [b"", b"%2e%2e", b"..", b".", b"%2F", b"%5c", b"%00", b"%ff", b"%c3%28", b"%", b"%zz", b"%252f", b"\\", b"~",
         b"~w", b"*", b"a" * 5000, "\u4e2d".encode(), b"%F0%9F%98%80", b"categories", b"status", b"runcomfy",
         b"__understudy__",
         b"media", b"models", b"requests", b"v1", b"openapi.json", b";a=b", b"?", b"#", b"\x7f", b"\x01", b"+", b"%20",
         b"-0.png", TURBO.encode()]  # fmt: skip
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "", "BREW", "\u00e9"]
ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**30, -(10**300), 1e308, 2**63, 2**64, "", "x" * 20_000, "\0", "\u202e",
    "9" * 5000, [], [[]], {}, {"a": {}}, [None] * 50, {"": ""}, {"__proto__": 1}, "../../etc/passwd",
    "file:///etc/passwd", "data:,", "http://", "16:0", "\u00b2:\u00b2", "wav", "\ud7ff", "data:image/png;base64,####",
]  # fmt: skip
BODIES = [
    b"", b"null", b"[]", b'"x"', b"1", b"true", b"{}", b"{", b'{"prompt"', b"{'prompt': 'x'}", b"NaN", b'{"seed": NaN}',
    b'{"seed": Infinity}', b'{"seed": 1e999}', b'{"seed": ' + b"9" * 500 + b"}", b'{"seed": 0.' + b"1" * 9000 + b"}",
    b'{"prompt": "\xff\xfe"}', b'{"prompt": "\\ud800"}', b'\xef\xbb\xbf{"prompt": "x"}', b'{"prompt": "a\0b"}',
    b'{"prompt": "\\u0000"}', b"[" * 50_000, b"[" * 40_000 + b"]" * 40_000, b'{"prompt": ' + b'{"a":' * 9000 + b"1",
    b'{"prompt": ' + b"[" * 62 + b"1" + b"]" * 62 + b"}", b'{"prompt": "x"}' * 3, b'{"prompt": "x", "prompt": 1}',
    b'{"prompt": "x"}\0', '{"prompt": "x"}'.encode("utf-16"), b"\0" * 1000, b"prompt=x&seed=1", b"<xml/>",
    b"x" * CAP, b'{"prompt": "' + b"y" * CAP + b'"}', b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
]  # fmt: skip
HEADERS = [
    (b"content-type", b""), (b"content-type", b"text/plain"), (b"content-type", b"application/json; charset=utf-7"),
    (b"content-type", b"multipart/form-data; boundary=b"), (b"content-type", b"\xff\xfe"), (b"content-length", b"0"),
    (b"content-length", b"99999999999999999999"), (b"content-length", b"-1"), (b"content-length", b"\xb2"),
    (b"transfer-encoding", b"chunked"), (b"content-encoding", b"gzip"), (b"host", b""),
    (b"host", b"evil.example/x\"<>"),
    (b"host", b"model-api.runcomfy.net"), (b"host", b"[::1]:1"), (b"host", b"\xff"), (b"host", b"a" * 9000),
    (b"authorization", b""), (b"authorization", b"Bearer"), (b"authorization", b"Bearer \xff\x00"),
    (b"authorization", b"Basic eDp5"), (b"authorization", b"Bearer " + b"k" * 9000), (b"range", b"bytes=0-0,5-"),
    (b"range", b"bytes=99999999999999999999-"), (b"if-none-match", b"*"), (b"if-none-match", b"\xff"),
    (b"cookie", b"\xff" * 99), (b"expect", b"100-continue"), (b"x-forwarded-host", b"evil.example"),
    (b"upgrade", b"websocket"), (b"", b""),
]  # fmt: skip
QUERIES = [b"limit=--5", b"limit=-1", b"limit=1e9", b"limit=", b"offset=999999999999999999", b"offset=-0", b"limit=%00",
           b"limit=\xd9\xa3", b"search=%ff", b"search=" + b"a" * 9000, b"category=%2e%2e", b"include_schema=maybe",
           b"include_cost=1&include_cost=true", b"&&&=&=&", b"%", b"limit[]=1", b"kind=\0", b"a" * 20_000,
           b"limit=5;offset=1", b"&".join(b"a%d=1" % at for at in range(2000))]  # fmt: skip


def hostile(rng: random.Random, house: House) -> Case:
    """One request: half of them are wrong in the body or one header, the others in any of their parts."""
    if rng.random() < 0.5:
        model = rng.choice(
            [TURBO, "minimax/video-01", "wan-ai/wan-2-2/text-to-image", "google/nano-banana-2/edit", "a/b"]
        )
        path = f"{MOUNT}/v1/models/{model}".encode()
        own = house.own if rng.random() < 0.8 else (house.own[0], rng.choice(HEADERS))
        return Case("POST", path, b"", own, pieces(rng, body(rng)), rng.random() < 0.03)
    over, queued = house.tasks
    good = [f"v1/models/{TURBO}", "v1/models", "v1/models/categories", "openapi.json", "", f"media/{over}-0.png",
            f"media/{queued}-0.png", *(f"v1/requests/{name}/{end}" for name in (over, queued, "none")
                                       for end in ("status", "result", "cancel"))]  # fmt: skip
    parts = rng.choice(good).encode().split(b"/")
    if rng.random() < 0.4:
        parts.insert(rng.randrange(len(parts) + 1), rng.choice(WORDS))
        if rng.random() < 0.3:
            parts[rng.randrange(len(parts))] = rng.choice(WORDS)
    mount = rng.choice([MOUNT.encode()] * 8 + [b"/runcomfy", b"/~none/runcomfy", b"/~w/nobody", b"/~/runcomfy", b""])
    headers = [*house.own, *(rng.choice(HEADERS) for _ in range(rng.choice([0, 0, 1, 1, 2, 5])))]
    if rng.random() < 0.1:
        headers = headers[2:]
    rng.shuffle(headers)
    query = rng.choice(QUERIES) if rng.random() < 0.3 else b""
    method = rng.choice(["POST", "GET", "GET", *METHODS])
    path = mount + b"/" + b"/".join(parts)
    return Case(method, path, query, tuple(headers), pieces(rng, body(rng)), rng.random() < 0.03)


def body(rng: random.Random) -> bytes:
    kind = rng.random()
    if kind < 0.35:
        return rng.choice(BODIES)
    names = [
        "prompt",
        "image_size",
        "num_inference_steps",
        "seed",
        "num_images",
        "output_format",
        "width",
        "duration",
        "a/b",
        "\0",
    ]
    inputs: dict[str, Any] = {"prompt": "x", **{name: rng.choice(ODD) for name in rng.sample(names, rng.randrange(5))}}
    said = json.dumps(inputs, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    if kind < 0.6:
        return said
    bad = bytearray(said)
    for _ in range(rng.randrange(1, 4)):
        bad[rng.randrange(len(bad))] = rng.randrange(256)
    return bytes(bad[: rng.randrange(len(bad) + 1)] if rng.random() < 0.3 else bad)


def pieces(rng: random.Random, whole: bytes) -> tuple[bytes, ...]:
    if rng.random() < 0.7:
        return (whole,)
    cuts = sorted(rng.randrange(len(whole) + 1) for _ in range(rng.randrange(1, 5)))
    return tuple(whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_five_thousand_hostile_requests(seed: int) -> None:
    async def play() -> tuple[set[int], House]:
        house, rng = await House(unknown_models="accept" if seed % 2 else "refuse").begin(), random.Random(seed)
        async with asyncio.timeout(30):
            return {await house.judge(hostile(rng, house)) for _ in range(EACH)}, house

    seen, house = asyncio.run(play())
    assert {200, 400, 401, 404, 405, 413, 415, 422} <= seen
    assert house.session.clock.open == 0
    assert len(house.session.tasks) > 10
    for task in house.session.tasks.values():
        assert house.session.gallery.make(task, 0)  # whatever was taken can be made


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=8,
)  # fmt: skip


def judged(*cases: Case) -> list[int]:
    async def play() -> list[int]:
        house = await House().begin()
        return [await house.judge(case._replace(headers=case.headers or house.own)) for case in cases]

    return asyncio.run(play())


@given(
    st.dictionaries(
        st.sampled_from(["prompt", "seed", "num_images", "image_size"]) | st.text(max_size=4), ANY, max_size=5
    )
)
@settings(max_examples=150, deadline=None)
def test_any_json_as_a_body(value: Any) -> None:
    said = json.dumps(value).encode()
    assert judged(Case("POST", f"{MOUNT}/v1/models/{TURBO}".encode(), b"", (), (said,)))[0] in (200, 422)


@given(st.text(max_size=20), st.binary(max_size=20), st.binary(max_size=30), st.sampled_from(METHODS))
@settings(max_examples=150, deadline=None)
def test_any_path_query_and_body(path: str, query: bytes, said: bytes, method: str) -> None:
    judged(Case(method, MOUNT.encode() + b"/" + path.encode("utf-8", "surrogatepass"), query, (), (said,)))


@pytest.mark.parametrize(
    ("case", "status"),
    [
        (Case("GET", b"/v1/models", b"limit=--5"), 422), (Case("GET", b"/v1/models", b"limit=0"), 422),
        (Case("POST", b"/v1/models/a%2Fb"), 400), (Case("POST", b"/v1/models/../x"), 400),
        (Case("GET", b"/v1/a%00"), 400),
        (Case("GET", b"/v1/nothing"), 404), (Case("PATCH", b"/v1/models/x"), 405),
        (Case("HEAD", b"/v1/models"), 405),
        (Case("POST", f"/v1/models/{TURBO}".encode(), b"", (), (b"[]",)), 422),
        (Case("POST", f"/v1/models/{TURBO}".encode(), b"", (), (b"[" * 5000,)), 422),
        (Case("POST", f"/v1/models/{TURBO}".encode(), b"", (), (b"x" * CAP, b"x")), 413),
        (Case("POST", f"/v1/models/{TURBO}".encode(), b"", (), (b'{"prompt": ',), True), 0),
    ],
)  # fmt: skip
def test_the_least_surprising_error(case: Case, status: int) -> None:
    assert judged(case._replace(path=MOUNT.encode() + case.path)) == [status]
