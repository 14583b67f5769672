"""Forms that are none, or say what they should not: each is refused in the documented words, and nothing breaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.stand_in import StandIn
from understudy.tests.runninghub.asked import world
from understudy.tests.runninghub.forms import EDGE, MEDIA, UPLOAD, ask, form, part, png, send, uploaded

ACCOUNT = "/uc/openapi/accountStatus"
FILE = part("file", png(), "tram.png")
NEWER = {301: 1007, 808: 1007, 809: 1008}  # what the newer upload says instead
THIRTY = 30 * 2**20
BAD = {
    "no file": (form(part("fileType", "input")), 301),
    "nothing": (form(), 301),
    "two files": (form(FILE, FILE), 301),
    "a wrong field": (form(part("picture", png(), "tram.png")), 301),
    "a text for a file": (form(part("file", "tram.png")), 301),
    "no name": (form(part("file", png(), "")), 301),
    "slashes": (form(part("file", png(), "../../tram.png")), 301),
    "backslashes": (form(part("file", png(), "C:\\\\trams\\\\tram.png")), 301),
    "a strange kind": (form(part("file", b"#!/bin/sh", "tram.sh")), 808),
    "an empty file": (form(part("file", b"", "tram.png")), 808),
    "cut off": (form(FILE)[:-40], 808),
    "cut off in a head": (b"--" + EDGE.encode() + b"\r\nContent-Dispo", 808),
    "no boundary": (b"a red tram", 808),
    "too many parts": (form(*[part(f"f{number}", "x") for number in range(40)], FILE), 808),
    "31 MB": (form(part("file", png(more=31 * 2**20), "tram.png")), 809),
}
KINDS = ["multipart/form-data", "multipart/form-data; boundary=", f"multipart/form-data; boundary={'x' * 71}",
         "application/json", "text/plain", "multipart/mixed; boundary=x"]  # fmt: skip


def on(handle: StandIn) -> None:
    """The server goes on."""
    assert uploaded(handle)["type"] == "image"


def refused(handle: StandIn, path: str, body: bytes, code: int, kind: str = "") -> None:
    answer = send(handle, path, body, kind=kind)
    assert answer.status_code == 200, answer.text
    assert answer.json()["code"] == (NEWER[code] if path == MEDIA else code), answer.text
    on(handle)


@pytest.mark.parametrize("path", [UPLOAD, MEDIA])
@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_form(path: str, name: str) -> None:
    body, code = BAD[name]
    if path == MEDIA and name == "31 MB":
        return  # whose bound is the one of bodies: below
    with world() as handle:
        refused(handle, path, body, code)


@pytest.mark.parametrize("path", [UPLOAD, MEDIA])
@pytest.mark.parametrize("kind", KINDS)
def test_what_says_it_is_something_else(path: str, kind: str) -> None:
    with world() as handle:
        refused(handle, path, form(FILE), 808, kind)


def test_thirty_megabytes_are_taken() -> None:
    with world() as handle:
        content = png(more=THIRTY - len(png()))
        assert uploaded(handle, content, path=UPLOAD)["fileType"] == "input"
        refused(handle, UPLOAD, form(part("file", content + b"\0", "tram.png")), 809)


@pytest.mark.parametrize("path", [UPLOAD, MEDIA])
def test_what_is_set_as_the_largest_body_is_told_as_a_file_that_is_too_large(path: str) -> None:
    with world(max_body=2**16) as handle:
        refused(handle, path, form(part("file", png(more=2**16), "tram.png")), 809)


@pytest.mark.parametrize("said", ['{"a": [1]}', "", "exe", "[]", "null"])
def test_a_word_of_a_form_that_is_none_is_refused(said: str) -> None:
    with world() as handle:
        refused(handle, UPLOAD, form(part("fileType", said), FILE), 301)


@given(st.binary(max_size=400), st.sampled_from([UPLOAD, MEDIA]), st.booleans())
def test_no_bytes_are_more_than_a_refusal(body: bytes, path: str, within: bool) -> None:
    with world() as handle:
        answer = send(handle, path, form(body) if within else body)
        assert answer.status_code == 200
        assert answer.json()["code"] in (0, 301, 808, 1007)
        on(handle)


@given(st.integers(0, len(form(FILE))))
def test_a_form_that_is_cut_off_anywhere_is_none(at: int) -> None:
    with world() as handle:
        whole = form(FILE)
        code = send(handle, UPLOAD, whole[:at]).json()["code"]
        assert code in ((0,) if at == len(whole) else (808, 301)) or whole[:at].endswith(b"--")


def test_a_key_is_said_once_or_twice_in_a_header_and_never_as_a_number() -> None:
    with world() as handle:
        key = handle.api_key
        twice = [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")]
        with handle.client() as client:
            assert client.post(handle.url + ACCOUNT, json={}, headers=twice).json()["code"] == 0
        joined = {"Authorization": f"Bearer {key}, Bearer {key}"}
        assert ask(handle, "POST", ACCOUNT, {}, "", headers=joined).json()["code"] == 0
        assert ask(handle, "POST", ACCOUNT, {}, "", headers={"Authorization": key}).json()["code"] == 0
        for wrong in (12345, ["x"], {"key": key}, None, True, ""):
            answer = ask(handle, "POST", ACCOUNT, {"apiKey": wrong}, "")
            assert (answer.status_code, answer.json()["code"]) == (401, -1)
        assert ask(handle, "POST", ACCOUNT, {"apiKey": 12345}).json()["code"] == 301  # the header's is good
        on(handle)


def test_no_book_keeps_a_key(caplog: pytest.LogCaptureFixture) -> None:
    with world() as handle:
        key, said = handle.api_key, part("apiKey", handle.api_key)
        for path in (UPLOAD, MEDIA, ACCOUNT, "/openapi/v2/rhart-image/z-image/turbo"):
            for body in (form(said, FILE), form(said)[:-9], form(said, said), f"apiKey={key}".encode(), said):
                for kind in ("", "application/x-www-form-urlencoded", "application/json", "text/plain", KINDS[1]):
                    send(handle, path, body, "", kind)
                    send(handle, path, body, None, kind)
        ask(handle, "POST", "/api/webapp/list", {"apiKey": key}, "")
        ask(handle, "POST", "/openapi/v2/query", {"apiKey": key, "taskId": "1"})
        ask(handle, "GET", f"/openapi/v2/queue/status?apiKey={key}", key="")
        listed = ask(handle, "GET", "/openapi/v2/api-key/list")
        assert key not in listed.text
        for each in handle.requests():
            told = str(each.as_dict())
            assert key not in told, told
            assert key.encode() not in each.request_body + each.answer_body
        assert key not in handle.timeline()
        assert key not in "".join(map(str, handle.findings))
        assert key not in caplog.text
