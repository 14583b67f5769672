"""Deliveries that a fault has its way with: lost, late, twice, or behind the next one."""

from __future__ import annotations

from typing import Any

import pytest
from understudy.mocks.engine.fault import Fault
from understudy.tests.engine.post import Post, on_a_loop, some_turns


def test_what_is_lost_never_leaves_and_is_written_down() -> None:
    async def story(post: Post) -> None:
        post.wishes.faults = [Fault("lost")]
        post.send(b"a", b"b")
        await post.courier.idle()
        assert post.bodies == [b"b"]
        (lost, fine), (other, _) = post.book
        assert (lost.receipt.trouble, lost.body, lost.number, lost.bent, fine) == (
            "lost", b"a", 1, "fault('lost', on='webhook', when='after')", True)  # fmt: skip
        assert other.bent == ""

    on_a_loop(story)


def test_the_body_of_what_is_lost_is_not_made() -> None:
    async def story(post: Post) -> None:
        post.wishes.faults = [Fault("lost")]
        post.send(lambda: 1 / 0)
        await post.courier.idle()
        assert (post.came, post.book[0][0].body) == ([], b"")

    on_a_loop(story)


@pytest.mark.parametrize("what", ["late", "reordered", "duplicated"])
def test_whatever_becomes_of_it_the_first_attempt_is_the_first(what: str) -> None:
    async def story(post: Post) -> None:
        post.wishes.faults = [Fault(what)]
        post.send(b"a", b"b")
        post.clock.settle()
        await post.courier.idle()
        assert {attempt.number for attempt, _ in post.book} == {1}

    on_a_loop(story)


def test_what_waits_leaves_at_a_whole_microsecond() -> None:
    async def story(post: Post) -> None:
        post.wishes.faults = [Fault("late", seconds=0.12345678)]
        post.send(b"a")
        assert post.clock.due == 0.123457

    on_a_loop(story)


def test_what_left_by_itself_is_not_brought_again_with_the_next_one() -> None:
    async def story(post: Post) -> None:
        post.wishes.faults = [Fault("reordered", seconds=10)]
        post.send(b"a")
        post.clock.advance(10)
        await post.courier.idle()
        post.send(b"b")
        await post.courier.idle()
        assert post.bodies == [b"a", b"b"]

    on_a_loop(story)


def test_what_is_late_leaves_later_and_the_next_one_overtakes_it() -> None:
    async def story(post: Post) -> None:
        post.wishes.faults = [Fault("late", seconds=30)]
        post.send(b"a", b"b")
        await post.courier.idle()
        post.clock.advance(29.999999)
        await post.courier.idle()
        assert post.bodies == [b"b"]
        post.clock.advance(0.000001)
        await post.courier.idle()
        assert post.came[1:] == [("here", b"a", 30)]
        assert "late" in post.book[1][0].bent

    on_a_loop(story)


def test_what_is_duplicated_comes_twice() -> None:
    async def story(post: Post) -> None:
        post.wishes.faults = [Fault("duplicated")]
        post.send(b"a", b"b")
        await post.courier.idle()
        assert post.bodies == [b"a", b"a", b"b"]

    on_a_loop(story)


@pytest.mark.parametrize(
    ("times", "came"),
    [(1, [b"b", b"a", b"c", b"d"]), ("always", [b"b", b"a", b"d", b"c"])],
)
def test_what_is_reordered_comes_behind_the_next_one(times: Any, came: list[bytes]) -> None:
    async def story(post: Post) -> None:
        post.wishes.faults = [Fault("reordered", times=times)]
        post.send(b"x", to="there")
        post.wishes.faults[0].struck = 0
        post.send(b"a")
        await some_turns()
        assert post.came == []
        post.send(b"b", b"c", b"d")
        await post.courier.idle()
        assert post.bodies == came
        post.clock.advance(10)
        await post.courier.idle()
        assert post.bodies == [*came, b"x"], "nobody came behind it, so it left by itself"
        post.clock.settle()
        await post.courier.idle()
        assert len(post.came) == 5, "each came once"

    on_a_loop(story)


def test_what_was_overtaken_moves_the_clock_no_more() -> None:
    async def story(post: Post) -> None:
        post.wishes.faults = [Fault("reordered")]
        post.send(b"a", b"b")
        await post.courier.idle()
        assert (post.bodies, post.clock.due) == ([b"b", b"a"], None)

    on_a_loop(story)
