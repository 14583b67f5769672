"""The check as it is shipped, of our own stand-in: nothing is found, and nearly everything is reached in its time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from understudy.contracts.checks.case import PHASES, Checked
from understudy.contracts.checks.provider import check
from understudy.contracts.contract import contract
from understudy.contracts.document import PROVIDERS
from understudy.mocks.subjects import Ours

pytestmark = pytest.mark.more
# A body of 150 MB is not sent; a training that has come to its last step is not taken up again.
BEYOND = {("upload_dataset", "too-large"), ("training", "SUCCEEDED", "QUEUED")}
TOLD = {"runcomfy": ("states", "transitions", "channels", "errors", "parameters"),
        "runware": ("states", "transitions", "parameters"),
        "runninghub": ("states", "transitions")}  # fmt: skip
# Percent of what is documented; not each type of task is refused in each way, nor is each of an account's things had.
ANSWERS = {"runcomfy": 95, "runware": 80, "runninghub": 65}
SECONDS = 90  # a minute where nothing else runs


@pytest.fixture(scope="module", params=PROVIDERS)
def checked(request: pytest.FixtureRequest) -> Iterator[Checked]:
    own = Ours(request.param)
    try:
        yield check(contract(request.param), own, seed=0, max_time=SECONDS, bounded=True, say=lambda _: None,
                    clock=time.monotonic)  # fmt: skip
    finally:
        own.close()


def test_nothing_is_found(checked: Checked) -> None:
    assert [str(case.finding) for case in checked.cases] == []
    assert not checked.cut
    assert not checked.not_exercised


def test_it_takes_less_than_a_minute_and_a_half_and_every_phase_asks(checked: Checked) -> None:
    assert checked.seconds < SECONDS
    assert set(checked.asked) == set(PHASES)
    assert checked.walks >= 1


def test_it_reaches_what_is_documented(checked: Checked) -> None:
    groups = checked.coverage["groups"]
    assert groups["answers"]["share"] >= ANSWERS[checked.provider]
    for name in TOLD[checked.provider]:
        missing = {tuple(row["item"]) for row in groups[name]["rows"] if not row["times"]}
        assert missing <= BEYOND, name
