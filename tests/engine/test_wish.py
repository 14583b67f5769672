"""What every wish has alike: it says what was wished, counts, and knows whether it came true."""

from __future__ import annotations

from typing import Any

import pytest
from understudy.mocks.engine.fault import Fault
from understudy.mocks.engine.script import Script
from understudy.mocks.engine.wish import Wish, whole

KINDS: list[Any] = [Script, lambda **more: Script(refuses="too-busy", **more), lambda **more: Fault(503, **more)]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_done_when_it_struck_as_often_as_it_wants(kind: Any) -> None:
    for times, struck, done in ((1, 0, False), (1, 1, True), (3, 2, False), (3, 3, True), ("always", 0, False),
                                ("always", 1, True)):  # fmt: skip
        wish = kind(times=times, struck=struck)
        assert wish.missed is not done
        assert wish.live is (times not in (struck, 1) or not struck)
        wish.optional = True
        assert not wish.missed


def test_what_could_not_be_asked_is_missed_even_if_it_is_optional() -> None:
    assert Script(struck=1, trouble="KeyError from when=").missed
    assert Script(optional=True, trouble="KeyError from when=").missed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("times", [0, -1, 1.5, True, "allways", "", (1,)])
def test_a_number_of_times_that_is_none_is_refused(kind: Any, times: Any) -> None:
    with pytest.raises(ValueError, match=r'^expected times to be 1 or more, or "always"; came .+; say .+'):
        kind(times=times)


def test_it_says_what_was_wished_and_nothing_of_what_came_of_it() -> None:
    assert Wish().said() == Script().said() == {}
    assert Script(met=3, struck=1, provider="toy", trouble="x").said() == {}
    assert Script(model="cube", times=2, optional=True).said() == {"model": "cube", "times": 2, "optional": True}
    assert list(Script(times="always", nth=2, running=3).said()) == ["running", "nth", "times"]
    assert Fault(503, times=2).said() == {"what": 503, "when": "before", "times": 2}


@pytest.mark.parametrize("value", [0, 9, 1.0, "3", True, None])
def test_what_is_no_whole_number_within_reach_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected nth to be a whole number, 1 to 8; came .+; say nth=1"):
        whole("nth", value, 1, 8)
    whole("nth", 8, 1, 8)
