"""The curl line of a case: it sends what was sent, byte by byte, whatever a shell or curl would make of it."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from understudy.contracts.checks.case import curl
from understudy.contracts.exchange import Exchange

BASE = "http://127.0.0.1:1/x"


def words(method: str = "GET", url: str = "/v1/models", body: bytes = b"", *headers: tuple[bytes, bytes]) -> list[str]:
    return shlex.split(curl(Exchange(method, url, headers, body, 200, (), b""), BASE))


@pytest.mark.parametrize("body", [b"@/etc/passwd", b'{"a": "it\'s $HOME"}', "é".encode()])
def test_a_body_is_sent_as_it_is_and_names_no_file(body: bytes) -> None:
    assert words("POST", body=body)[-3:-1] == ["--data-raw", body.decode()]


@pytest.mark.parametrize("body", [
    b"\xff\xfe", b'{"a": "\x00"}', b"\x1b[31m", b"-n %s \\n 'x'\n", bytes(range(256)),
    "\u202e".encode(), b"x" * 200_000,
])  # fmt: skip
def test_a_body_that_is_no_word_of_a_shell_comes_through_a_pipe(body: bytes) -> None:
    line = curl(Exchange("POST", "/v1/models", (), body, 200, (), b""), BASE)
    made, _, rest = line.partition(" | curl ")
    assert line.isascii()
    assert line.isprintable()
    assert subprocess.run(["sh"], input=made.encode(), capture_output=True, check=True).stdout == body
    assert shlex.split(rest)[-3:] == ["--data-binary", "@-", f"{BASE}/v1/models"]


@pytest.mark.parametrize(("method", "body", "flags"), [
    ("GET", b"", ["-i"]), ("POST", b"{}", ["-i"]), ("GET", b"{}", ["-i", "-X", "GET"]), ("HEAD", b"", ["-I"]),
    ("POST", b"", ["-i", "-X", "POST"]), ("HEAD", b"{}", ["-i", "-m", "5", "-X", "HEAD"]),
])  # fmt: skip
def test_the_method_is_the_same(method: str, body: bytes, flags: list[str]) -> None:
    made = words(method, body=body)
    assert made[2 : 2 + len(flags)] == flags
    assert made[2 + len(flags)] in ("-H", f"{BASE}/v1/models")


@pytest.mark.parametrize(("url", "flag"), [
    ("/v1/{model}", "-g"), ("/v1/models?a[]=1", "-g"), ("/v1/../models", "--path-as-is"), ("/v1/.", "--path-as-is"),
    ("/v1/%2E%2e/models", "--path-as-is"), ("/v1/a..b/models", None), ("/v1/models?q=/../", None),
])  # fmt: skip
def test_an_address_stays_as_it_is(url: str, flag: str | None) -> None:
    made = words(url=url)
    assert made[-1] == BASE + url
    assert {"-g", "--path-as-is"} & set(made) == ({flag} if flag else set())


def test_headers_are_those_that_were_sent_but_the_key() -> None:
    made = words("GET", "/v1/models", b"", (b"X-Empty", b""), (b"Authorization", b""), (b"api-key", b"s3cret"))
    assert words("POST", "/", b"{}")[3:6] == ["-H", "content-type:", "--data-raw"]
    assert "content-type:" not in words("POST", "/", b"{}", (b"Content-Type", b"application/json"))
    assert made[made.index("-H") :][:6] == ["-H", "X-Empty;", "-H", "Authorization;", "-H", "api-key: $KEY"]
