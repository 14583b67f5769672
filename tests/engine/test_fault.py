"""A fault strikes where and as often as it is told to, and touches nothing but the answer."""

from __future__ import annotations

from typing import Any

import pytest
from understudy.mocks.engine.fault import CHANNELS, Fault
from understudy.mocks.engine.session import Wishes


@pytest.mark.parametrize("on", ["", "poll", "look"])
def test_it_strikes_on_a_channel_or_an_operation(on: str) -> None:
    fault = Fault(503, on)
    assert fault.hits("before", "poll", "look")
    assert not fault.hits("after", "poll", "look")
    assert fault.hits("before", "submit", "make") is (on == "")
    assert "poll" in CHANNELS


@pytest.mark.parametrize(("times", "strikes"), [(1, 1), (3, 3), ("always", 10)])
def test_it_strikes_so_often(times: Any, strikes: int) -> None:
    wishes = Wishes(faults=[Fault(503, "poll", times=times)])
    struck = [wishes.fault("before", "poll", "look") is not None for _ in range(10)]
    assert struck == [True] * strikes + [False] * (10 - strikes)
    assert wishes.unstruck() == []


def test_the_first_that_hits_strikes_alone() -> None:
    wishes = Wishes(faults=[Fault(500, "cancel"), Fault(502, "poll"), Fault(503)])
    struck = [wishes.fault("before", "poll", "look") for _ in range(3)]
    assert [fault.status if fault else 0 for fault in struck] == [502, 503, 0]
    assert [fault.status for fault in wishes.faults if fault.missed] == [500]
    assert [str(wish) for wish in wishes.unstruck()] == ["fault(500, on='cancel', times=1, when='before')"]
    wishes.faults[0].optional = True
    assert wishes.unstruck() == []


@pytest.mark.parametrize("status", [200, 399, 600, "503", 503.0])
def test_a_status_that_is_no_error_is_refused(status: Any) -> None:
    with pytest.raises(ValueError, match="from 400 to 599"):
        Fault(status)


@pytest.mark.parametrize("wrong", [{"when": "during"}, {"times": 0}, {"times": "allways"}])
def test_a_moment_or_number_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Fault(503, **wrong)
