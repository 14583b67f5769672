"""Uploads: under which name and address a file is kept, how long, and where it may be used; LoRAs that are put."""

from __future__ import annotations

import base64
import hashlib
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from understudy.contracts.contract import contract
from understudy.mocks.runninghub.resources import KIND
from understudy.mocks.stand_in import StandIn
from understudy.tests.neighbour import listening
from understudy.tests.runninghub.asked import world
from understudy.tests.runninghub.forms import MEDIA, UPLOAD, ask, data, form, part, png, send, uploaded

DAY = 86_400
ACTOR, VIDEO = "/openapi/v2/bytedance/dreamactor-v2", "https://example.com/dance.mp4"
MOST = contract("runninghub").catalogue.models["bytedance/dreamactor-v2"].fields["imageUrl"]["x-most-bytes"]
LORA = "/api/openapi/getLoraUploadUrl"
WEIGHTS = b"weights" * 100
MD5 = hashlib.md5(WEIGHTS, usedforsecurity=False).hexdigest()


def act(handle: StandIn, address: str) -> str:
    """The error of an order that brings a picture."""
    answer = ask(handle, "POST", ACTOR, {"imageUrl": address, "videoUrl": VIDEO})
    return str(answer.json()["errorCode"])


def test_an_upload_is_answered_as_the_pages_and_the_live_answer_have_it() -> None:
    with world() as handle:
        answer = send(handle, MEDIA, form(part("file", png(), "tram.png")))
        told, number = answer.json(), hashlib.sha256(png()).hexdigest()
        assert list(told) == ["code", "msg", "message", "errorMessages", "data"]
        assert (answer.status_code, told["code"], told["msg"], told["message"]) == (200, 0, "success", "success")
        assert list(told["data"]) == ["type", "download_url", "fileName", "size"]
        assert told["data"]["fileName"] == f"openapi/{number}.png"
        assert (told["data"]["type"], told["data"]["size"]) == ("image", str(len(png())))
        assert told["data"]["download_url"].startswith(handle.url)
        assert not handle.findings


def test_its_address_opens_without_a_key_and_wears_out_after_a_day() -> None:
    with world(clock="manual") as handle:
        address = uploaded(handle)["download_url"]
        opened = ask(handle, "GET", address, key="")
        assert (opened.status_code, opened.headers["content-type"], opened.content) == (200, "image/png", png())
        handle.clock.advance(DAY - 1)
        assert ask(handle, "GET", address, key="").status_code == 200
        handle.clock.advance(1)
        assert ask(handle, "GET", address, key="").status_code == 404
        again = uploaded(handle)["download_url"]
        assert again != address  # it is good for another day
        assert ask(handle, "GET", again, key="").status_code == 200


def test_the_same_bytes_bear_one_name_whoever_sends_them_and_are_held_once() -> None:
    with world() as handle:
        first, other = uploaded(handle), handle.another_key()
        assert uploaded(handle, name="another.jpg")["fileName"] == first["fileName"]
        again = send(handle, MEDIA, form(part("file", png(), "tram.png")), other).json()["data"]
        assert again["fileName"] == first["fileName"]
        assert uploaded(handle, png(9))["fileName"] != first["fileName"]
        assert handle.session.shelf.held == len(png()) + len(png(9))
        accounts = handle.session.accounts
        for key, many in ((handle.api_key, 2), (other, 1)):
            own = handle.session.own(accounts["runninghub", key], KIND)
            assert len(own) == many
            assert own[0].name == first["fileName"].partition("/")[2]


@pytest.mark.parametrize(("name", "kind"), [
    ("a.JPG", "image"), ("a.jpeg", "image"), ("a.webp", "image"), ("blob", "image"), ("a.zip", "zip"),
    ("a.mp3", "audio"), ("a.wav", "audio"), ("a.flac", "audio"),
    ("a.mp4", "video"), ("a.avi", "video"), ("a.mov", "video"), ("a.mkv", "video"),
])  # fmt: skip
def test_every_documented_form_is_taken_by_its_name_or_its_bytes(name: str, kind: str) -> None:
    with world() as handle:
        told = uploaded(handle, name=name)
        assert told["type"] == kind
        assert ask(handle, "GET", told["download_url"], key="").content == png()


@pytest.mark.parametrize("kind", ["input", "image", "video", "audio", "zip"])
def test_the_elder_upload_answers_a_name_and_the_word_that_was_sent(kind: str) -> None:
    with world() as handle:
        told = uploaded(handle, path=UPLOAD, fileType=kind)
        assert told == {"fileName": f"api/{hashlib.sha256(png()).hexdigest()}.png", "fileType": kind}
        assert uploaded(handle, path=UPLOAD)["fileType"] == "input"


def test_an_archive_of_the_elder_upload_has_neither_folder_nor_ending() -> None:
    with world() as handle:
        told = uploaded(handle, b"PK\x03\x04 trams", "trams.zip", UPLOAD, fileType="zip")
        assert told["fileName"] == hashlib.sha256(b"PK\x03\x04 trams").hexdigest()


def test_the_key_may_stand_in_the_form_alone() -> None:
    with world() as handle:
        body = form(part("apiKey", handle.api_key), part("fileType", "input"), part("file", png(), "tram.png"))
        assert send(handle, UPLOAD, body, key="").json()["code"] == 0
        wrong = form(part("apiKey", "0" * 32), part("file", png(), "tram.png"))
        refused = send(handle, UPLOAD, wrong, key="")
        assert (refused.status_code, refused.json()) == (401, {"code": -1, "msg": "ApiKey verification failed"})


def test_a_bad_key_of_the_newer_upload_is_told_in_a_good_status() -> None:
    with world() as handle:
        refused = send(handle, MEDIA, form(part("file", png(), "tram.png")), key="0" * 32)
        text = "ApiKey verification failed: API Key不存在"
        want = {"code": 401, "msg": text, "message": text, "errorMessages": None, "data": None}
        assert (refused.status_code, refused.json()) == (200, want)


def test_an_upload_is_an_input_until_it_wears_out() -> None:
    with world(clock="manual") as handle:
        address = uploaded(handle)["download_url"]
        assert act(handle, address) == ""
        assert act(handle, address.replace(".png", ".jpg")) == "1013"
        handle.clock.advance(DAY)
        assert act(handle, address) == "1013"


@pytest.mark.parametrize(("more", "code"), [(0, ""), (1, "1008")])
def test_an_input_that_is_larger_than_its_model_takes_is_refused(more: int, code: str) -> None:
    content = png(more=MOST - len(png()) + more)
    with world() as handle:
        assert act(handle, "data:image/png;base64," + base64.b64encode(content).decode()) == code
        assert act(handle, uploaded(handle, content)["download_url"]) == code


@pytest.mark.parametrize("ranges", [False, True])
@pytest.mark.parametrize(("more", "code"), [(0, ""), (1, "1008")])
def test_so_is_one_that_lies_on_this_machine(ranges: bool, more: int, code: str) -> None:
    class Storage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = MOST + more
            self.send_response(206 if ranges else 200)
            if ranges:
                self.send_header("content-range", f"bytes 0-9/{size}")
            self.send_header("content-length", "10" if ranges else str(size))
            self.send_header("content-type", "image/png")
            self.end_headers()
            try:
                self.wfile.write(b"\0" * (10 if ranges else size))
            except OSError:
                return  # whoever asked has seen enough

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    with world() as handle, listening(Storage) as there:
        assert act(handle, f"{there}/tram.png") == code


def test_a_lora_is_put_to_the_address_that_is_given_away_and_known_from_then_on() -> None:
    with world() as handle:
        body = {"loraName": "red-tram", "md5Hex": MD5}
        told = data(handle, LORA, body)
        assert told["fileName"] == f"api-lora-cn/{MD5}.safetensors"
        assert "url" in data(handle, LORA, body)  # it was not put yet
        put = ask(handle, "PUT", told["url"], key="", content=WEIGHTS)
        assert put.status_code == 200
        assert data(handle, LORA, {**body, "md5Hex": MD5.upper()}) == {"fileName": told["fileName"]}
        assert "url" in ask(handle, "POST", LORA, body, handle.another_key()).json()["data"]
        listed = data(handle, "/openapi/v2/resource/list", {"resourceType": "LORA", "resourceName": "TRAM"})
        assert [(row["resourceName"], row["nodeModelName"]) for row in listed["records"]] == [
            ("red-tram", told["fileName"])
        ]
        assert not handle.findings


def test_the_address_of_a_lora_closes_and_takes_nothing_but_a_put() -> None:
    with world(clock="manual") as handle:
        address = data(handle, LORA, {"loraName": "red-tram", "md5Hex": MD5})["url"]
        handle.clock.advance(3600)
        assert ask(handle, "PUT", address, key="", content=WEIGHTS).status_code == 403
        assert ask(handle, "POST", address, key="", content=WEIGHTS).json()["code"] == 412


@pytest.mark.parametrize("said", [{"loraName": "", "md5Hex": MD5}, {"loraName": " ", "md5Hex": MD5}, {"md5Hex": MD5},
                                  {"loraName": "a", "md5Hex": "b"}, {"loraName": 1, "md5Hex": MD5}])  # fmt: skip
def test_a_lora_needs_a_name_and_a_digest(said: dict[str, Any]) -> None:
    with world() as handle:
        assert ask(handle, "POST", LORA, said).json()["code"] == 301
