"""Coverage: what an exchange proves is counted, what it does not prove is not, and what is missing says why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from understudy.contracts.checks.reaching.coverage import Coverage
from understudy.contracts.checks.reaching.covered import CANNOT, GROUPS, MOST_LABELS, Covered
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange

HOUSE = contract("runcomfy")
LIFE = HOUSE.lives["model"]
MODEL = "tongyi-mai/z-image/turbo"
TASK = "3f6a1c52-7b1e-4c0d-a9f4-2d5e8b7c6a10"


def said(operation: str, body: Any, status: int = 200, url: str = "", **more: Any) -> Exchange:
    row = HOUSE.operations.get(operation)
    path = row.path.replace("{request_id}", TASK).replace("{model_id}", MODEL) if row else "/nowhere"
    told: dict[str, Any] = {"provider": "runcomfy", "operation": operation, "channel": row.channel if row else "",
                            "task": TASK if row and row.task else ""}  # fmt: skip
    sent = more.pop("sent", None)
    return Exchange(row.method if row else "GET", url or path, (), b"" if sent is None else json.dumps(sent).encode(),
                    status, (), json.dumps(body).encode(), **{**told, **more})  # fmt: skip


def look(channel: str, state: str, **more: Any) -> Exchange:
    return said(channel, {"request_id": TASK, "status": LIFE.words[channel][state]}, **more)


def submit(**inputs: Any) -> Exchange:
    return said("submit", {"request_id": TASK}, sent={"prompt": "a red tram", **inputs})


def cancel(outcome: str, **more: Any) -> Exchange:
    return said("cancel", {"request_id": TASK, "status": "completed", "outcome": outcome}, 202, **more)


def refused(operation: str, reason: str, **more: Any) -> Exchange:
    row = HOUSE.error(reason, HOUSE.operations.get(operation))
    body = {"error_code": row["code"], "error_message": more.pop("text", row["text"])}
    return said(operation, body, row["status"], **more)


def seen(*exchanges: Exchange, by: str = "me") -> Coverage:
    coverage = Coverage(HOUSE)
    for exchange in exchanges:
        coverage.saw(exchange, by)
    return coverage


def times(coverage: Covered, *item: str) -> int:
    return coverage.rows[item].times


def reached(coverage: Covered, group: str) -> set[tuple[str, ...]]:
    return {item[1:] for item, row in coverage.rows.items() if item[0] == group and row.times}


# -- answers, errors, channels


def test_nothing_is_reached_at_first_and_everything_is_there() -> None:
    coverage = Coverage(HOUSE)
    assert coverage.share() == 0
    assert {item[0] for item in coverage.rows} == set(GROUPS) - {"inputs"}
    for name, operation in HOUSE.operations.items():
        for status in operation.answers:
            assert ("answers", name, str(status)) in coverage.rows
        words = {
            (row["status"], row["code"], row["text"])
            for reason in operation.refusals
            if (row := HOUSE.error(reason, operation))
        }
        assert len([item for item in coverage.rows if item[:2] == ("errors", name)]) == len(words)
    unnamed = {"bad-path", "unknown-path", "wrong-method", "media-gone"}
    assert {item[2] for item in coverage.rows if item[:2] == ("errors", "")} == unnamed
    steps = {(life.name, *(life.alike[state] for state in step))
             for life in HOUSE.lives.values() for step in life.steps}  # fmt: skip
    assert {item[1:] for item in coverage.rows if item[0] == "transitions"} == steps


def test_an_answer_is_its_operation_and_status() -> None:
    coverage = seen(look("status", "QUEUED"), look("status", "QUEUED"), said("list_categories", {"categories": []}))
    assert reached(coverage, "answers") == {("status", "200"), ("list_categories", "200")}
    assert reached(coverage, "channels") == {("poll",), ("catalogue",)}
    assert coverage.rows["answers", "status", "200"].by == {"me": 2}


def test_what_nobody_documents_stands_beside() -> None:
    coverage = seen(said("submit", {}, 599), said("submit", {}, 599), said("submit", {}, 0))
    assert coverage.beside == {"submit 599": 2, "submit 0": 1}
    assert coverage.share() == 0


@pytest.mark.parametrize("name", HOUSE.operations)
def test_each_refusal_is_told_by_status_and_code(name: str) -> None:
    for reason in [item[2] for item in Coverage(HOUSE).rows if item[:2] == ("errors", name)]:
        sent = [1] if reason == "bad-json" else {"prompt": "a red tram"}
        coverage = seen(refused(name, reason, sent=sent))
        assert reached(coverage, "errors") == {(name, reason)}
        assert reached(coverage, "channels") == set()


@pytest.mark.parametrize("reason", ["bad-path", "unknown-path", "wrong-method"])
def test_a_refusal_that_no_operation_names_counts_where_there_is_none(reason: str) -> None:
    assert reached(seen(refused("", reason)), "errors") == {("", reason)}
    assert reached(seen(refused("", reason, provider="")), "errors") == {("", reason)}


def test_an_error_of_every_path_counts_where_an_operation_is_asked() -> None:
    coverage = seen(refused("cancel", "bad-path"), refused("list_models", "wrong-method"))
    assert reached(coverage, "errors") == {("", "bad-path"), ("", "wrong-method")}
    assert not coverage.beside


def test_a_file_that_is_gone_is_told_without_a_body() -> None:
    gone = said("media", "", 404, channel="media", provider="runcomfy")._replace(answer_body=b"")
    assert reached(seen(gone), "errors") == {("", "media-gone")}


def test_two_rows_of_one_code_are_told_apart_by_text_then_by_the_request() -> None:
    other = "In words of its own."
    assert reached(seen(refused("submit", "bad-json", sent={"prompt": 1})), "errors") == {("submit", "bad-json")}
    plain = seen(refused("submit", "bad-json", text=other, sent={"prompt": 1}))
    assert reached(plain, "errors") == {("submit", "invalid-input")}
    assert reached(seen(refused("submit", "bad-json", text=other)), "errors") == {("submit", "bad-json")}


def test_an_answer_that_fits_two_errors_proves_neither() -> None:
    coverage = seen(refused("", "unknown-path", text="In words of its own."))
    assert reached(coverage, "errors") == set()
    (why,) = {each.why for each in coverage.missing() if each.name in ("unknown-path", "media-gone")}
    assert why == "it was answered so once, which fits another error as well"


@pytest.mark.parametrize("body", [None, [], "no", {"error_code": 1}, {"error_code": None}, {}])
def test_a_refusal_without_its_code_is_an_answer_and_no_error(body: Any) -> None:
    coverage = seen(said("status", body, 404))
    assert reached(coverage, "answers") == {("status", "404")}
    assert reached(coverage, "errors") == set()


# -- parameters, models, inputs


def listed(query: str = "", status: int = 200) -> Exchange:
    return said("list_models", {"models": [], "total": 0}, status, url="/v1/models" + query)


def test_a_query_parameter_is_left_out_given_and_at_its_bounds() -> None:
    ways = {way for name, parameter, way in reached(seen(listed()), "parameters") if parameter == "limit"}
    assert ways == {"left out"}
    for query, extra in (("?limit=1", {"minimum 1"}), ("?limit=100", {"maximum 100"}), ("?limit=7", set())):
        ways = {way for _, parameter, way in reached(seen(listed(query)), "parameters") if parameter == "limit"}
        assert ways == {"given"} | extra
    assert ("list_models", "include_schema", "= true") in reached(seen(listed("?include_schema=true")), "parameters")


def test_what_was_refused_did_not_try_the_parameter() -> None:
    assert reached(seen(listed("?limit=100", 401), listed("?limit=0", 422)), "parameters") == set()


@pytest.mark.parametrize("mount", ["", "/runcomfy", "/~abc/runcomfy", "/~abc"])
def test_an_order_reaches_its_model_and_the_ways_of_its_fields(mount: str) -> None:
    order = submit(num_images=4, output_format="png")
    coverage = seen(order._replace(url=mount + order.url))
    assert reached(coverage, "models") == {(MODEL,)}
    ways = {item[1:] for item in reached(coverage, "inputs")}
    assert {("num_images", "given"), ("num_images", "maximum 4"), ("output_format", "= png"), ("prompt", "given"),
            ("seed", "left out")} <= ways  # fmt: skip
    assert ("num_images", "minimum 1") not in ways
    assert ("prompt", "left out") not in {item[2:] for item in coverage.rows if item[0] == "inputs"}


def test_true_is_not_one_and_a_number_is_one_however_it_is_written() -> None:
    assert ("num_images", "minimum 1") not in {i[1:] for i in reached(seen(submit(num_images=True)), "inputs")}
    assert ("num_images", "minimum 1") in {i[1:] for i in reached(seen(submit(num_images=1.0)), "inputs")}


def test_every_way_of_every_model_can_be_reached_by_some_order() -> None:
    """No row is beyond reach: a body that fills each field in each of its ways leaves none over."""
    for model in HOUSE.catalogue.models.values():
        coverage = Coverage(HOUSE)
        for body in _bodies(model.fields, model.schema.get("required", ())):
            coverage.saw(submit()._replace(url=f"/v1/models/{model.id}", request_body=json.dumps(body).encode()), "x")
        left = [each.name for each in coverage.missing() if each.group == "inputs"]
        assert left == [], left


def _bodies(fields: Any, required: Any) -> list[Any]:
    bodies: list[Any] = [dict.fromkeys(required, "x")]
    for name, field in fields.items():
        items = field.get("items", {})
        values = [*field.get("enum", items.get("enum", ())), field.get("minimum", 1), field.get("maximum", 1)]
        values += [True, False] if field.get("type") == "boolean" else []
        values += ["x" * field[bound] for bound in ("minLength", "maxLength") if bound in field]
        values += [["x"] * field[bound] for bound in ("minItems", "maxItems") if bound in field]
        bodies += [{name: value} for value in values]
    return bodies


def test_a_strange_model_or_body_reaches_nothing_and_breaks_nothing() -> None:
    coverage = seen(submit()._replace(url="/v1/models/no/such"), submit()._replace(request_body=b"no"),
                    submit()._replace(request_body=b"[1]"), submit(seed={"a": [1]}, prompt=[[]], num_images=None),
                    submit()._replace(answer_body=b"\xff"), look("status", "QUEUED")._replace(answer_body=b""),
                    said("status", {"status": ["in_queue"]}), said("status", []))  # fmt: skip
    assert ("inputs", MODEL, "seed", "given") in coverage.rows
    assert reached(coverage, "states") == set()


def test_what_is_remembered_of_queries_and_bodies_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("understudy.contracts.checks.reaching.coverage.MOST_MEMORIES", 3)
    coverage = seen(*(submit(seed=number) for number in range(9)), submit(prompt="x" * 5000))
    assert len(coverage._memory) <= 3
    assert all(len(body) < 5000 for _, body in coverage._memory)
    assert times(coverage, "models", MODEL) == 10


# -- what is missing, and why


def test_what_nobody_can_reach_says_why() -> None:
    coverage = Coverage(HOUSE, CANNOT)
    coverage.saw(look("status", "QUEUED"), "drill")
    whys = {(each.group, each.name): each.why for each in coverage.missing()}
    assert whys["errors", "submit no-money"] == whys["answers", "submit 402"] == CANNOT["poor"]
    assert whys["errors", "status foreign-id"] == CANNOT["other key"]
    assert whys["states", "model result FAILED"] == whys["transitions", "model RUNNING -> FAILED"] == CANNOT["fail"]
    assert whys["transitions", "model QUEUED -> RUNNING"] == CANNOT["advance"]
    assert whys["answers", "cancel 202"] == "nobody asked for it"
    assert whys["answers", "status 404"] == "nobody was refused so"
    assert all(whys.values())


def test_models_stand_aside_of_the_whole() -> None:
    coverage = seen(submit())
    assert coverage.counts("models") == (1, sum(item[0] == "models" for item in coverage.rows))
    assert {("models", "lora"), ("models", "NewJob"), ("models", MODEL)} <= coverage.rows.keys()
    assert coverage.counts()[1] == sum(coverage.counts(group)[1] for group in GROUPS if group != "models")


def test_of_many_labels_the_first_of_the_alphabet_stay() -> None:
    coverage = Coverage(HOUSE)
    for label in "hgfedcba":
        coverage.saw(look("status", "QUEUED"), label)
    row = coverage.rows["answers", "status", "200"]
    assert row.times == 8
    assert sorted(row.by) == list("abcdefgh")[:MOST_LABELS]


def test_what_is_written_is_read_again() -> None:
    told = seen(
        submit(), look("status", "SUCCEEDED"), refused("", "unknown-path", text="no"), said("submit", {}, 599)
    ).as_dict()
    assert Covered.of(json.loads(json.dumps(told))).as_dict() == told
    assert Coverage.merged([told]) == told


@pytest.mark.parametrize("told", [None, [], {}, {"version": 2}])
def test_what_is_no_coverage_is_refused(told: Any) -> None:
    with pytest.raises(ValueError, match=r"expected coverage of version 1; came .*; run"):
        Coverage.merged([told])


def test_nothing_cannot_be_merged_nor_two_providers() -> None:
    told = Coverage(HOUSE).as_dict()
    with pytest.raises(ValueError, match="came none"):
        Coverage.merged([])
    with pytest.raises(ValueError, match="came runcomfy and toy"):
        Coverage.merged([told, {**told, "provider": "toy"}])
