"""What the guard promises: paths that pretend and bodies that are no JSON are turned away before anybody reads them."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote_from_bytes, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.mocks.engine.refusal import Refusal
from understudy.mocks.web import guard


def refused(work: Any, *args: Any) -> str:
    with pytest.raises(Refusal) as caught:
        work(*args)
    return caught.value.reason


@pytest.mark.parametrize(
    "raw",
    ["/v1/models/a%2Fb", "/v1/models/a%2fb", "/v1/models/a%5Cb", "/v1/models/a%5cb", "/a%00", "/a\0b", "/a\\b",
     "/a/../b", "/a/./b", "/..", "/.", "/a/..", "/a/%2e%2e/b", "/a/%2E./b", "/a/.%2e", "/%2e"],
)  # fmt: skip
def test_paths_that_pretend(raw: str) -> None:
    assert refused(guard.check_path, raw.encode(), unquote(raw)) == "bad-path"


@pytest.mark.parametrize(
    "raw",
    [
        "/",
        "/v1/models/a/b",
        "/v1/models/wan-2.6",
        "/a/.b",
        "/a/b..c",
        "/a/...",
        "/a%20b",
        "/%E4%B8%AD",
        "/a%252Fb",
        "/%ff",
    ],
)
def test_paths_that_are_as_they_look(raw: str) -> None:
    guard.check_path(raw.encode(), unquote(raw))


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_any_path_is_taken_or_refused(parts: list[bytes]) -> None:
    raw = "/" + "/".join(quote_from_bytes(part, safe="") for part in parts)
    tricky = any(mark in part for part in parts for mark in (b"/", b"\\", b"\0")) or {b".", b".."} & set(parts)
    if tricky:
        assert refused(guard.check_path, raw.encode(), unquote(raw)) == "bad-path"
    else:
        guard.check_path(raw.encode(), unquote(raw))


def read(parts: list[bytes], cap: int, length: bytes | None = None, gone: bool = False) -> tuple[bytes, int]:
    """The body that came in these parts, and how many of them were taken."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages += [{"type": "http.disconnect"}] if gone else [{"type": "http.request"}]
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return messages[taken - 1]

    return asyncio.run(guard.read(receive, cap, length)), taken


def read_and_stall(part: bytes, cap: int) -> None:
    """A first part after which nothing comes, though more was said to."""

    async def receive() -> dict[str, Any]:
        assert not asked.is_set(), "more was asked for, though it is too large already"
        asked.set()
        return {"type": "http.request", "body": part, "more_body": True}

    asked = asyncio.Event()
    asyncio.run(guard.read(receive, cap, None))


@given(st.lists(st.binary(max_size=20), max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_body_is_put_together(parts: list[bytes]) -> None:
    assert read(parts, 120)[0] == b"".join(parts)


def test_a_body_that_is_too_large_is_refused_as_soon_as_that_is_known() -> None:
    assert read([b"x" * 10], 10)[0] == b"x" * 10
    assert refused(read, [b"x" * 11], 10) == "too-large"
    assert refused(read, [b"x" * 6, b"x" * 5, b"x" * 1000], 10) == "too-large"
    assert refused(read_and_stall, b"x" * 11, 10) == "too-large"
    for length in (b"11", b"9" * 12, b"9" * 13, b"9" * 5000):
        assert refused(read, [], 10, length) == "too-large"
    for length in (b"10", b"", b"-1", b"x", b"\xb2"):
        assert read([b"abc"], 10, length)[0] == b"abc"


@pytest.mark.parametrize("parts", [[], [b"x"], [b"x", b"y"]])
def test_who_hangs_up_is_gone(parts: list[bytes]) -> None:
    with pytest.raises(guard.Gone):
        read(parts, 10, gone=True)


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"{", b"}", b"[1,]", b"{'a': 1}", b'{"a": 1}x', b"NaN", b"[Infinity]", b"-Infinity", b"1e999", b"\xff",
     b'"\xff"', b'"\\ud800"', b'"\\udc00\\ud800"', b"\xef\xbb\xbf{}", b'"\0"', b"nul", b"01", b"1.", b".5", b"+1",
     b"0x1", '{"a": 1}'.encode("utf-16"), b'{"a": "\xc3"}', b'"\n"', b"//\n1"],
)  # fmt: skip
def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert refused(guard.loads, body) == "bad-json"


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_nesting_has_an_end(opens: str, closes: str) -> None:
    each = opens.count("[") + opens.count("{")
    most = guard.DEPTH // each
    guard.loads((opens * most + "1" + closes * most).encode())
    for depth in (most + 1, 500, 5000, 100_000):
        assert refused(guard.loads, (opens * depth + "1" + closes * depth).encode()) == "bad-json"
    assert refused(guard.loads, (opens * 100_000).encode()) == "bad-json"


def test_what_is_wide_is_not_deep() -> None:
    assert len(guard.loads(b"[" + b"[],{}," * 500 + b"1]")) == 1001
    assert guard.loads(b'"' + b"[" * 5000 + b'"') == "[" * 5000


@pytest.mark.parametrize("digits", [1, 15, 16, 17, 19, 20, 30, 308])
def test_whole_numbers_are_kept_whole(digits: int) -> None:
    for number in (10 ** (digits - 1), 10**digits - 1, -(10**digits) + 1):
        assert guard.loads(b'{"seed": %d}' % number) == {"seed": number}
        assert type(guard.loads(b"[%d]" % number)[0]) is int


def test_endless_numbers_are_refused_and_long_texts_of_digits_are_not() -> None:
    digits = b"1" * 310
    for body in (digits, b"[-" + digits + b"]", b'{"a": "x", "b": ' + digits * 50 + b"}", b'["\\"", ' + digits + b"]"):
        assert refused(guard.loads, body) == "bad-json"
    for text in (digits * 1000, b"\\\\" + digits, b'\\"' + digits + b"\\n"):
        assert guard.loads(b'{"a": "' + text + b'"}') == json.loads(b'{"a": "' + text + b'"}')
    assert guard.loads(b"[0." + b"1" * 9000 + b"]") == [1 / 9]
    assert guard.loads(b'["' + b"1" * 30_000_000 + b'"]')


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc\"\\", max_size=3), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(values)
@settings(max_examples=300, deadline=None)
def test_what_is_json_is_read_as_it_is(value: Any) -> None:
    for spelled in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert guard.loads(spelled.encode()) == value


@given(st.binary(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        json.loads(body.decode())
    except ValueError:
        assert refused(guard.loads, body) == "bad-json"
    else:
        with suppress(Refusal):
            guard.loads(body)
