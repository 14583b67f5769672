"""Chance that is a function of the seed: as evenly spread as it says, and the same each time."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log, nan
from statistics import NormalDist, fmean, median, stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.luck import Span, digest, lognormal, luck, span, uniform

DRAWS = 10_000
FAR = 1.63 / DRAWS**0.5  # Kolmogorov and Smirnov: one fair sample in a hundred strays further; the seeds here are fixed


def drawn(said: Any, seed: str = "0") -> list[float]:
    return [span(said, "running").draw(seed, "running", number) for number in range(DRAWS)]


def distance(sample: list[float], below: Callable[[float], float]) -> float:
    """How far a sample strays from a distribution at most."""
    steps = enumerate(sorted(sample))
    return max(max(below(value) - at / DRAWS, (at + 1) / DRAWS - below(value)) for at, value in steps)


@given(words=st.lists(st.text(alphabet=st.characters(codec="utf-8")) | st.integers() | st.floats()))
def test_luck_is_a_function_of_its_words_and_neither_0_nor_1(words: list[object]) -> None:
    assert 0 < luck(*words) < 1
    assert luck(*words) == luck(*words) != luck(*words, "more")


def test_the_edges_of_luck_are_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    for digits in ("0" * 32, "f" * 32):
        monkeypatch.setattr("understudy.mocks.engine.luck.digest", lambda *words, digits=digits: digits)
        assert 0 < luck() < 1
        assert 0 < lognormal(3, 1).draw() < inf


def test_luck_is_even() -> None:
    sample = [luck("0", "fault", number) for number in range(DRAWS)]
    assert distance(sample, lambda value: value) < FAR
    assert len(set(sample)) == DRAWS


def test_words_are_told_apart() -> None:
    assert digest("a", "b") != digest("ab")
    assert digest(1) == digest("1")
    assert luck("1", 11) != luck("11", 1)


def test_a_fixed_length_is_drawn_as_it_is() -> None:
    assert set(drawn(3.25)) == {3.25}
    assert set(drawn({"uniform": [7, 7]})) == {7}
    assert set(drawn({"lognormal": [7, 0]})) == {7}


def test_a_uniform_length_is_as_likely_as_any_other() -> None:
    sample = drawn({"uniform": [2, 10]})
    assert 2 <= min(sample) < 2.01
    assert 9.99 < max(sample) <= 10
    assert distance(sample, lambda value: (value - 2) / 8) < FAR
    assert fmean(sample) == pytest.approx(6, abs=0.1)


def test_a_lognormal_length_has_its_median_its_sigma_and_its_tail() -> None:
    sample = drawn({"lognormal": [12, 0.6]})
    normal = NormalDist(log(12), 0.6)
    assert distance(sample, lambda value: normal.cdf(log(value))) < FAR
    assert median(sample) == pytest.approx(12, rel=0.03)
    assert stdev(map(log, sample)) == pytest.approx(0.6, rel=0.03)
    assert fmean(sample) == pytest.approx(12 * exp(0.18), rel=0.03)
    assert max(sample) > 60


@pytest.mark.parametrize("said", [uniform(2, 10), lognormal(12, 0.6)])
def test_seeds_differ_and_one_seed_does_not(said: Span) -> None:
    assert drawn(said, "1") == drawn(said, "1")
    pairs = zip(drawn(said, "1"), drawn(said, "2"), strict=True)
    assert sum(one == other for one, other in pairs) < 5
    assert said.draw("0", "queued", 1) != said.draw("0", "running", 1)


def test_lengths_are_whole_microseconds() -> None:
    for said in (uniform(0, 1), lognormal(1, 1)):
        assert all(round(value, 6) == value for value in drawn(said)[:100])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (3, "3"), (0, "0"), (2.5, "2.5"), (uniform(1, 5), "uniform(1, 5)"), ({"uniform": [1, 5]}, "uniform(1, 5)"),
        ({"uniform": (1, 5)}, "uniform(1, 5)"), ({"uniform": [4, 4]}, "4"),
        ({"lognormal": [3, 0.5]}, "lognormal(3, 0.5)"), (lognormal(3, 5), "lognormal(3, 5)"), (lognormal(3, 0), "3"),
    ],
)  # fmt: skip
def test_a_length_is_read_and_told(said: Any, told: str) -> None:
    read = span(said, "queued")
    assert str(read) == repr(read) == told
    assert span(read, "queued") is read


@pytest.mark.parametrize(
    "said",
    [
        -1, -0.001, inf, nan, True, "3", None, [1, 5], (1, 5), {}, {"uniform": 3}, {"uniform": [1]},
        {"uniform": [1, 2, 3]}, {"uniform": [5, 1]}, {"uniform": [-1, 1]}, {"uniform": [0, inf]},
        {"uniform": [True, 2]}, {"uniform": "15"}, {"lognormal": [0, 1]}, {"lognormal": [3, 5.1]},
        {"lognormal": [3, -1]}, {"lognormal": [3, nan]}, {"normal": [3, 1]}, {"uniform": [1, 5], "lognormal": [3, 1]},
    ],
)  # fmt: skip
def test_what_is_no_length_is_refused(said: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected queued to be a number of seconds, .+; came .+; say .+") as no:
        span(said, "queued")
    assert repr(said) in str(no.value)


def test_a_call_that_cannot_be_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match=r"expected uniform\(\) to be"):
        uniform(5, 1)
    with pytest.raises(ValueError, match=r"expected lognormal\(\) to be"):
        lognormal(0, 1)
