"""What a gallery promises: a name, a type and a file for each medium of an order."""

from __future__ import annotations

import json
from typing import Any

from understudy.mocks.engine.gallery import TYPES, Gallery, content_type
from understudy.mocks.engine.media.card import card_of
from understudy.mocks.engine.medium import FORMATS, Card, Medium
from understudy.mocks.engine.task import Order, Task

ONE = Medium("image", "png", 8, 8)
SEVERAL = (Medium("image", "jpeg", 16, 8), Medium("video", "mp4", 32, 16, 1.0), Medium("3d", "glb"),
           Medium("text", "weird", own=b"mine"))  # fmt: skip


def task(media: tuple[Medium, ...]) -> Task:
    nothing: Any = None
    order = Order("toy", "make", "cube", json.dumps({"prompt": "red", "seed": 7}).encode(), media)
    return Task("t", 1, order, None, nothing, nothing)


def test_each_file_has_its_own_name_and_type() -> None:
    gallery = Gallery()
    assert gallery.names(task((ONE,) * 2)) == ["t-0.png", "t-1.png"]
    assert gallery.names(task(SEVERAL)) == ["t-0.jpg", "t-1.mp4", "t-2.glb", "t-3.weird"]
    assert [content_type(medium) for medium in SEVERAL] == [
        "image/jpeg", "video/mp4", "model/gltf-binary", "application/octet-stream"]  # fmt: skip


def test_each_file_is_made_by_its_own_medium() -> None:
    files = [Gallery().make(task(SEVERAL), index) for index in range(4)]
    assert files[3] == b"mine"
    for index, data in enumerate(files[:3]):
        card: Any = card_of(data)
        assert (card["index"], card["seed"], card["medium"]["format"]) == (index, 7, SEVERAL[index].format)


def test_a_provider_may_name_its_files_and_write_their_cards_in_its_own_way() -> None:
    gallery, some = Gallery(), task((ONE,) * 2)
    assert gallery.found("t-1.png") == gallery.found("t-1") == "t", "what was never told can be told from its name"
    gallery.naming["toy"] = lambda task, index: f"secret{'-' * index}{task.id}"
    gallery.carding["toy"] = lambda task, index: Card("toy", "cube", {"prompt": task.id}, index, 0)
    assert gallery.found("secrett.png") == ""
    assert gallery.names(some) == ["secrett.png", "secret-t.png"]
    assert {gallery.found(name) for name in ("secrett.png", "secrett", "secret-t.png", "secret-t.jpg")} == {"t"}
    card: Any = card_of(gallery.make(some, 1))
    assert (card["prompt"], card["seed"], card["index"]) == ("t", 1, 0)
    gallery.forget(some)
    assert gallery.found("secrett.png") == ""
    assert gallery.found("secret-t.png") == "secret"


def test_every_format_has_a_type() -> None:
    assert set(TYPES) == {form for forms in FORMATS.values() for form in forms}


def test_what_was_fetched_lately_is_kept_up_to_the_cap() -> None:
    gallery, some = Gallery(cap=10), task((ONE,) * 4)
    for index in range(3):
        gallery.keep(some, index, b"four")
    assert gallery.made(some, 0) is None
    assert gallery.made(some, 1) == gallery.made(some, 2) == b"four"
    gallery.keep(some, 3, b"more than the cap")
    assert gallery.made(some, 3) is None
    assert gallery.held == 8
