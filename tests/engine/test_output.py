"""What a script says comes out: however it is said it is read, and what cannot be is refused before an order comes."""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from understudy.mocks.engine import output
from understudy.mocks.engine.medium import FLAWS, FORMATS, Medium
from understudy.mocks.engine.output import KIND_OF, MOST, Output, outputs

ASKED = Medium("image", "webp", 640, 480)
DATA = b64encode(b"bytes of mine").decode()


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (3, (Output(),) * 3), (MOST, (Output(),) * MOST), ("video", (Output("video"),)),
        (["image", "audio"], (Output("image"), Output("audio"))), (("text",), (Output("text"),)),
        ({"kind": "image", "width": 64, "height": 32}, (Output("image", "", 64, 32),)),
        ({"format": "mp4", "seconds": 2.5}, (Output("video", "mp4", seconds=2.5),)),
        ({"flaw": "corrupt"}, (Output(flaw="corrupt"),)), ({}, (Output(),)), ({"nsfw": True}, (Output(nsfw=True),)),
        ([{"kind": "image"}, "lora"], (Output("image"), Output("lora"))),
        ({"text": "hello"}, (Output("text", "txt", own=b"hello"),)),
        ({"data": DATA}, (Output(own=b"bytes of mine"),)),
        ({"data": DATA, "format": "glb"}, (Output("3d", "glb", own=b"bytes of mine"),)),
        ({"data": DATA, "kind": "image"}, (Output("image", own=b"bytes of mine"),)),
    ],
)  # fmt: skip
def test_every_form_is_read(said: Any, read: tuple[Output, ...]) -> None:
    assert outputs(said) == read


@pytest.mark.parametrize("form", KIND_OF)
def test_a_format_tells_its_kind(form: str) -> None:
    assert outputs({"format": form}) == (Output(KIND_OF[form], form),)


@pytest.mark.parametrize(
    ("said", "medium"),
    [
        (Output(), ASKED), (Output("image"), ASKED), (Output("video"), Medium("video", "mp4", 640, 480)),
        (Output("image", "png", 8), Medium("image", "png", 8, 480)),
        (Output("audio", seconds=3), Medium("audio", "wav", 640, 480, 3)),
        (Output(flaw="short", own=b"x"), Medium("image", "webp", 640, 480, 0.0, "short", b"x")),
    ],
)  # fmt: skip
def test_what_is_left_open_is_as_the_order_asked(said: Output, medium: Medium) -> None:
    assert said.medium(ASKED) == medium


def test_every_kind_has_a_format_of_its_own() -> None:
    for kind, forms in FORMATS.items():
        other = ASKED if kind != "image" else Medium("video", "mp4", 640, 480)
        assert Output(kind).medium(other).format == forms[0]
        assert {KIND_OF[form] for form in forms} == {kind}


@pytest.mark.parametrize("kind", ["image", "video", "audio"])
def test_a_kind_that_was_not_asked_has_a_measure_of_its_own(kind: str) -> None:
    medium = Output(kind).medium(Medium("text", "txt"))
    assert (medium.width, medium.height) == (1024, 1024)
    assert Output(kind, width=8).medium(Medium("3d", "glb")).width == 8


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_is_read(flaw: str) -> None:
    assert outputs({"flaw": flaw})[0].medium(ASKED).flaw == flaw


def test_what_is_left_open_has_the_quality_that_was_asked_for() -> None:
    asked = replace(ASKED, quality=30)
    assert outputs({"nsfw": True})[0].medium(asked) == replace(asked, seconds=0.0, nsfw=True)
    assert outputs({"width": 8})[0].medium(asked).quality == 30


def test_a_file_is_read_from_the_folder_and_its_name_tells_what_it_is(tmp_path: Path) -> None:
    for name in ("a.JPG", "b.wav", "c"):
        (tmp_path / name).write_bytes(name.encode())
    said = [{"file": "a.JPG"}, {"file": "b.wav"}, {"file": "c"}, {"file": str(tmp_path / "c"), "format": "png"}]
    assert outputs(said, tmp_path) == (
        Output("image", "jpeg", own=b"a.JPG"), Output("audio", "wav", own=b"b.wav"), Output(own=b"c"),
        Output("image", "png", own=b"c"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (-1, "from 1 to 100"), (MOST + 1, "from 1 to 100"), (True, "from 1 to 100"), (1.5, "a number"),
        (None, "from 1 to 100"), (["image"] * (MOST + 1), "from 1 to 100"), (object(), "or a list"),
        ([3], "an output to be a kind or a table"), ([None], "a kind or a table"), ([[]], "a kind or a table"),
        ({"knd": "image"}, "did you mean kind?"), ({"zzz": 1}, "take it out"), ({"": 1}, "take it out"),
        ({7: 1}, "take it out"),
        ("vidoe", "did you mean video?"), ("zzz", "say one of them"), ({"format": "jpg"}, "did you mean jpeg?"),
        ({"nsfw": "no"}, "say nsfw=True, or leave it out"),
        ({"format": "png", "kind": "video"}, "which is image; leave kind out"), ({"flaw": "corupt"}, "did you mean c"),
        ({"text": "x", "kind": "image"}, "which is text"), ({"width": 0}, "expected width"), ({"height": 8193}, "8192"),
        ({"width": 0.5}, "expected width"), ({"width": "9"}, "expected width"), ({"seconds": 0}, "expected seconds"),
        ({"seconds": 601}, "expected seconds"), ({"seconds": float("nan")}, "expected seconds"),
        ({"seconds": True}, "expected seconds"), ({"text": ""}, "say it in quotes"), ({"data": 3}, "say it in quotes"),
        ({"data": "not base64!"}, "encode the bytes"), ({"data": DATA[:-2]}, "encode the bytes"),
        ({"data": DATA, "text": "x"}, "came data and text; take one out"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_three_parts(said: Any, why: str) -> None:
    with pytest.raises(ValueError, match=r"^expected .+; came (.|\n)+; .+") as no:
        outputs(said, Path("/nowhere"))
    assert why in str(no.value)


def test_without_a_folder_no_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_bytes(b"x")
    with pytest.raises(ValueError, match="over HTTP no file of this machine is read"):
        outputs({"file": str(tmp_path / "mine.png")})


@pytest.mark.parametrize("name", ["missing.png", "", "folder"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match=r"expected a file|expected file to be text") as no:
        outputs({"file": name}, tmp_path)
    assert name in str(no.value)


@pytest.mark.parametrize("endless", ["pipe.png", "/dev/zero"])
def test_what_has_no_end_is_no_file(tmp_path: Path, endless: str, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(
        ValueError, match=r"^expected a file that can be read; came .+ \(no plain file\); correct its path"
    ):
        outputs({"file": endless}, tmp_path)


def test_a_file_is_neither_empty_nor_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "LARGEST", 4)
    for size in (0, 5):
        (tmp_path / "mine.png").write_bytes(b"x" * size)
        with pytest.raises(ValueError, match=rf"1 to 4 bytes; came {size}; take"):
            outputs({"file": "mine.png"}, tmp_path)
    with pytest.raises(ValueError, match=r"^expected a file of 1 to 4 bytes; came 13; take"):
        outputs({"data": DATA})
    assert outputs({"text": "four"})


def test_it_tells_itself_in_short() -> None:
    assert repr(Output()) == "Output()"
    assert repr(Output("image", width=8, own=b"x" * 10**6)) == "Output(kind='image', width=8, own='1000000 bytes')"
