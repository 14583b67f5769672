"""The check as it is shipped, of our own stand-in: nothing is found, and nearly everything is reached in its time."""

from __future__ import annotations

import time

import pytest
from understudy.contracts.checks.case import PHASES, Checked
from understudy.contracts.checks.provider import check
from understudy.contracts.contract import contract
from understudy.tests.checks.subjects import ours

pytestmark = pytest.mark.more
# A body of 150 MB is not sent; a training that has come to its last step is not taken up again.
BEYOND = {("upload_dataset", "too-large"), ("training", "SUCCEEDED", "QUEUED")}


@pytest.fixture(scope="module")
def checked() -> Checked:
    with ours(socket=True) as own:
        return check(contract("runcomfy"), own, seed=0, max_time=90, bounded=True, say=lambda _: None,
                     clock=time.monotonic)  # fmt: skip


def test_nothing_is_found(checked: Checked) -> None:
    assert [str(case.finding) for case in checked.cases] == []
    assert not checked.cut
    assert not checked.not_exercised


def test_it_takes_less_than_a_minute_and_a_half_and_every_phase_asks(checked: Checked) -> None:
    assert checked.seconds < 90
    assert set(checked.asked) == set(PHASES)
    assert checked.walks >= 1


def test_it_reaches_what_is_documented(checked: Checked) -> None:
    groups = checked.coverage["groups"]
    assert groups["answers"]["share"] >= 0.95
    for name in ("states", "transitions", "channels", "errors", "parameters"):
        missing = {tuple(row["item"]) for row in groups[name]["rows"] if not row["times"]}
        assert missing <= BEYOND, name
