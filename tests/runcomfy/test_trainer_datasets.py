"""Data sets: their life, both ways in which files come to them, and everything that is no file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.contract import contract
from understudy.mocks.engine.refusal import Refusal
from understudy.mocks.stand_in import StandIn
from understudy.mocks.web.form import file_of, plain
from understudy.tests.mocks.errands import send, world
from understudy.tests.runcomfy.trainer import DATASETS, form, is_golden, made, put, ready

UPLOAD = contract("runcomfy").operations["upload_dataset"]
NOBODYS = "00000000-0000-4000-a000-000000000000"


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world() as handle:
        yield handle


def state(handle: StandIn, dataset: str) -> str:
    return str(send(handle, "GET", f"{DATASETS}/{dataset}/status").json()["status"])


def announced(handle: StandIn, dataset: str, sizes: dict[str, Any]) -> httpx.Response:
    return send(handle, "POST", f"{DATASETS}/{dataset}/get-upload-endpoint", {"filenameToByteSize": sizes})


def address(handle: StandIn, dataset: str, name: str, size: int) -> str:
    said: str = announced(handle, dataset, {name: size}).json()["uploads"][name]["upload_url"]
    return said


def test_it_lives_from_a_draft_to_ready(handle: StandIn) -> None:
    is_golden("dataset", handle, send(handle, "POST", DATASETS, {"name": "trams"}))
    dataset = handle.session.own(next(iter(handle.session.accounts.values())), "dataset")[0].id
    assert state(handle, dataset) == "DRAFT"
    assert form(handle, dataset, {"file": ("a.jpg", b"123")}).json() == {"filename": "a.jpg", "size_bytes": 3}
    is_golden("dataset_uploading", handle, send(handle, "GET", f"{DATASETS}/{dataset}/status"))
    handle.clock.advance(4.999)
    assert state(handle, dataset) == "UPLOADING"
    handle.clock.advance(0.001)
    is_golden("dataset_ready", handle, send(handle, "GET", f"{DATASETS}/{dataset}/status"))
    assert send(handle, "DELETE", f"{DATASETS}/{dataset}").json() == {}
    assert send(handle, "GET", f"{DATASETS}/{dataset}/status").json()["error_code"] == 40401


def test_in_auto_asking_again_finds_it_ready() -> None:
    with world(clock="auto") as handle:
        dataset = made(handle)
        assert [state(handle, dataset) for _ in range(3)] == ["DRAFT"] * 3
        form(handle, dataset, {"file": ("a.jpg", b"1")})
        assert [state(handle, dataset) for _ in range(3)] == ["UPLOADING", "READY", "READY"]
        assert handle.clock.now == 5
        form(handle, dataset, {"file": ("b.jpg", b"1")})
        assert [state(handle, dataset) for _ in range(2)] == ["UPLOADING", "READY"]


def test_it_waits_for_what_was_announced(handle: StandIn) -> None:
    dataset = made(handle)
    answer = announced(handle, dataset, {"b.mp4": 4})
    is_golden("endpoint", handle, answer)
    where = answer.json()["uploads"]["b.mp4"]["upload_url"]
    form(handle, dataset, {"file": ("a.jpg", b"123")})
    handle.clock.advance(60)
    assert state(handle, dataset) == "UPLOADING"
    assert put(handle, where, b"1234").status_code == 200
    handle.clock.advance(5)
    assert state(handle, dataset) == "READY"
    files = send(handle, "GET", f"{DATASETS}/{dataset}/status").json()["files"]
    assert files == [{"filename": "a.jpg", "size_bytes": 3}, {"filename": "b.mp4", "size_bytes": 4}]


def test_another_file_of_the_name_takes_its_place(handle: StandIn) -> None:
    dataset = ready(handle)
    form(handle, dataset, {"file": ("a.jpg", b"12345")})
    said = send(handle, "GET", f"{DATASETS}/{dataset}/status").json()
    assert (said["status"], said["files"]) == ("UPLOADING", [{"filename": "a.jpg", "size_bytes": 5}])


def test_a_script_for_uploads_fails_it(handle: StandIn) -> None:
    dataset = made(handle)
    handle.script(operation="upload_dataset", fails="a.jpg is no picture", running=2)
    form(handle, dataset, {"file": ("a.jpg", b"123")})
    handle.clock.advance(2)
    is_golden("dataset_failed", handle, send(handle, "GET", f"{DATASETS}/{dataset}/status"))
    form(handle, dataset, {"file": ("a.jpg", b"124")})
    handle.clock.advance(5)
    assert state(handle, dataset) == "READY", "a good file took the place of the bad one"


def test_a_file_that_is_no_good_is_not_among_its_files(handle: StandIn) -> None:
    dataset = made(handle)
    form(handle, dataset, {"file": ("a.jpg", b"123")})
    handle.script(operation="upload_dataset", fails=True, running=2)
    form(handle, dataset, {"file": ("b.jpg", b"123")})
    for moment, status, names in [(0, "UPLOADING", ["a.jpg", "b.jpg"]), (5, "FAILED", ["a.jpg"])]:
        handle.clock.advance(moment)
        said = send(handle, "GET", f"{DATASETS}/{dataset}/status").json()
        assert (said["status"], [file["filename"] for file in said["files"]]) == (status, names)


def test_a_script_for_uploads_holds_for_both_ways(handle: StandIn) -> None:
    handle.script(operation="upload_dataset", stuck=True)
    handle.script(operation="upload_dataset", fails=True)
    one, other = made(handle, "one"), made(handle, "other")
    put(handle, address(handle, one, "a.jpg", 1), b"1")
    put(handle, address(handle, other, "a.jpg", 1), b"1")
    handle.clock.advance(100)
    assert (state(handle, one), state(handle, other)) == ("UPLOADING", "FAILED")


def test_a_script_for_any_order_is_not_for_an_upload(handle: StandIn) -> None:
    handle.script(fails=True, optional=True)
    dataset = ready(handle)
    assert state(handle, dataset) == "READY"


def test_a_name_is_the_accounts_own(handle: StandIn) -> None:
    other = handle.another_key()
    made(handle)
    made(handle, key=other)
    taken = send(handle, "POST", DATASETS, {"name": "trams"})
    assert (taken.status_code, taken.json()["error_code"]) == (409, 40901)
    own = [row["name"] for row in send(handle, "GET", DATASETS, key=other).json()["datasets"]]
    assert own == ["trams"]


def test_a_name_is_free_again_once_its_data_set_is_gone(handle: StandIn) -> None:
    dataset = made(handle)
    send(handle, "DELETE", f"{DATASETS}/{dataset}")
    assert made(handle) != dataset


@pytest.mark.parametrize("name", ["a b", "", "é", "a/b", "a.b", 3, None])
def test_a_name_holds_letters_digits_and_two_signs(handle: StandIn, name: Any) -> None:
    answer = send(handle, "POST", DATASETS, {"name": name})
    assert (answer.status_code, answer.json()["error_code"]) == (422, 42201)


def test_names_that_are_made_up_differ(handle: StandIn) -> None:
    names = [send(handle, "POST", DATASETS, {}).json()["name"] for _ in range(20)]
    assert len(set(names)) == 20
    assert all(name.startswith("ds_") for name in names)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/status", None), ("DELETE", "", None), ("POST", "/get-upload-endpoint", {"filenameToByteSize": {"a": 1}}),
     ("POST", "/upload", None)],
)  # fmt: skip
def test_another_accounts_is_not_there(handle: StandIn, method: str, path: str, body: Any) -> None:
    dataset, other = made(handle), handle.another_key()
    for name, key, status, code in [(dataset, other, 404, 40401), (NOBODYS, "", 404, 40401), ("trams", "", 400, 40001),
                                    (dataset + "0", "", 400, 40001), (dataset, "0" * 32, 401, 401001)]:  # fmt: skip
        answer = send(handle, method, f"{DATASETS}/{name}{path}", body, key)
        assert (answer.status_code, answer.json()["error_code"]) == (status, code), name
    assert state(handle, dataset) == "DRAFT"


@pytest.mark.parametrize("form", ["", "object", "array"])
def test_a_list_is_within_an_object_unless_it_is_to_be_bare(form: str) -> None:
    readings = {"readings": {"runcomfy": {"dataset_list": form}}} if form else {}
    with world(**readings) as handle:
        dataset = made(handle)
        said = send(handle, "GET", DATASETS).json()
        assert [row["id"] for row in (said if form == "array" else said["datasets"])] == [dataset]
        assert not [f for e in handle.session.journal for f in e.findings]


# -- files that are announced


def test_an_address_takes_what_was_announced_and_nothing_else(handle: StandIn) -> None:
    where = address(handle, made(handle), "b.mp4", 4)
    for data, method, status in [(b"123", "PUT", 403), (b"12345", "PUT", 403), (b"1234", "POST", 405),
                                 (b"", "GET", 405), (b"1234", "PUT", 200), (b"1234", "PUT", 200)]:  # fmt: skip
        assert put(handle, where, data, method).status_code == status, (data, method)
    assert put(handle, where.rpartition("/")[0] + "/" + "0" * 32, b"1234").status_code == 404
    assert put(handle, where + "/more", b"1234").status_code == 404


def test_an_address_expires_as_things_wear(handle: StandIn) -> None:
    where = address(handle, made(handle), "b.mp4", 4)
    handle.clock.advance(3599.999)
    assert put(handle, where, b"1234").status_code == 200
    handle.clock.advance(0.001)
    answer = put(handle, where, b"1234")
    assert (answer.status_code, answer.json()["error_code"]) == (403, 40301)


def test_an_address_goes_with_its_data_set(handle: StandIn) -> None:
    dataset = made(handle)
    where = address(handle, dataset, "b.mp4", 4)
    send(handle, "DELETE", f"{DATASETS}/{dataset}")
    assert put(handle, where, b"1234").status_code == 403


@pytest.mark.parametrize("sizes", [{}, {"a": 0}, {"a": -1}, {"a": "3"}, {"a": 1.5}, {"": 1}, {"a/b": 1}, {"a\\b": 1},
                                   {".": 1}, {"..": 1}, {"a" * 256: 1}, {"a\n": 1}, {"a": True}, None, []])  # fmt: skip
def test_what_is_announced_is_names_and_sizes(handle: StandIn, sizes: Any) -> None:
    answer = announced(handle, made(handle), sizes)
    assert (answer.status_code, answer.json()["error_code"]) == (422, 42202), answer.text


def test_the_bytes_are_nowhere_kept(handle: StandIn) -> None:
    dataset, secret = made(handle), b"s3cr3t" * 100
    form(handle, dataset, {"file": ("a.jpg", secret)})
    put(handle, address(handle, dataset, "b.jpg", len(secret)), secret)
    bodies = [exchange.request_body for exchange in handle.session.journal]
    assert not any(b"s3cr3t" in body for body in bodies)
    assert sum(b"bytes, blake2b" in body for body in bodies) == 2


def test_the_storage_may_be_out_of_order(handle: StandIn) -> None:
    where = address(handle, made(handle), "b.mp4", 4)
    handle.fault(503, on="media")
    assert [put(handle, where, b"1234").status_code for _ in range(2)] == [503, 200]


# -- forms that are none


def formed(*parts: bytes, boundary: bytes = b"xx", end: bytes = b"--xx--\r\n") -> bytes:
    return b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + end


FILE = b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n123'
KIND = b"multipart/form-data; boundary=xx"


def read(body: bytes, kind: bytes = KIND) -> Any:
    return file_of(UPLOAD, {b"content-type": kind}, body)


def test_a_form_is_read_as_it_was_sent() -> None:
    other = b'Content-Disposition: form-data; name="note"\r\n\r\nhello'
    for body in (formed(FILE), formed(other, FILE), b"before\r\n" + formed(FILE), formed(FILE) + b"after"):
        assert read(body)[:2] == ("a.jpg", 3)
    assert read(formed(FILE.replace(b"\r\n\r\n123", b"\r\n\r\n")))[:2] == ("a.jpg", 0)
    assert read(formed(FILE), b'Multipart/Form-Data; boundary="xx"')[:2] == ("a.jpg", 3)
    named = FILE.replace(b'filename="a.jpg"', b"filename*=utf-8''tr%C3%A4m.jpg")
    assert read(formed(named))[0] == "träm.jpg"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (formed(FILE), b""), (formed(FILE), b"application/json"), (formed(FILE), b"multipart/form-data"),
        (formed(FILE), b"multipart/form-data; boundary="), (formed(FILE), KIND + b"x" * 71),
        (formed(FILE), b"multipart/form-data; boundary=yy"), (b"", KIND), (b"--xx", KIND), (b"--xx--", KIND),
        (formed(FILE)[:-30], KIND), (formed(FILE, end=b""), KIND), (formed(FILE, FILE), KIND),
        (formed(b"X: " + b"y" * 9000 + b"\r\n" + FILE), KIND), (formed(*[FILE.replace(b'"file"', b'"x"')] * 20), KIND),
        (formed(FILE.replace(b'"file"', b'"other"')), KIND), (formed(FILE.replace(b"a.jpg", b"")), KIND),
        (formed(FILE.replace(b"a.jpg", b"../a.jpg")), KIND), (formed(FILE.replace(b"a.jpg", b"a\\b")), KIND),
        (formed(FILE.replace(b"a.jpg", b"a\x00b")), KIND), (formed(FILE.replace(b"a.jpg", b"n" * 256)), KIND),
        (formed(b"no colon at all\r\n\r\n123"), KIND), (b"--xxx\r\n" + FILE + b"\r\n--xx--", KIND),
        (b"junk--xx\r\n" + FILE + b"\r\n--xx--", KIND),
    ],
)  # fmt: skip
def test_what_is_no_form_is_refused(body: bytes, kind: bytes) -> None:
    with pytest.raises(Refusal) as no:
        read(body, kind)
    assert no.value.reason == "invalid-input"
    assert no.value.findings[0].where == "/file"


@given(body=st.binary(max_size=60) | st.lists(st.sampled_from(
    [b"--xx", b"\r\n", b"--", FILE, b"\r\n\r\n", b"Content-Disposition: form-data; name=file; filename=a", b"\0", b";"]
)).map(b"".join), kind=st.binary(max_size=30) | st.just(KIND))  # fmt: skip
def test_any_bytes_are_a_form_or_are_refused(body: bytes, kind: bytes) -> None:
    try:
        file = read(body, kind)
    except Refusal as no:
        reason = no.reason
    else:
        reason = "invalid-input" if plain(file.name) else "a name that is none"
    assert reason == "invalid-input"


def test_a_file_that_is_too_large_is_refused_by_what_is_announced(handle: StandIn) -> None:
    path = f"{DATASETS}/{made(handle)}/upload"
    with httpx.Client(transport=handle.transport, base_url="http://understudy") as client:
        headers = {"Authorization": f"Bearer {handle.api_key}", "Content-Length": "150100001"}
        answer = client.post(path, content=b"x", headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (413, 41301)


def test_a_file_has_its_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPLOAD.file, "most_bytes", 2)
    with pytest.raises(Refusal) as no:
        read(formed(FILE))
    assert no.value.reason == "too-large"
