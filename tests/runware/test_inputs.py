"""Media as inputs: in any form, at any depth, of this account, and whatever is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from understudy.mocks.stand_in import StandIn
from understudy.mocks.web import inputs
from understudy.mocks.web.turn import Turn
from understudy.tests.neighbour import listening
from understudy.tests.runware.asked import fetch, judged, made, other, send, task, world
from understudy.tests.runware.pictures import FILM, SVG, picture, storage, text, upload, uploaded, uri

STRANGER = other(99)


class Files(BaseHTTPRequestHandler):
    """A server of files: /good.png is there, /page is a page, all else is missing."""

    def do_GET(self) -> None:
        kind, status = {"/good.png": ("image/png", 200), "/page": ("text/html", 200)}.get(self.path, ("", 404))
        body = picture(320, 240) if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    with listening(Files) as address:
        yield address


def at(place: str, value: Any) -> dict[str, Any]:
    """A task that brings a file at a place."""
    if place == "controlNet":
        return task(controlNet=[{"model": "runware:z-image@turbo-controlnet", "guideImage": value}])
    return task(inputs={place[7:]: value}) if place.startswith("inputs.") else task(**{place: value})


def refused(handle: StandIn, whole: dict[str, Any]) -> str:
    answer = send(handle, whole)
    assert answer.status_code == 400, answer.text
    return str(answer.json()["errors"][0]["code"])


PLACES = ["seedImage", "inputs.seedImage", "controlNet"]


@pytest.mark.parametrize("place", PLACES)
def test_every_form_is_taken_at_every_place(place: str, files: str) -> None:
    for form in ("id", "result", "uri", "text", "address", "loopback"):
        with world() as handle:
            forms = {"uri": uri(picture()), "text": text(picture()), "address": "https://example.com/a.png",
                     "loopback": files + "/good.png"}  # fmt: skip
            if form == "id":
                forms[form] = uploaded(handle, picture())
            elif form == "result":
                forms[form] = made(handle, task(other(5)))[0]["imageUUID"]
            answer = send(handle, at(place, forms[form]))
            assert answer.status_code == 200, (form, answer.text)
            assert not judged(handle), form


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("bad", ["cat.png", "AAAA", uri(SVG, "image/svg+xml"), uri(FILM), "data:image/png,abc"])
def test_what_is_no_file_is_refused_by_the_contract(place: str, bad: str) -> None:
    with world() as handle:
        refused(handle, at(place, bad))
        (error,) = send(handle, at(place, bad)).json()["errors"]
        assert "must be a file (image) as an id, an http(s) address, a data URI with base64" in error["message"]
        assert judged(handle) == ["wrong-form"]


@pytest.mark.parametrize("place", PLACES)
def test_an_id_that_nobody_gave_out_cannot_be_transferred(place: str) -> None:
    with world() as handle:
        assert refused(handle, at(place, STRANGER)) == "failedToTransferImage"
        assert not judged(handle)
        assert not handle.session.tasks
        (note,) = [each for each, _ in handle.session.journal.findings.values() if each.rule == "unreachable-input"]
        assert note.where.split("/")[1] == place.partition(".")[0]


def test_a_result_of_another_account_is_unknown() -> None:
    with world() as handle:
        name = made(handle, task())[0]["imageUUID"]
        answer = send(handle, task(other(1), seedImage=name), key=handle.another_key())
        assert answer.json()["errors"][0]["code"] == "failedToTransferImage"


def test_a_result_can_be_named_once_it_is_there() -> None:
    with world(clock="manual") as handle:
        send(handle, task(deliveryMethod="async"))
        (item,) = made(handle, {"taskType": "getResponse", "taskUUID": task()["taskUUID"]})
        assert refused(handle, task(other(1), seedImage=item["imageUUID"])) == "failedToTransferImage"
        handle.settle()
        later = task(other(2), seedImage=item["imageUUID"], deliveryMethod="async")
        assert send(handle, later).status_code == 200


def test_a_film_is_no_image_wherever_it_lies() -> None:
    with world() as handle:
        name = made(handle, storage("upload", uri(FILM)))[0]["mediaUUID"]
        assert refused(handle, task(seedImage=name)) == "failedToTransferImage"


@pytest.mark.parametrize("path", ["/missing.png", "/page"])
def test_a_file_of_this_machine_that_is_missing_is_refused(path: str, files: str) -> None:
    with world() as handle:
        assert refused(handle, task(seedImage=files + path)) == "failedToTransferImage"
        assert judged(handle) == ["unreachable-input"]
        assert refused(handle, upload(files + path)) == "failedToTransferImage"


def test_a_file_of_this_machine_is_uploaded_as_it_is(files: str) -> None:
    with world() as handle:
        (item,) = made(handle, upload(files + "/good.png"))
        assert fetch(handle, item["imageURL"]).content == picture(320, 240)


def test_an_address_of_ours_is_known_without_being_fetched_and_copied_when_uploaded() -> None:
    with world() as handle:
        (item,) = made(handle, task())
        assert send(handle, task(other(1), seedImage=item["imageURL"])).status_code == 200
        assert not handle.requests(on="media")
        (copy,) = made(handle, upload(item["imageURL"]))
        assert fetch(handle, copy["imageURL"]).content == fetch(handle, item["imageURL"]).content
        assert send(handle, task(other(2), seedImage=copy["imageURL"])).status_code == 200
        assert not judged(handle)


@pytest.mark.parametrize("name", [True, "seedImage", "inputs.seedImage"])
def test_a_script_says_that_an_input_is_missing(name: Any) -> None:
    with world() as handle:
        handle.script(unreachable=name, optional=True)
        address = "https://example.com/a.png"
        answers = [send(handle, task(seedImage=address)), send(handle, task(other(1), inputs={"seedImage": address}))]
        codes = [answer.json().get("errors", [{"code": ""}])[0]["code"] for answer in answers]
        missing = "failedToTransferImage"
        assert codes == {True: [missing, ""], "seedImage": [missing, ""], "inputs.seedImage": ["", missing]}[name]


def sizes(handle: StandIn, monkeypatch: pytest.MonkeyPatch, **said: Any) -> dict[str, Any]:
    """How large each picture of a task is, as whoever plays it can know."""
    told: dict[str, Any] = {}
    dialect = handle.session.cast["runware"]
    play = dialect.routes["imageInference"]

    def looked(turn: Turn) -> Any:
        told.update({place: inputs.size(turn, place) for place in ("/seedImage", "/inputs/seedImage", "/nothing")})
        return play(turn)

    monkeypatch.setitem(dialect.routes, "imageInference", looked)
    assert send(handle, task(other(7), **said)).status_code == 200
    monkeypatch.undo()
    return told


def test_the_size_of_a_picture_is_known_where_it_can_be(monkeypatch: pytest.MonkeyPatch, files: str) -> None:
    with world() as handle:
        (item,) = made(handle, task())
        known = {uri(picture(30, 20)): (30, 20), text(picture(4000, 20, "JPEG")): (4000, 20),
                 files + "/good.png": (320, 240), item["imageUUID"]: (128, 128), item["imageURL"]: (128, 128),
                 uploaded(handle, picture(4096, 1024)): (2048, 512), "https://example.com/a.png": None}  # fmt: skip
        for value, size in known.items():
            for said in ({"seedImage": value}, {"inputs": {"seedImage": value}}):
                told = sizes(handle, monkeypatch, **said)
                place = "/inputs/seedImage" if "inputs" in said else "/seedImage"
                assert told == {"/seedImage": None, "/inputs/seedImage": None, "/nothing": None, place: size}
                del handle.session.tasks[other(7)]
