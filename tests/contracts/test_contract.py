"""What a contract promises: it finds the operation of a path, and what is wrong with a request or an answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.contracts.brought import data_size
from understudy.contracts.contract import contract
from understudy.contracts.finding import Finding
from understudy.contracts.outcome import MOST_COUNT, MOST_SECONDS, MOST_SIDE

HOUSE = contract("runcomfy")
TURBO = "tongyi-mai/z-image/turbo"
VIDEO = "bytedance/seedance-2.5/image-to-video/480p"
REFERENCES = "bytedance/seedance-2.5/reference-to-video/480p"


@pytest.mark.parametrize(
    ("path", "names", "value"),
    [
        ("/v1/models", {"GET": "list_models"}, ""),
        ("/v1/models/categories", {"GET": "list_categories"}, ""),
        (f"/v1/models/{TURBO}", {"POST": "submit", "GET": "get_model"}, TURBO),
        ("/v1/models/one", {"POST": "submit", "GET": "get_model"}, "one"),
        ("/v1/models/categories/one", {"POST": "submit", "GET": "get_model"}, "categories/one"),
        ("/v1/models//one/", {"POST": "submit", "GET": "get_model"}, "/one/"),
        ("/v1/requests/abc/status", {"GET": "status"}, "abc"),
        ("/v1/requests/abc/result", {"GET": "result"}, "abc"),
        ("/v1/requests/abc/cancel", {"POST": "cancel"}, "abc"),
    ],
)
def test_match(path: str, names: dict[str, str], value: str) -> None:
    found, said = HOUSE.match(path)
    assert {method: operation.id for method, operation in found.items()} == names
    assert said == value


@pytest.mark.parametrize(
    "path",
    ["", "/", "*", "/v1", "/v1/", "/v2/models", "/v1/models/", "/v1/models//", "/v1/requests", "/v1/requests/abc",
     "/v1/requests//status", "/v1/requests/abc/status/", "/v1/requests/a/b/status", "//v1/models", "/V1/models"],
)  # fmt: skip
def test_match_finds_nothing_at_an_unknown_path(path: str) -> None:
    assert HOUSE.match(path)[0] == {}


@given(st.text(max_size=60).map(lambda text: "/v1/" + text))
@settings(max_examples=200, deadline=None)
def test_match_takes_any_path(path: str) -> None:
    found, value = HOUSE.match(path)
    assert not value or value in path
    assert bool(found) or not value


def checked(model: str, body: Any, query: dict[str, str] | None = None, accept: bool = False) -> list[Finding]:
    found = HOUSE.catalogue.find(model, accept)
    return list(HOUSE.check_request(HOUSE.operations["submit"], model, list((query or {}).items()), body, found))


def told(findings: list[Finding]) -> list[tuple[str, str, str, str]]:
    return [(finding.rule, finding.severity, finding.where, finding.reason) for finding in findings]


def test_a_good_request_is_not_spoken_of() -> None:
    assert not checked(TURBO, {"prompt": "x"})
    assert not checked(TURBO, {"prompt": "x", "num_images": 4, "image_size": "square"})


BODIES: list[Any] = [[], "x", 1, None, True]


def test_a_bad_request_is_refused_by_its_row() -> None:
    found = told(checked(TURBO, {"num_images": 0}))
    assert sorted(found) == [
        ("missing-required", "broken", "/prompt", "invalid-input"),
        ("out-of-range", "broken", "/num_images", "invalid-input"),
    ]
    for body in BODIES:
        assert told(checked(TURBO, body)) == [("bad-json", "broken", "", "bad-json")]


def test_the_weight_of_a_rule_follows_its_source() -> None:
    assert [f.severity for f in checked(TURBO, {})] == ["broken"]
    assert [f.severity for f in checked(VIDEO, {"prompt": "x"})] == ["doubtful"]


def test_an_unknown_model_names_the_nearest() -> None:
    (finding,) = checked("tongyi-mai/z-image/turb", {"prompt": "x"})
    assert told([finding]) == [("unknown-model", "broken", "", "unknown-model")]
    assert f"nearest: {TURBO}" in finding.cure
    assert "unknown_models" in finding.cure
    assert told(checked("no/such/text-to-video", {"a": 1}, accept=True))[0] == ("unknown-model", "doubtful", "", "")


def test_unknown_fields_are_said_in_the_order_of_the_body() -> None:
    found = checked(TURBO, {"prompts": "x", "prompt": "x", "zeta": 1, "alpha": 2, "sneed": 3})
    assert told(found) == [
        ("unknown-field", "doubtful", f"/{name}", "") for name in ("prompts", "zeta", "alpha", "sneed")
    ]
    assert "did you mean prompt?" in found[0].cure
    (loose,) = checked("minimax/video-01", {"anything": 1})
    assert told([loose]) == [("unverified-field", "note", "/anything", "")]


def test_the_query_is_read_from_its_text() -> None:
    operation = HOUSE.operations["list_models"]

    def judged(query: dict[str, str]) -> tuple[Finding, ...]:
        return operation.check_query(list(query.items()))

    assert not judged({"limit": "100", "offset": "0", "search": "x", "include_schema": "true"})
    for limit in ("0", "101", "-1", "--5", "1.5", "", "x", "1e3", "9" * 30, "٣٣٣"):
        (finding,) = judged({"limit": limit})
        assert (finding.where, finding.reason) == ("?limit", "invalid-input"), limit
    assert told(list(judged({"colour": "red"}))) == [("unknown-parameter", "note", "?colour", "")]


def base64(size: int) -> str:
    whole, rest = divmod(size, 3)
    return "data:image/png;base64," + "A" * (4 * whole) + ("", "AA==", "AAA=")[rest]


@pytest.mark.parametrize(
    ("uri", "size"),
    [(base64(n), n) for n in range(7)]
    + [("data:,", 0), ("data:,abc", 3), ("data:text/plain,%41b%20", 3), ("data:a/b;x=1;BASE64,QUI=", 2)],
)
def test_data_size_is_told_without_decoding(uri: str, size: int) -> None:
    assert data_size(uri) == size


@pytest.mark.parametrize(("form", "size", "over"), [(base64, 50_000_001, True), (base64, 50_000_000, False)])
def test_an_oversized_image(form: Any, size: int, over: bool) -> None:
    found = checked(VIDEO, {"prompt": "x", "image": form(size)})
    assert told(found) == ([("oversized-input", "doubtful", "/image", "")] if over else [])
    if over:
        assert (found[0].expected, found[0].came) == ("images of at most 50000000 bytes", f"a data URI of {size} bytes")


def test_an_oversized_video_among_others() -> None:
    videos = ["data:video/mp4;base64,AAAA", "data:video/mp4," + "A" * 100_000_001]
    found = checked(REFERENCES, {"prompt": "x", "videos": videos})
    assert told(found) == [("oversized-input", "doubtful", "/videos/1", "")]


@pytest.mark.parametrize(
    ("address", "noted"),
    [
        ("https://example.com/a.png", False), ("HTTPS://example.com/a.png", False), ("http://127.0.0.1:8383/a", False),
        ("http://localhost/a", False), ("http://[::1]:9/a", False), ("http://me@127.0.0.1/a", False),
        ("http://example.com/a.png", True), ("http://127.0.0.1.example.com/a", True), ("http://localhost.org/", True),
        ("HTTP://example.com/a.png", True), ("http://127.0.0.1@example.com/a", True),
    ],
)  # fmt: skip
def test_an_address_that_is_not_https_is_a_note(address: str, noted: bool) -> None:
    found = checked(VIDEO, {"prompt": "x", "image": address})
    rule = "not-https" if noted else "unfetched-input" if address.lower().startswith("https") else ""
    assert told(found) == ([(rule, "note", "/image", "")] if rule else [])


@pytest.mark.parametrize(
    "address", ["", "a.png", "ftp://example.com/a", "https://", "https:// x", "file:///a", "data:x"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    assert [f.reason for f in checked(VIDEO, {"prompt": "x", "image": address})] == ["invalid-input"]


HUGE: list[Any] = [
    10**399,
    -(10**399),
    1e308,
    -1e308,
    0,
    -1,
    0.5,
    True,
    None,
    "1",
    "auto",
    "x" * 9000,
    "9" * 9000,
    [],
    {},
]


@given(
    st.dictionaries(
        st.sampled_from(["num_images", "max_images", "width", "height", "duration", "aspect_ratio", "size", "ratio",
                         "resolution", "image_size", "output_format"]),
        st.sampled_from([*HUGE, "0:0", "²:1", "1:²", "99999999:1", "1:99999999", "16:9", "wav", "mp4", "png_x",
                         "9" * 9000 + ":1"])
        | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    ),
    st.sampled_from(["some/image", "some/video", "some/audio"]),
)  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_whatever_is_asked_of_an_unknown_model_can_be_made(inputs: dict[str, Any], name: str) -> None:
    model = HOUSE.catalogue.find(name, guess=True)
    assert model is not None
    made = HOUSE.catalogue.outcome(model, inputs)
    assert made.kind in name
    assert (
        made.format in {"image": ("png", "jpeg", "webp"), "video": ("mp4",), "audio": ("mp3", "wav", "ogg")}[made.kind]
    )
    assert 1 <= made.count <= MOST_COUNT
    assert 1 <= made.seconds <= MOST_SECONDS
    if made.kind == "audio":
        assert (made.width, made.height) == (0, 0)
    else:
        assert 1 <= made.width <= MOST_SIDE
        assert 1 <= made.height <= MOST_SIDE


def test_a_count_may_be_a_float_that_is_whole() -> None:
    assert not checked(TURBO, {"prompt": "x", "num_images": 3.0})
    assert HOUSE.catalogue.outcome(HOUSE.catalogue.models[TURBO], {"num_images": 3.0}).count == 3


GOOD = {
    "request_id": "a",
    "status": "in_queue",
    "queue_position": 1,
    "status_url": "https://h/s",
    "result_url": "https://h/r",
}


def answered(operation: str, status: int, body: Any) -> list[tuple[str, str]]:
    return [(f.rule, f.where) for f in HOUSE.check_answer(HOUSE.operations[operation], status, body)]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"status": "succeeded"}, [("answer-shape", "/status")]),
        ({"queue_position": "1"}, [("answer-shape", "/queue_position")]),
        ({"queue_position": None}, [("answer-shape", "/queue_position")]),
        ({"status": "in_progress"}, [("answer-shape", "/queue_position")]),
        ({"request_id": 1}, [("answer-shape", "/request_id")]),
    ],
)
def test_check_answer_is_a_lie_detector(change: dict[str, Any], found: list[tuple[str, str]]) -> None:
    body = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    assert answered("status", 200, body) == found


def test_check_answer_knows_the_states_of_a_result() -> None:
    stamps = {"created_at": "x", "finished_at": "y"}
    base = {"request_id": "a", "status": "succeeded", **stamps}
    assert answered("result", 200, {**base, "output": {"image": "https://h/a"}}) == []
    assert answered("result", 200, base) == [("answer-shape", "/output")]
    assert answered("result", 200, {**base, "output": {}}) == [("answer-shape", "/output")]
    assert answered("result", 200, {**base, "output": {"images": ["https://h/a"]}}) == [
        ("answer-shape", "/output/images")
    ]
    assert answered("result", 200, {"request_id": "a", "status": "failed", **stamps}) == [("answer-shape", "/error")]
    assert answered("result", 200, {**base, "status": "in_queue"}) == [("answer-shape", "/finished_at")]


def test_check_answer_knows_the_errors() -> None:
    error = {"error_code": 404001, "error_message": "x"}
    assert answered("status", 404, error) == []
    assert answered("status", 404, {"detail": "x"}) != []
    assert answered("status", 404, {**error, "error_code": "404001"}) == [("answer-shape", "/error_code")]
    assert answered("status", 418, error) == [("undocumented-status", "")]


def test_reason_knows_names_codes_and_reasons() -> None:
    assert HOUSE.reason("InsufficientResources") == HOUSE.reason("400002") == HOUSE.reason("no-money") == "no-money"
    for word in ("nothing", "GenerationFailed", "task-failed"):
        with pytest.raises(ValueError, match="InsufficientResources"):
            HOUSE.reason(word)


def test_failure_is_a_row_or_any_other_words() -> None:
    assert HOUSE.failure("the weights melted") == ("the weights melted", 0)
    assert HOUSE.failure("")[0]
