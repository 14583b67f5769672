"""What the files promise: ranges, tags, an end, no name but their own, and bytes that are a function of the order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened

TURBO = "tongyi-mai/z-image/turbo"
VIDEO = "bytedance/seedance-2.5/text-to-video/480p"
BODY = {"prompt": "a red tram", "image_size": "square"}


class World:
    """One stand-in, asked without a socket."""

    def __init__(self, handle: StandIn) -> None:
        self.handle = handle
        headers = {"Authorization": f"Bearer {handle.api_key}"}
        self.client = httpx.Client(transport=handle.transport, base_url=handle.url, headers=headers)

    def submit(self, model: str = TURBO, **inputs: Any) -> str:
        return str(self.client.post(f"/v1/models/{model}", json={**BODY, **inputs}).json()["request_id"])

    def files(self, name: str) -> list[str]:
        ((_, said),) = self.client.get(f"/v1/requests/{name}/result").json()["output"].items()
        return [said] if isinstance(said, str) else said

    def file(self, model: str = TURBO, **inputs: Any) -> str:
        """The address of the first file of a new order, which is over."""
        name = self.submit(model, **inputs)
        self.handle.clock.advance(100)
        return self.files(name)[0]

    def get(self, address: str, method: str = "GET", **headers: str) -> httpx.Response:
        """Asks for a file, as somebody without a key."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        with httpx.Client(transport=self.handle.transport) as nobody:
            return nobody.request(method, address, headers=said)


@contextmanager
def world(**settings: Any) -> Iterator[World]:
    handle = opened("runcomfy", Settings(clock="manual", images="plain").but(**settings))
    try:
        yield World(handle)
    finally:
        handle.close()


@pytest.fixture
def at() -> Iterator[World]:
    with world() as made:
        yield made


def gone(answer: httpx.Response) -> None:
    assert answer.status_code == 404
    assert answer.json()["error_code"] == 404001
    assert isinstance(answer.json()["error_message"], str)


@pytest.mark.parametrize(
    ("model", "inputs", "form"),
    [
        (TURBO, {}, "image/png"), (TURBO, {"output_format": "jpeg"}, "image/jpeg"),
        (TURBO, {"output_format": "webp"}, "image/webp"), (VIDEO, {}, "video/mp4"),
    ],
)  # fmt: skip
def test_a_file_says_what_it_is(at: World, model: str, inputs: dict[str, str], form: str) -> None:
    name = at.submit(model, **inputs)
    at.handle.clock.advance(100)
    answer = at.get(at.files(name)[0])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == form
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-understudy-task"] == name
    assert int(answer.headers["content-length"]) == len(answer.content) > 100
    assert answer.headers["etag"].startswith('"')


def test_head_is_get_without_a_body(at: World) -> None:
    address = at.file()
    whole, head = at.get(address), at.get(address, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == whole.headers
    assert at.get(address, "HEAD", Range="bytes=0-9").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(at: World, method: str) -> None:
    for address in (at.file(), at.handle.url + "/media/none.png"):
        answer = at.get(address, method)
        assert (answer.status_code, answer.json()["error_code"]) == (405, 405001)


def test_a_tag_spares_the_second_fetch(at: World) -> None:
    address = at.file()
    tag = at.get(address).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = at.get(address, If_None_Match=known)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag), known
        assert at.get(address, "HEAD", If_None_Match=known).status_code == 304
    for other in ('"other"', "", tag.strip('"')):
        assert at.get(address, If_None_Match=other).status_code == 200
    assert at.get(at.file(seed=1)).headers["etag"] != tag


def test_ranges(at: World) -> None:
    address = at.file()
    whole = at.get(address).content
    size = len(whole)
    for said, first, last in [
        ("bytes=0-0", 0, 0), ("bytes=0-9", 0, 9), ("bytes=5-", 5, size - 1), ("bytes=-7", size - 7, size - 1),
        (f"bytes={size - 1}-", size - 1, size - 1), (f"bytes=9-{size + 99}", 9, size - 1),
        (f"bytes=-{size * 9}", 0, size - 1), ("BYTES=1-2", 1, 2),
    ]:  # fmt: skip
        answer = at.get(address, Range=said)
        assert answer.status_code == 206, said
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert answer.content == whole[first : last + 1]
        assert int(answer.headers["content-length"]) == last - first + 1
    for said in (f"bytes={size}-", f"bytes={size}-{size + 9}", "bytes=-0", "bytes=999999999999999999-"):
        answer = at.get(address, Range=said)
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}"), said
    for said in ("bytes=", "bytes=-", "bytes=9-5", "bytes=a-b", "lines=0-9", "bytes=0-1,3-4", "bytes=--1", "0-9", "",
                 "bytes=" + "9" * 5000 + "-"):  # fmt: skip
        answer = at.get(address, Range=said)
        assert (answer.status_code, answer.content) == (200, whole), said


def test_a_range_of_another_file_is_the_whole_one(at: World) -> None:
    address = at.file()
    tag = at.get(address).headers["etag"]
    assert at.get(address, Range="bytes=0-9", If_Range=tag).status_code == 206
    assert at.get(address, Range="bytes=0-9", If_Range='"other"').status_code == 200


def test_parts_make_up_the_whole(at: World) -> None:
    address = at.file()
    whole = at.get(address).content

    @given(st.integers(0, len(whole) - 2), st.integers(1, 2**40))
    @settings(max_examples=60, deadline=None)
    def parts(cut: int, more: int) -> None:
        left, right = (at.get(address, Range=f"bytes={span}") for span in (f"0-{cut}", f"{cut + 1}-{cut + more}"))
        assert left.content + right.content == whole[: cut + more + 1]

    parts()


def test_a_file_is_not_there_before_it_is_made(at: World) -> None:
    name = at.submit()
    early = f"{at.handle.url}/media/{name}-0.png"
    gone(at.get(early))
    at.handle.clock.advance(5)
    gone(at.get(early))
    at.handle.clock.advance(10)
    assert at.files(name) == [early]
    assert at.get(early).status_code == 200


def test_what_failed_or_was_cancelled_made_no_file(at: World) -> None:
    at.handle.script(fails=True)
    failed, cancelled = at.submit(), at.submit()
    at.client.post(f"/v1/requests/{cancelled}/cancel")
    at.handle.clock.advance(100)
    for name in (failed, cancelled):
        gone(at.get(f"{at.handle.url}/media/{name}-0.png"))


def test_a_file_wears_out() -> None:
    with world(media_ttl=60) as at:
        name = at.submit()
        at.handle.clock.advance(12)
        address = at.files(name)[0]
        at.handle.clock.advance(59.9)
        assert at.get(address).status_code == 200
        at.handle.clock.advance(0.1)
        gone(at.get(address))
        gone(at.get(address, Range="bytes=0-9"))
        assert at.files(name) == [address]  # the answer stays, the file goes
        gone(at.get(address))


def test_a_jump_wears_nothing_out() -> None:
    with world(media_ttl=60) as at:
        image, video = at.submit(), at.submit(VIDEO)
        at.handle.clock.settle()
        assert at.handle.clock.now > 90
        for name in (image, video):
            assert at.get(at.files(name)[0]).status_code == 200


def test_fetching_moves_no_time_and_changes_no_task(at: World) -> None:
    address = at.file()
    before = at.handle.clock.now, at.handle.tasks.one()
    for _ in range(3):
        at.get(address)
    assert (at.handle.clock.now, at.handle.tasks.one()) == before


def test_names_with_tricks_name_nothing(at: World) -> None:
    name = at.submit()
    at.handle.clock.advance(100)
    base = at.handle.url + "/media/"
    for trick in (
        "", "/", f"{name}", f"{name}-0", f"{name}-0.PNG",
        f"{name}-0.jpg", f"{name}-0.png/", f"{name}-0.png.png", f"{name}-1.png", f"{name}--1.png", f"{name}-00.png",
        f"{name}-+0.png", f"{name}-0.png%00", f"%2e%2e%2f{name}-0.png", f"{name}-%30.png%20", f"{name.upper()}-0.png",
        f"{name}-0.png;a", f"x/{name}-0.png", "%ff", "%00", "etc/passwd", "%2fetc%2fpasswd", "-", "-0.png",
        f"{name}-" + "9" * 5000 + ".png", f"{name}-0.png%0d%0ax: y",
    ):  # fmt: skip
        gone(at.get(base + trick))
    assert at.get(f"{base}{name}-0.png").status_code == 200
    assert at.get(f"{base}{name}-%30.png").status_code == 200  # the same name, spelled otherwise


def test_each_fetch_is_written_down(at: World) -> None:
    address = at.file()
    at.get(address)
    at.get(at.handle.url + "/media/none")
    seen = [(e.status, e.task, e.account) for e in at.handle.requests(on="media")]
    assert seen == [(200, at.handle.tasks.one().id, ""), (404, "", "")]
    assert not at.handle.findings


def test_equal_orders_give_equal_bytes_everywhere() -> None:
    made = []
    for seed in ("0", "1"):
        with world(seed=seed, images="labelled") as at:
            made += [at.get(at.file()).content, at.get(at.file()).content]
            turned = {key: BODY[key] for key in reversed(BODY)}
            name = at.client.post(f"/v1/models/{TURBO}", json=turned).json()["request_id"]
            at.handle.clock.advance(100)
            made.append(at.get(at.files(name)[0]).content)
    assert len(set(made)) == 1


def test_any_difference_in_an_input_gives_other_bytes(at: World) -> None:
    changes: list[dict[str, Any]] = [
        {}, {"seed": 0}, {"seed": 1}, {"seed": 2**70}, {"seed": 2**70 + 1}, {"num_inference_steps": 9},
        {"prompt": "a red tram "},
        {"prompt": "A red tram"}, {"output_format": "webp"}, {"output_format": "jpeg"}, {"image_size": "square_hd"},
        {"unknown": None}, {"unknown": [1]}, {"unknown": ["1"]}, {"unknown": [[1]]},
    ]  # fmt: skip
    with world(unknown_models="accept") as other:
        made = [at.get(at.file(**change)).content for change in changes]
        made.append(other.get(other.file("some/other/model")).content)
    several = at.submit(num_images=4)
    at.handle.clock.advance(100)
    made += [at.get(address).content for address in at.files(several)]
    assert len(set(made)) == len(made)
