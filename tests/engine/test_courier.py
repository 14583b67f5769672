"""Deliveries: in order to one address, and again where nobody took them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.courier import MOST_IN_FLIGHT, Manner, Parcel, Receipt
from understudy.mocks.engine.fault import Fault
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.session import Session
from understudy.tests.engine.post import BUSY, TAKEN, Post, on_a_loop, some_turns


def test_one_address_is_served_in_order_and_does_not_wait_for_another() -> None:
    async def story(post: Post) -> None:
        post.closed(b"a")
        post.send(b"a", b"b", b"c")
        post.send(b"x", b"y", to="there")
        await some_turns()
        assert post.bodies == [b"x", b"y"]
        assert post.courier.busy
        post.gates[b"a"].set()
        await post.courier.idle()
        assert post.bodies == [b"x", b"y", b"a", b"b", b"c"]
        assert not post.courier.busy
        post.send(b"d")
        await post.courier.idle()
        assert post.bodies[-1] == b"d"
        assert not post.courier._lines

    on_a_loop(story)


def test_where_order_does_not_matter_nobody_waits() -> None:
    async def story(post: Post) -> None:
        post.closed(b"a")
        post.send(b"a", b"b", manner=Manner(ordered=False))
        await some_turns()
        assert post.bodies == [b"b"]
        post.gates[b"a"].set()
        await post.courier.idle()
        assert post.bodies == [b"b", b"a"]

    on_a_loop(story)


def test_eight_are_under_way_at_most() -> None:
    assert MOST_IN_FLIGHT == 8

    async def story(post: Post) -> None:
        bodies = [b"%d" % number for number in range(3 * MOST_IN_FLIGHT)]
        post.closed(*bodies)
        for at, body in enumerate(bodies):
            post.send(body, to=f"address {at}", manner=Manner(ordered=at % 2 == 0))
        await some_turns()
        assert (post.inside, post.came) == (MOST_IN_FLIGHT, [])
        for gate in post.gates.values():
            gate.set()
        await post.courier.idle()
        assert post.most == MOST_IN_FLIGHT
        assert sorted(post.bodies) == sorted(bodies)

    on_a_loop(story)


@pytest.mark.parametrize("mode", ["manual", "auto"])
def test_what_nobody_took_is_brought_again_on_the_clock_and_then_given_up(mode: str) -> None:
    async def story(post: Post) -> None:
        post.answers = [BUSY, Receipt(trouble="nobody is there"), BUSY, BUSY]
        post.send(b"a", manner=Manner((1, 4, 20), patience=3))
        if mode == "auto":
            while len(post.book) < 4:
                await asyncio.sleep(0)  # the clock goes by itself once it has waited in vain
        else:
            await post.courier.idle()
            for seconds in (0.5, 0.5, 4, 20, 1000):
                post.clock.advance(seconds)
                await post.courier.idle()
        assert post.came == [("here", b"a", at) for at in (0, 1, 5, 25)]
        assert [(attempt.number, attempt.at, fine) for attempt, fine in post.book] == [
            (1, 0, True), (2, 1, True), (3, 5, True), (4, 25, False)]  # fmt: skip
        assert post.patience == [3] * 4

    on_a_loop(story, mode)


def test_what_is_not_said_of_a_parcel_and_its_manner() -> None:
    assert Parcel("push", "here", b"") == Parcel("push", "here", b"", (), "POST", "", "", "")
    assert Manner() == Manner((), 10.0, True)
    assert Receipt() == Receipt(0, (), b"", "", False)


@pytest.mark.parametrize(
    ("answers", "numbers", "fine"),
    [
        ([TAKEN], [1], True), ([Receipt(204)], [1], True), ([BUSY, Receipt(299)], [1, 2], True),
        ([Receipt(300), TAKEN], [1, 2], True), ([Receipt(199)] * 9, [1, 2, 3], False),
        ([Receipt(trouble="blocked", final=True)], [1], False),
        ([BUSY, Receipt(410, final=True)], [1, 2], False), ([BUSY] * 9, [1, 2, 3], False),
        ([OSError("no way"), TAKEN], [1, 2], True), ([OSError("no way")] * 9, [1, 2, 3], False),
    ],
)  # fmt: skip
def test_when_it_is_enough(answers: list[Any], numbers: list[int], fine: bool) -> None:
    async def story(post: Post) -> None:
        post.answers = answers.copy()
        post.send(b"a", manner=Manner((1, 1)))
        for _ in range(5):
            await post.courier.idle()
            post.clock.advance(1)
        assert [attempt.number for attempt, _ in post.book] == numbers
        assert [told for _, told in post.book] == [True] * (len(numbers) - 1) + [fine]

    on_a_loop(story)


def test_whoever_stumbles_holds_nobody_up() -> None:
    def broken() -> bytes:
        raise ValueError("no picture")

    async def story(post: Post) -> None:
        post.send(broken, b"b")
        await post.courier.idle()
        assert post.bodies == [b"b"]
        (first, fine), (second, _) = post.book
        assert (first.receipt.trouble, first.body, fine) == ("ValueError: no picture", b"", False)
        assert second.receipt == TAKEN

    on_a_loop(story)


def test_while_one_waits_for_its_next_attempt_the_next_one_goes() -> None:
    async def story(post: Post) -> None:
        post.answers = [BUSY]
        post.send(b"a", b"b", manner=Manner((10,)))
        await post.courier.idle()
        assert post.bodies == [b"a", b"b"]
        post.clock.advance(10)
        await post.courier.idle()
        assert post.bodies == [b"a", b"b", b"a"]

    on_a_loop(story)


def test_a_body_that_takes_time_is_made_when_it_leaves() -> None:
    async def story(post: Post) -> None:
        made: list[str] = []

        def body() -> bytes:
            made.append("made")
            return b"late"

        post.wishes.faults = [Fault("late", seconds=5)]
        post.send(body)
        await some_turns()
        assert made == []
        post.clock.advance(5)
        await post.courier.idle()
        assert (made, post.came) == (["made"], [("here", b"late", 5)])

    on_a_loop(story)


def test_who_carries_may_be_said() -> None:
    async def story(post: Post) -> None:
        async def by_hand(parcel: Parcel, body: bytes, patience: float) -> Receipt:
            return Receipt(201, body=body)

        post.courier.send(Parcel("push", "here", b"a"), by=by_hand)
        await post.courier.idle()
        assert post.came == []
        assert post.book[0][0].receipt == Receipt(201, body=b"a")

    on_a_loop(story)


def test_at_the_end_what_is_under_way_is_dropped() -> None:
    async def story(post: Post) -> None:
        post.closed(b"a")
        post.answers = [BUSY]
        post.send(b"b", to="there", manner=Manner((5,)))
        post.send(b"a", b"c")
        await some_turns()
        post.clock.release()
        post.courier.end()
        await post.courier.idle()
        post.send(b"d")
        await some_turns()
        assert post.bodies == [b"b"]
        assert not post.courier.busy
        assert post.clock.out == 0

    on_a_loop(story)


@pytest.mark.filterwarnings("error")
def test_where_no_loop_runs_nothing_is_carried() -> None:
    post = Post(Clock("manual"))
    post.send(b"a")
    post.send(b"b", manner=Manner(ordered=False))
    assert not post.courier.busy


def test_a_session_is_settled_when_the_last_attempt_was_made() -> None:
    async def story(post: Post) -> None:
        session = Session("here", post.clock, Gallery(), None)
        session.courier = post.courier
        post.answers = [BUSY, BUSY]
        post.wishes.faults = [Fault("late", seconds=60)]
        post.clock.book(7, lambda: post.send(b"a", b"b", manner=Manner((100,))))
        await session.settled()
        assert post.came == [("here", b"b", 7), ("here", b"a", 67), ("here", b"b", 107), ("here", b"a", 167)]
        assert (post.clock.due, post.courier.busy) == (None, False)

    on_a_loop(story)


def test_while_a_parcel_is_under_way_the_clock_stands() -> None:
    async def story(post: Post) -> None:
        post.closed(b"a")
        post.clock.book(600, lambda: None, hasty=True)
        post.send(b"a")
        quiet = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.03, quiet.set_result, None)
        await quiet
        assert post.clock.now == 0
        post.gates[b"a"].set()
        await post.courier.idle()
        while post.clock.now < 600:
            await asyncio.sleep(0)

    on_a_loop(story, "auto")
