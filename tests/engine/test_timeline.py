"""A timeline never goes back, and what has passed of it is never altered."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.timeline import FINAL, Course, State, Timeline, laid

RANK = {State.QUEUED: 0, State.RUNNING: 1} | dict.fromkeys(FINAL, 2)
WORDS: list[dict[str, str]] = [
    {state: str(state) for state in State},
    {state: "over" if state in FINAL else "under way" for state in State},
    dict.fromkeys(State, "something"),
]
spans = st.integers(0, 5_000_000).map(lambda micros: micros / 1e6) | st.just(0.0)
shares = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda drawn: sorted(each / 4 for each in drawn))
courses = st.builds(
    lambda shares, **said: Course(**said, since=shares[0], share=shares[1]),
    shares,
    queued=spans,
    running=spans | st.just(inf),
    ending=st.sampled_from([State.SUCCEEDED, State.FAILED, State.PAUSED, State.RUNNING]),
    error=st.just(""),
    looks=st.just(0),
    position=st.just(0),
    manual=st.just(False),
)
lives = st.tuples(courses, spans, spans | st.just(inf)).map(lambda drawn: (drawn[0], drawn[1], drawn[1] + drawn[2]))
moments = st.lists(st.floats(0, 20), max_size=10)


@given(life=lives, moments=moments)
def test_it_never_goes_back(life: tuple[Course, float, float], moments: list[float]) -> None:
    course, asked, slot = life
    timeline = laid(course, asked, slot)[0]
    assert timeline.times[0] == asked
    assert list(timeline.times) == sorted(timeline.times)
    assert [RANK[state] for state in timeline.states] == sorted({RANK[state] for state in timeline.states})
    ranks = [RANK[timeline.at(moment)] for moment in sorted([*moments, *timeline.times])]
    assert ranks == sorted(ranks)


@given(life=lives, moment=st.floats(0, 20))
def test_it_is_what_was_asked_for(life: tuple[Course, float, float], moment: float) -> None:
    course, asked, slot = life
    timeline = laid(course, asked, slot)[0]
    starts = round(slot + course.queued, 6)
    run = course.running * (course.share - course.since) if course.running < inf else inf
    ends = round(starts + run, 6) if course.ending in FINAL else inf
    assert (timeline.starts, timeline.ends) == (starts, ends)
    now = asked + moment
    want = State.QUEUED if now < starts else State.RUNNING if now < ends else course.ending
    assert timeline.at(now) is want
    assert [beat.at for beat in timeline.beats] == [time for time in timeline.times if time < inf]


@given(life=lives, moment=st.floats(0, 20), words=st.sampled_from(WORDS))
def test_until_is_the_next_moment_with_another_word(
    life: tuple[Course, float, float], moment: float, words: dict[str, str]
) -> None:
    timeline = laid(*life)[0]
    now = words[timeline.at(moment)]
    later = [time for time in timeline.times if moment < time < inf and words[timeline.at(time)] != now]
    assert timeline.until(moment, words) == min(later, default=None)


@given(life=lives, moment=st.floats(0, 20), before=moments)
def test_a_cut_alters_nothing_that_has_passed(
    life: tuple[Course, float, float], moment: float, before: list[float]
) -> None:
    timeline = laid(*life)[0]
    now = max(moment, timeline.times[0])
    cut = timeline.cut(now, State.CANCELLED)
    for earlier in before:
        if earlier < now:
            assert cut.at(earlier) is timeline.at(earlier)
    assert {cut.at(now), cut.at(now + 1), cut.at(inf)} == {State.CANCELLED}
    assert cut.ends == now
    assert list(cut.times) == sorted(cut.times)


EDGES = [
    (Course(0, inf, State.RUNNING), State.RUNNING),
    (Course(0, 5), State.RUNNING),
    (Course(0, 0), State.SUCCEEDED),
    (Course(2, 0), State.QUEUED),
]


@pytest.mark.parametrize(("course", "first"), EDGES)
def test_a_stage_of_no_length_is_never_seen(course: Course, first: State) -> None:
    timeline = laid(course, 1.0, 1.0)[0]
    assert timeline.at(1.0) is first
    assert timeline.at(inf) is course.ending


looked = st.builds(
    Course, st.sampled_from([0.0, 1.0]), st.integers(0, 6).map(float) | st.just(inf), st.sampled_from(sorted(FINAL)),
    error=st.just(""), looks=st.integers(1, 6), position=st.just(0), manual=st.just(False),
    since=st.just(0.0), share=st.just(1.0),
)  # fmt: skip


@given(course=looked, asked=spans, wait=spans | st.just(inf), words=st.sampled_from(WORDS))
def test_a_life_of_looks_stops_each_second(
    course: Course, asked: float, wait: float, words: dict[str, str]
) -> None:  # fmt: skip
    running = inf if course.running == inf else max(0.0, course.looks - course.queued)
    slot = round(asked + wait, 6)
    timeline, starts, ends = laid(course._replace(running=running), asked, slot)
    assert (timeline.starts, timeline.ends) == (starts, ends)
    assert list(timeline.times) == sorted(timeline.times)
    assert [RANK[state] for state in timeline.states] == sorted(RANK[state] for state in timeline.states)
    assert ends == (inf if inf in (slot, running) else round(slot + course.looks, 6))
    seen, now = [asked], timeline.until(asked, words)
    while now is not None:
        seen.append(now)
        now = timeline.until(now, words)
    assert seen == sorted({beat.at for beat in timeline.beats}), "asking again stops at each beat"


@given(asked=spans, wait=spans | st.just(inf), queued=st.sampled_from([0.0, inf]))
def test_a_life_that_waits_for_cues_has_one_beat_and_no_end(asked: float, wait: float, queued: float) -> None:
    timeline, starts, ends = laid(Course(queued, inf, manual=True), asked, asked + wait)
    begun = not wait and not queued
    assert timeline.states == (State.RUNNING if begun else State.QUEUED,)
    assert (timeline.starts, starts, ends) == (asked if begun else inf, asked if begun else inf, inf)
    assert timeline.until(asked, WORDS[0]) is None


def test_the_words_of_the_house_are_as_they_are_told() -> None:
    assert [str(state) for state in State] == ["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "PAUSED"]


def test_an_order_of_which_no_more_is_said_succeeds_and_stops_nobody() -> None:
    assert Course(1, 2) == Course(1, 2, State.SUCCEEDED, "", 0, 0, False)
    for timeline in (laid(Course(1, 2), 0, 0)[0], laid(Course(0, 2), 0, 0)[0], Timeline((0,), (State.QUEUED,))):
        assert timeline.stops is False


@pytest.mark.parametrize("course", [Course(0, 5), Course(0, inf), Course(0, 5, looks=5), Course(0, inf, looks=5)])
@pytest.mark.parametrize("asked", [0.0, 3.0])
def test_who_has_a_slot_and_need_not_queue_never_queued(course: Course, asked: float) -> None:
    assert laid(course, asked, asked)[0].states[0] is State.RUNNING
    assert laid(course, asked, asked + 1)[0].states[0] is State.QUEUED


@given(queued=st.floats(0, 9), running=st.floats(0, 9), slot=st.floats(1, 9), looks=st.integers(0, 3))
def test_each_beat_is_on_a_whole_microsecond(queued: float, running: float, slot: float, looks: int) -> None:
    timeline, starts, ends = laid(Course(queued, running, looks=looks), 0.0, slot)
    for moment in (*timeline.times, starts, ends):
        assert moment == round(moment, 6)


@pytest.mark.parametrize("looks", [0, 3])
def test_a_life_without_end_goes_on_as_it_stands(looks: int) -> None:
    timeline = laid(Course(0, inf, looks=looks), 1.0, 1.0)[0]
    assert timeline.at(inf) is State.RUNNING
    assert inf not in timeline.times


def test_a_life_of_looks_that_is_cut_still_stops() -> None:
    for slot in (0.0, inf):
        cut = laid(Course(0, 5, looks=5), 0.0, slot)[0].cut(0.5, State.CANCELLED)
        assert cut.until(0, dict.fromkeys(State, "something")) == 0.5


def test_a_life_whose_beats_have_no_states_is_found_out() -> None:
    broken = Timeline((0, 1), (State.QUEUED,))
    with pytest.raises(ValueError, match="shorter"):
        broken.until(0, WORDS[0])
    with pytest.raises(ValueError, match="shorter"):
        list(broken.beats)
