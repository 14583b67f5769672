"""What workflows make: the files that a graph asks for, how each node tells of them, and what their cards say."""

from __future__ import annotations

import copy
import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from understudy.contracts.contract import contract
from understudy.contracts.document import workflows
from understudy.mocks.comfyui.files import MOST_FILES
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.media.card import card_of
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.script import Script
from understudy.mocks.engine.task import Order, Task
from understudy.mocks.engine.timeline import Course, Timeline
from understudy.mocks.runcomfy.serverless.outputs import card, media, told, with_card
from understudy.tests.graphs import LAST, graphs

READY = {name: row["graph"] for name, row in workflows("runcomfy", "serverless").items()}
PICTURE = READY["text-to-image"]
JUDGE = contract("runcomfy").apis["serverless"]


def changed(**inputs: Any) -> dict[str, Any]:
    """Overrides, by node and input: n5_width=64."""
    nodes: dict[str, Any] = {}
    for name, said in inputs.items():
        node, _, key = name[1:].partition("_")
        nodes.setdefault(node, {"inputs": {}})["inputs"][key] = said
    return {"overrides": nodes}


def addresses(made: tuple[Medium, ...]) -> list[str]:
    return [f"https://x.example/media/task-{at}.{medium.format}" for at, medium in enumerate(made)]


def saved(*nodes: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The picture's workflow with other nodes at its end, each fed by the decoder."""
    made = {name: node for name, node in PICTURE.items() if name != "9"}
    for at, (kind, inputs) in enumerate(nodes, 9):
        made[str(at)] = {"class_type": kind, "inputs": {"images": ["8", 0], **inputs}}
    return made


@pytest.mark.parametrize(("name", "made"), [
    ("text-to-image", [("image", "png", 1024, 1024)]),
    ("image-to-image", [("image", "png", 768, 512)]),
    ("text-to-video", [("video", "mp4", 832, 480)]),
    ("text-to-audio", [("audio", "flac", 0, 0)]),
    ("image-to-text", []),
])  # fmt: skip
def test_a_ready_workflow_makes_what_it_says(name: str, made: list[tuple[str, str, int, int]]) -> None:
    found = media(READY[name], {})
    assert [(each.kind, each.format, each.width, each.height) for each in found] == made


def test_the_length_of_a_film_is_its_frames_by_its_rate() -> None:
    assert media(READY["text-to-video"], {})[0].seconds == 3.062
    assert media(READY["text-to-video"], changed(n40_length=160, n49_frame_rate=32))[0].seconds == 5
    assert media(READY["text-to-video"], changed(n40_length=10**400))[0].seconds == 600
    assert media(READY["text-to-audio"], {})[0].seconds == 10
    assert media(READY["text-to-audio"], changed(n11_seconds=2.5))[0].seconds == 2.5


def test_changes_count() -> None:
    made = media(PICTURE, changed(n5_width=640, n5_height=384, n5_batch_size=3))
    assert made == (Medium("image", "png", 640, 384, 5),) * 3


def test_a_workflow_that_is_sent_counts_and_not_the_saved_one() -> None:
    assert media(PICTURE, {"workflow_api_json": READY["text-to-video"]}) == media(READY["text-to-video"], {})


@given(graphs(LAST), st.integers(0, 5))
def test_whatever_a_workflow_is_its_files_are_all_told_once(graph: dict[str, Any], count: int) -> None:
    made = media(graph, {})
    for files in (addresses(made), [f"https://x.example/{at}.png" for at in range(count)]):
        said = told(graph, {}, files)
        rows = [row for node in said.values() for key, rows in node.items() if key not in ("text", "animated")
                for row in rows]  # fmt: skip
        assert [row["url"] for row in rows] == files
        assert len({(row["subfolder"], row["filename"]) for row in rows}) == len(files)
    assert all(1 <= each.width <= 8192 for each in made if each.kind in ("image", "video"))
    assert all(0 < each.seconds <= 600 for each in made if each.kind in ("audio", "video"))
    assert set(card(graph, {})) == {"prompt", "seed", "workflow"}


@given(st.integers(-(2**40), 10**30), st.integers(-5, 10**30), st.integers(-5, 10**30))
def test_whatever_is_asked_for_stays_within_bounds(width: int, height: int, count: int) -> None:
    made = media(PICTURE, changed(n5_width=width, n5_height=height, n5_batch_size=count))
    assert 1 <= len(made) <= MOST_FILES
    assert all(1 <= side <= 8192 for each in made for side in (each.width, each.height))
    assert width not in range(1, 8193) or made[0].width == width


def test_many_nodes_share_the_most_files() -> None:
    many = saved(*[("SaveImage", {})] * 3)
    body = changed(n5_batch_size=40)
    made = media(many, body)
    assert len(made) == MOST_FILES
    said = told(many, body, addresses(made))
    assert [len(node["images"]) for node in said.values()] == [40, 24]


def test_a_size_that_is_linked_or_scaled_is_found() -> None:
    made = copy.deepcopy(PICTURE)
    made["20"] = {"class_type": "PrimitiveInt", "inputs": {"value": 300}}
    made["5"]["inputs"]["width"] = ["20", 0]
    made["21"] = {"class_type": "ImageScaleBy", "inputs": {"image": ["8", 0], "scale_by": 1.5}}
    made["9"]["inputs"]["images"] = ["21", 0]
    assert media(made, {})[0] == Medium("image", "png", 450, 1536, 5)


def test_a_picture_of_no_known_size_is_an_ordinary_one() -> None:
    assert media({"1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
                  "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}}}, {}) == (
        Medium("image", "png", 1024, 1024, 5),)  # fmt: skip


@pytest.mark.parametrize(("kind", "inputs", "made", "under", "names"), [
    ("SaveImage", {"filename_prefix": "tram"}, ("image", "png"), "images", ["tram_00001_.png", "tram_00002_.png"]),
    ("Image Save", {"extension": "jpg"}, ("image", "jpeg"), "images", ["ComfyUI_00001_.jpeg", "ComfyUI_00002_.jpeg"]),
    ("VHS_VideoCombine", {"format": "video/h264-mp4"}, ("video", "mp4"), "gifs", ["ComfyUI_00001.mp4"]),
    ("VHS_VideoCombine", {"format": "video/webm"}, ("video", "webm"), "gifs", ["ComfyUI_00001.webm"]),
    ("VHS_VideoCombine", {"format": "image/gif"}, ("image", "webp"), "gifs", ["ComfyUI_00001.webp"]),
    ("SaveVideo", {"format": "auto"}, ("video", "mp4"), "images", ["ComfyUI_00001_.mp4"]),
    ("SaveWEBM", {}, ("video", "webm"), "images", ["ComfyUI_00001_.webm"]),
    ("SaveGLB", {}, ("3d", "glb"), "3d", ["ComfyUI_00001_.glb"]),
    ("MyAudioSaver", {}, ("audio", "flac"), "audio", ["ComfyUI_00001_.flac", "ComfyUI_00002_.flac"]),
])  # fmt: skip
def test_each_node_tells_of_its_files_in_its_own_way(
    kind: str, inputs: dict[str, Any], made: tuple[str, str], under: str, names: list[str]
) -> None:
    graph, body = saved((kind, inputs)), changed(n5_batch_size=2)
    found = media(graph, body)
    assert {(each.kind, each.format) for each in found} == {made}
    said = told(graph, body, addresses(found))
    assert list(said) == ["9"]
    assert [file["filename"] for file in said["9"][under]] == names
    assert [file["url"] for file in said["9"][under]] == addresses(found)
    result = {"request_id": "r", "status": "succeeded", "outputs": said, "created_at": "t", "finished_at": "t"}
    assert JUDGE.check_answer(JUDGE.operations["request_result"], 200, result) == ()


def test_the_answer_is_the_documented_one() -> None:
    file = {"url": "https://x.example/a.png", "filename": "ComfyUI_00001_.png", "subfolder": "", "type": "output"}
    assert told(PICTURE, {}, ["https://x.example/a.png"]) == {"9": {"images": [file]}}
    assert told(READY["image-to-text"], {}, []) == {"38:42": {"text": [["a red tram in the rain"]]}}
    assert told(READY["image-to-text"], {"overrides": {"38:41": {"inputs": {"prompt": "blue"}}}}, []) == {
        "38:42": {"text": [["blue"]]}
    }


def test_a_preview_is_temporary_and_a_folder_is_told() -> None:
    graph = saved(("PreviewImage", {}), ("SaveImage", {"filename_prefix": "a/b\\tram"}),
                  ("VHS_VideoCombine", {"save_output": False}))  # fmt: skip
    said = told(graph, {}, addresses(media(graph, {})))
    preview, picture, film = said["9"]["images"][0], said["10"]["images"][0], said["11"]["gifs"][0]
    assert (preview["type"], picture["type"], film["type"]) == ("temp", "output", "temp")
    assert preview["filename"].startswith("ComfyUI_temp_")
    assert preview["filename"].endswith("_00001_.png")
    assert (picture["subfolder"], picture["filename"]) == ("a/b", "tram_00001_.png")


def test_nodes_of_one_prefix_count_on() -> None:
    graph = saved(("SaveImage", {}), ("SaveImage", {}))
    said = told(graph, {}, addresses(media(graph, {})))
    assert [node["images"][0]["filename"] for node in said.values()] == ["ComfyUI_00001_.png", "ComfyUI_00002_.png"]


@pytest.mark.parametrize("count", range(6))
def test_a_script_may_have_more_or_fewer_files_come_out(count: int) -> None:
    graph = saved(("SaveImage", {}), ("ShowText|pysssss", {"text": "a word"}), ("SaveImage", {}))
    files = [f"https://x.example/{at}.png" for at in range(count)]
    said = told(graph, {}, files)
    assert [file["url"] for node in said.values() for file in node.get("images", [])] == files
    assert said["10"]["text"] == [["a word"]]


def test_a_workflow_that_makes_words_alone_may_be_given_files_by_a_script() -> None:
    order = Script(outputs=2).order(Order("runcomfy", "infer", "comfyui", b"{}", ()))
    assert len(order.media) == 2
    said = told(READY["image-to-text"], {}, addresses(order.media))
    assert len(said["38:42"]["images"]) == 2


def task(body: dict[str, Any], graph: Any = PICTURE) -> Task:
    said = json.dumps(body).encode()
    order = with_card(Order("runcomfy", "infer", "comfyui", said, media(graph, body)), graph)
    return Task("t", 1, order, None, Course(1, 1), Timeline((0.0,), ()))


def test_the_picture_shows_the_words_and_tells_the_seed_of_its_workflow() -> None:
    body = changed(n6_text="a blue tram", n3_seed=7, n5_width=64, n5_height=64)
    data = Gallery(plain=True).make(task(body), 0)
    found: Any = card_of(data)
    assert (found["prompt"], found["seed"]) == ("a blue tram", 7)
    assert found["inputs"]["workflow"]["6"]["inputs"]["text"] == "a blue tram"
    assert Image.open(BytesIO(data)).size == (64, 64)
    assert task(body).inputs == body


def test_the_same_workflow_makes_the_same_bytes_and_another_seed_others() -> None:
    gallery = Gallery()
    one = gallery.make(task(changed(n5_width=64, n5_height=64)), 0)
    same = copy.deepcopy(PICTURE)
    same["5"]["inputs"] |= {"width": 64, "height": 64}
    assert gallery.make(task({}, same), 0) == one
    assert gallery.make(task({"workflow_api_json": same}), 0) == one
    assert gallery.make(task(changed(n5_width=64, n5_height=64, n3_seed=43)), 0) != one
    assert gallery.make(task(changed(n5_width=64, n5_height=64, n6_text="blue")), 0) != one


def test_a_seed_behind_a_link_is_found_and_none_is_none() -> None:
    made = copy.deepcopy(PICTURE)
    made["3"]["inputs"]["seed"] = ["20", 0]
    made["20"] = {"class_type": "PrimitiveInt", "inputs": {"value": 5}}
    assert card(made, {})["seed"] == 5
    alone = {"1": {"class_type": "SaveImage", "inputs": {}}}
    assert card(alone, {}) == {"prompt": "", "seed": None, "workflow": alone}


def test_of_very_many_nodes_that_keep_something_the_first_are_told() -> None:
    many = {str(at): {"class_type": "SaveImage", "inputs": {"images": ["x", 0]}} for at in range(3 * MOST_FILES)}
    many["x"] = {"class_type": "EmptyLatentImage", "inputs": {"width": 8, "height": 8, "batch_size": 1}}
    made = media(many, {})
    assert len(made) == MOST_FILES
    assert list(told(many, {}, addresses(made))) == [str(at) for at in range(MOST_FILES)]
    words = {str(at): {"class_type": "ShowText|pysssss", "inputs": {"text": "a tram"}} for at in range(3 * MOST_FILES)}
    assert media(words, {}) == ()
    assert len(told(words, {}, [])) == MOST_FILES
    more = told(words, {}, ["https://x.example/a.png"])
    assert [name for name, node in more.items() if "images" in node] == [str(MOST_FILES - 1)]
