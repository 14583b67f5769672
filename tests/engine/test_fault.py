"""A fault strikes where and as often as it is told to, and touches nothing but the answer."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.fault import CHANNELS, KINDS, OF_ANSWERS, OF_DELIVERIES, OUTWARD, SECONDS, Fault, Place
from understudy.mocks.engine.luck import luck, uniform
from understudy.mocks.engine.wishes import Wishes

POLL = Place("before", "toy", "poll", "look", 0.0)


def strikes(wishes: Wishes, place: Place = POLL, seed: str = "0") -> Fault | None:
    return wishes.fault(place, seed)[0]


@pytest.mark.parametrize("what", [503, *KINDS])
def test_each_kind_stands_by_itself(what: int | str) -> None:
    fault = Fault(what)
    outward = what in OF_DELIVERIES
    assert fault.on == ("webhook" if outward else "")
    assert fault.when == ("after" if outward or what in OF_ANSWERS else "before")
    assert str(fault.seconds) == (f"{SECONDS[str(what)]:g}" if what in SECONDS else "None")
    assert (fault.times, fault.status, fault.retry_after, fault.parts) == (1, None, None, 5)
    assert (fault.after, fault.every, fault.until, fault.probability) == (0, 1, inf, 1.0)
    place = POLL._replace(when=fault.when, channel="webhook" if outward else "poll")
    assert Wishes(faults=[fault]).fault(place, "0", early=what == "early") == (fault, SECONDS.get(str(what), 0.0))


@pytest.mark.parametrize("on", ["", "poll", "look"])
def test_it_strikes_on_a_channel_or_an_operation(on: str) -> None:
    def meets(**other: Any) -> bool:
        return Fault(503, on).meets(POLL._replace(**other))

    assert meets()
    assert not meets(when="after")
    assert meets(channel="submit", operation="make") is (on == "")
    assert "poll" in CHANNELS
    assert Fault(503, on, provider="toy").meets(POLL)
    assert not Fault(503, on, provider="other").meets(POLL)


@pytest.mark.parametrize("channel", OUTWARD)
def test_what_strikes_anywhere_strikes_no_delivery(channel: str) -> None:
    place = POLL._replace(channel=channel, when="after")
    assert not Fault(503, when="after").meets(place)
    assert not Fault("cut").meets(place)
    assert Fault("lost", on=channel).meets(place)


def test_what_comes_early_is_looked_for_by_itself() -> None:
    wishes = Wishes(faults=[Fault("early"), Fault("lost")])
    place = POLL._replace(channel="webhook", when="after")
    assert strikes(wishes, place) is wishes.faults[1]
    assert wishes.fault(place, "0", early=True)[0] is wishes.faults[0]
    assert [fault.met for fault in wishes.faults] == [1, 1]


@pytest.mark.parametrize(("times", "count"), [(1, 1), (3, 3), ("always", 10)])
def test_it_strikes_so_often(times: Any, count: int) -> None:
    wishes = Wishes(faults=[Fault(503, "poll", times=times)])
    struck = [strikes(wishes) is not None for _ in range(10)]
    assert struck == [True] * count + [False] * (10 - count)
    assert wishes.unstruck() == []


def test_the_first_that_hits_strikes_alone() -> None:
    wishes = Wishes(faults=[Fault(500, "cancel"), Fault(502, "poll"), Fault(503)])
    struck = [strikes(wishes) for _ in range(3)]
    assert [fault.what if fault else 0 for fault in struck] == [502, 503, 0]
    assert [fault.what for fault in wishes.faults if fault.missed] == [500]
    assert [str(wish) for wish in wishes.unstruck()] == ["fault(500, on='cancel', when='before')"]
    wishes.faults[0].optional = True
    assert wishes.unstruck() == []


def test_how_long_it_takes_is_drawn_for_each_strike_and_follows_from_the_seed() -> None:
    def drawn(seed: str) -> list[float]:
        wishes = Wishes(faults=[Fault("delay", seconds=uniform(1, 9), times="always")])
        return [wishes.fault(POLL, seed)[1] for _ in range(20)]

    assert drawn("0") == drawn("0")
    assert len(set(drawn("0"))) == 20
    assert not set(drawn("0")) & set(drawn("1"))
    assert all(1 <= seconds <= 9 for seconds in drawn("0"))


def reference(said: dict[str, Any], moments: list[float], seed: str) -> list[bool]:
    """Which of these chances are taken, said in the plainest way."""
    open_ended = "until" in said or "probability" in said or said.get("every", 1) > 1
    left = said.get("times", inf if open_ended else 1)
    left = inf if left == "always" else left
    taken, chances = [], 0
    for moment in moments:
        if left == 0 or moment >= said.get("until", inf):
            taken.append(False)
            continue
        chances += 1
        nth = chances - said.get("after", 0)
        lucky = luck(seed, "fault", 0, chances) < said.get("probability", 1.0)
        taken.append(nth >= 1 and nth % said.get("every", 1) == 0 and lucky)
        left -= taken[-1]
    return taken


said_of_chances = st.fixed_dictionaries(
    {},
    optional={
        "times": st.integers(1, 4) | st.just("always"), "after": st.integers(0, 4), "every": st.integers(1, 4),
        "until": st.sampled_from([0.5, 3.0, 8.0]), "probability": st.sampled_from([0.1, 0.5, 0.9]),
    },
)  # fmt: skip


@given(
    said=said_of_chances, steps=st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=25), seed=st.text("ab", max_size=2)
)
def test_which_chances_it_takes(said: dict[str, Any], steps: list[float], seed: str) -> None:
    moments = [sum(steps[: at + 1]) for at in range(len(steps))]
    wishes = Wishes(faults=[Fault(503, **said)])
    struck = [strikes(wishes, POLL._replace(now=moment), seed) is not None for moment in moments]
    assert struck == reference(said, moments, seed)
    fault = wishes.faults[0]
    assert fault.struck == sum(struck)
    if "probability" in said:
        assert fault.missed is (fault.met == 0)
    else:
        wanted = said["times"] if isinstance(said.get("times"), int) else 1
        assert fault.missed is (fault.struck < wanted)


def test_chance_is_as_likely_as_it_says() -> None:
    fault = Fault(503, probability=0.3)
    struck = [strikes(Wishes(faults=[fault]), POLL, "7") is not None for _ in range(10_000)]
    assert sum(struck) == pytest.approx(3000, abs=140)
    runs = sum(one and other for one, other in pairwise(struck))
    assert runs == pytest.approx(900, abs=120), "a strike says nothing of the next"


def test_what_is_left_to_chance_is_missed_only_if_it_never_had_one() -> None:
    wishes = Wishes(faults=[Fault(503, "poll", probability=1e-9), Fault(503, "submit", probability=0.9)])
    assert strikes(wishes) is None
    assert wishes.unstruck() == [wishes.faults[1]]
    wishes.faults[1].optional = True
    assert wishes.unstruck() == []


@pytest.mark.parametrize("status", [200, 399, 600, True, 503.0, None, (503,)])
def test_a_status_that_is_no_error_is_refused(status: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected a status .+; came .+; say fault\(503\)"):
        Fault(status)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("dorp", {}), ("503", {}), ("zzz", {}), (503, {"when": "during"}), (503, {"times": 0}),
        (503, {"times": "allways"}), ("late", {"on": "poll"}), ("lost", {"on": "look"}), ("lost", {"when": "before"}),
        (503, {"on": "webhook"}), ("drop", {"on": "push"}), ("cut", {"on": "upload"}), (503, {"seconds": 3}),
        ("drop", {"seconds": 3}), ("lost", {"seconds": 3}), ("delay", {"seconds": -1}), ("drip", {"seconds": "x"}),
        (503, {"status": 500}), ("drop", {"status": 500}), ("cut", {"status": 500}), ("delay", {"status": 500}),
        ("html", {"status": 199}), ("empty", {"status": 600}), ("html", {"status": "502"}),
        ("drop", {"retry_after": 5}), ("empty", {"retry_after": 5}), (503, {"retry_after": -1}),
        (503, {"retry_after": "a\r\nx: y"}), (503, {"retry_after": "héute"}), (503, {"retry_after": ""}),
        (503, {"retry_after": inf}), (503, {"retry_after": [5]}), (503, {"retry_after": True}), (503, {"parts": 3}),
        ("drip", {"parts": 0}), ("cut", {"parts": 2}), (503, {"every": 0}), (503, {"every": 1.5}), (503, {"after": -1}),
        (503, {"after": True}), (503, {"until": 0}), (503, {"until": -1}), (503, {"until": nan}),
        (503, {"until": "60"}), (503, {"until": None}), (503, {"probability": 0}), (503, {"probability": 1.1}),
        (503, {"probability": nan}), (503, {"probability": "0.5"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_three_parts(what: Any, said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"(?s)^expected .+; came .+; .+"):
        Fault(what, **said)


def test_what_can_be_is_taken() -> None:
    assert Fault("html", status=503, retry_after=0)
    assert Fault("cut", when="before", status=500)
    assert Fault(503, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")
    assert Fault("late", on="upload", seconds={"uniform": [1, 2]})


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(503), "fault(503, when='before')"),
        (Fault(503, "poll", every=3, times=2), "fault(503, on='poll', when='before', every=3, times=2)"),
        (Fault("late"), "fault('late', on='webhook', when='after', seconds=60)"),
        (Fault("delay", seconds=uniform(1, 2), until=60, optional=True),
         "fault('delay', when='before', seconds=uniform(1, 2), until=60, times='always')"),
    ],
)  # fmt: skip
def test_it_says_what_it_does(fault: Fault, told: str) -> None:
    fault.met, fault.struck, fault.provider = 3, 1, "toy"
    assert str(fault) == told


@pytest.mark.parametrize("what", ["delay", "drip"])
def test_nobody_is_kept_waiting_for_ever(what: str) -> None:
    with pytest.raises(ValueError, match="at most 600, since they are real"):
        Fault(what, seconds=601)
    drawn = [Fault(what, seconds={"lognormal": [500, 5]}).lasts("x", at) for at in range(200)]
    assert max(drawn) == 600
    assert len(set(drawn)) > 50
    assert Fault("late", seconds=1e6).lasts("x") == 1e6
