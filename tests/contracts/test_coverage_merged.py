"""Coverage of several is one coverage, in whatever order and however often they are laid together."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.contracts.checks.reaching.coverage import Coverage
from understudy.contracts.checks.reaching.covered import CANNOT, MOST_LABELS
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange
from understudy.tests.contracts.test_coverage import LIFE, MODEL, cancel, listed, look, refused, said, submit

HOUSE = contract("runcomfy")
PARTS = [
    *(look(channel, state) for channel in LIFE.words for state in LIFE.states), submit(), submit(num_images=4),
    submit()._replace(url="/v1/models/" + next(name for name in HOUSE.catalogue.models if name != MODEL)),
    cancel("cancelled"), cancel("not_cancellable"), listed(), listed("?limit=1"), said("submit", {}, 599),
    refused("submit", "bad-key"), refused("status", "unknown-id"), refused("", "unknown-path", text="in other words"),
]  # fmt: skip
SOME = settings(max_examples=settings().max_examples // 4)  # each example counts and merges some thousand rows
CALLS = [(part, label) for part in PARTS for label in "abcdefgh"]
STORIES = st.lists(st.sampled_from(CALLS), max_size=15)


@st.composite
def dicts(draw: st.DrawFn) -> dict[str, Any]:
    coverage = Coverage(HOUSE, draw(st.sets(st.sampled_from(sorted(CANNOT)))))
    coverage.left_out = draw(st.integers(0, 3))
    for exchange, by in draw(STORIES):
        coverage.saw(exchange, by)
    return coverage.as_dict()


def labels(told: dict[str, Any]) -> dict[tuple[str, ...], set[str]]:
    return {(group, *row["item"]): set(row.get("by", ())) for group, part in told["groups"].items()
            for row in part["rows"]}  # fmt: skip


@pytest.mark.more
@SOME
@given(dicts(), dicts())
def test_whose_comes_first_does_not_matter(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert json.dumps(Coverage.merged([one, two])) == json.dumps(Coverage.merged([two, one]))


@pytest.mark.more
@SOME
@given(dicts(), dicts(), dicts())
def test_nor_which_are_merged_before(one: dict[str, Any], two: dict[str, Any], three: dict[str, Any]) -> None:
    early = Coverage.merged([Coverage.merged([one, two]), three])
    late = Coverage.merged([one, Coverage.merged([two, three])])
    assert json.dumps(early) == json.dumps(late) == json.dumps(Coverage.merged([one, two, three]))


@SOME
@given(dicts())
def test_the_same_twice_adds_no_label_and_reaches_no_more(one: dict[str, Any]) -> None:
    twice = Coverage.merged([one, one])
    assert labels(twice) == labels(one)
    assert (twice["reached"], twice["of"], twice["share"]) == (one["reached"], one["of"], one["share"])


@pytest.mark.more
@SOME
@given(dicts(), dicts())
def test_nothing_is_lost(one: dict[str, Any], two: dict[str, Any]) -> None:
    both = Coverage.merged([one, two])
    rows = [{(group, *row["item"]): row["times"] for group, part in told["groups"].items() for row in part["rows"]}
            for told in (one, two, both)]  # fmt: skip
    assert {item: rows[0].get(item, 0) + rows[1].get(item, 0) for item in {*rows[0], *rows[1]}} == rows[2]
    assert set(both["cannot"]) == set(one["cannot"]) & set(two["cannot"])
    assert all(len(each) <= MOST_LABELS for each in labels(both).values())


@pytest.mark.more
@SOME
@given(st.lists(STORIES, max_size=4))
def test_many_who_count_apart_count_as_one_who_saw_it_all(stories: list[list[tuple[Exchange, str]]]) -> None:
    """Each story is of tasks of its own, as each worker's are."""
    whole, parts = Coverage(HOUSE), [Coverage(HOUSE)]
    for number, story in enumerate(stories):
        parts.append(Coverage(HOUSE))
        for exchange, by in story:
            own = exchange._replace(task=f"{number}" if exchange.task else "never asked for")
            for coverage in (whole, parts[-1]):
                coverage.saw(own, by)
    assert Coverage.merged(part.as_dict() for part in parts) == whole.as_dict()
