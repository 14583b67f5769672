"""What a test holds: it opens and closes however one likes, sees its own session alone, and fails for what it found."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from understudy.mocks.engine.ledger import UnknownPrice
from understudy.mocks.stand_in import StandIn, stand_in
from understudy.tests.mocks.errands import MODEL, finished, send, submit


@pytest.fixture
def runcomfy() -> Iterator[StandIn]:
    with stand_in("runcomfy", images="plain") as handle:
        yield handle


# -- ways to open one


def test_a_block() -> None:
    with stand_in("runcomfy", clock="manual", seed="7") as handle:
        assert submit(handle).status_code == 200
        assert (handle.clock.mode, handle.session.seed) == ("manual", "7")
        name = handle.name
    assert name not in handle._server.app.sessions


def test_an_async_block() -> None:
    async def story() -> None:
        async with stand_in("runcomfy") as handle, handle.async_client() as client:
            answer = await client.post(f"/v1/models/{MODEL}", json={"prompt": "a red tram"})
            assert answer.status_code == 200
            assert handle.tasks.one().inputs == {"prompt": "a red tram"}

    asyncio.run(story())


def test_a_decorator_gives_each_call_a_stand_in_of_its_own() -> None:
    @stand_in("runcomfy")
    def played(handle: StandIn, times: int) -> tuple[str, int]:
        """Plays."""
        for _ in range(times):
            submit(handle)
        return handle.name, len(handle.tasks)

    @stand_in("runcomfy")
    async def later(handle: StandIn, times: int) -> tuple[str, int]:
        for _ in range(times):
            await asyncio.to_thread(submit, handle)
        return handle.name, len(handle.tasks)

    calls = [played(2), played(times=1), asyncio.run(later(3))]
    assert [count for _, count in calls] == [2, 1, 3]
    assert len({name for name, _ in calls}) == 3
    assert (played.__name__, played.__doc__) == ("played", "Plays.")


def test_a_decorated_test_fails_for_what_was_found() -> None:
    @stand_in("runcomfy")
    def played(handle: StandIn) -> None:
        submit(handle, prompt=1)

    with pytest.raises(AssertionError, match="invalid-type"):
        played()


def test_an_error_within_the_block_is_not_hidden_by_a_verdict() -> None:
    with pytest.raises(ZeroDivisionError), stand_in("runcomfy") as handle:  # noqa: PT012 - the block is what is tried
        submit(handle, prompt=1)
        raise ZeroDivisionError


@pytest.mark.parametrize("wrong", [{"clok": "auto"}, {"clock": "fast"}, {"slots": -5}])
def test_a_setting_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        stand_in("runcomfy", **wrong)


def test_a_provider_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="runcomfy"), stand_in("runcomfi"):
        pass


# -- one world


def test_reset_begins_again(runcomfy: StandIn) -> None:
    other = runcomfy.another_key()
    address, key, first = runcomfy.url, runcomfy.api_key, submit(runcomfy).json()
    runcomfy.script(queued=1)
    runcomfy.settle()
    runcomfy.reset()
    assert (runcomfy.url, runcomfy.api_key, len(runcomfy.tasks), len(runcomfy.journal)) == (address, key, 0, 0)
    assert (runcomfy.clock.now, runcomfy.clock.age) == (0, 0)
    assert submit(runcomfy).json() == first
    assert submit(runcomfy, key=other).status_code == 200


def test_another_key_is_another_account(runcomfy: StandIn) -> None:
    other = runcomfy.another_key()
    assert len(other) == len(runcomfy.api_key) == 32
    assert other != runcomfy.api_key
    name = submit(runcomfy).json()["request_id"]
    assert send(runcomfy, "GET", f"/v1/requests/{name}/status", key=other).json()["error_code"] == 403001
    assert submit(runcomfy, key=other).status_code == 200
    runcomfy.revoke(other)
    assert submit(runcomfy, key=other).status_code == 401
    assert submit(runcomfy).status_code == 200
    runcomfy.revoke()
    assert submit(runcomfy).status_code == 401


def test_two_sessions_in_two_threads_never_see_each_other() -> None:
    handles: list[StandIn] = []
    wrong: list[str] = []
    together = threading.Barrier(2, timeout=10)

    def play(number: int) -> None:
        with stand_in("runcomfy", images="plain") as handle:
            handles.append(handle)
            together.wait()
            other = next(one for one in handles if one is not handle)
            handle.script(running=100 * (number + 1), times="always")
            for at in range(8):
                name = submit(handle, f"{number}-{at}").json()["request_id"]
                said = finished(handle, name)
                files = [str(said["output"]["image"]).partition("/media/")[2]]
                if any(send(handle, "GET", f"/media/{file}").status_code != 200 for file in files):
                    wrong.append(name)
                if submit(handle, key=other.api_key).status_code != 401:
                    wrong.append("the other's key")
            prompts = [task.inputs["prompt"] for task in handle.tasks]
            if prompts != [f"{number}-{at}" for at in range(8)] or handle.clock.now != 8 * (100 * (number + 1) + 2):
                wrong.append(f"{prompts} at {handle.clock.now}")
            if any(handle.name not in e.url for e in handle.requests()):
                wrong.append("an address of the other")
            together.wait()

    threads = [threading.Thread(target=play, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wrong == []
    assert len(handles) == 2


# -- the verdict


def test_a_finding_that_is_expected_is_taken_off_the_books(runcomfy: StandIn) -> None:
    for _ in range(2):
        with runcomfy.expect_finding("invalid-type"):
            submit(runcomfy, prompt=1)
    runcomfy.assert_clean()
    assert runcomfy.findings == []


def test_a_finding_that_is_expected_and_does_not_come_fails(runcomfy: StandIn) -> None:
    with pytest.raises(AssertionError, match="expected a finding 'invalid-type'"), runcomfy.expect_finding(
        "invalid-type"
    ):  # fmt: skip
        submit(runcomfy)


def test_only_the_expected_finding_is_forgiven() -> None:
    def play() -> None:
        with stand_in("runcomfy") as handle, handle.expect_finding("invalid-type"):
            submit(handle, prompt=1)
            send(handle, "GET", "/v1/nothing")

    with pytest.raises(AssertionError, match="no-such-operation"):
        play()


@pytest.mark.parametrize(
    "wish",
    [
        lambda handle, **more: handle.script(running=3, **more),
        lambda handle, **more: handle.script(times=2, **more),
        lambda handle, **more: handle.refuse_next("InsufficientResources", times=2, **more),
        lambda handle, **more: handle.fault(503, on="cancel", **more),
    ],
)
@pytest.mark.parametrize("asked", [0, 1])
def test_what_never_came_true_fails(wish: Any, asked: int) -> None:
    def play(optional: bool) -> None:
        with stand_in("runcomfy") as handle:
            if asked:
                submit(handle)
            wish(handle, optional=optional)

    with pytest.raises(AssertionError, match="not-struck"):
        play(optional=False)
    play(optional=True)


def test_what_came_true_does_not_fail() -> None:
    with stand_in("runcomfy") as handle:
        handle.script(fails="no-money")
        handle.refuse_next("InsufficientResources")
        handle.fault(503, on="poll")
        assert submit(handle).status_code == 402
        name = submit(handle).json()["request_id"]
        assert send(handle, "GET", f"/v1/requests/{name}/status").status_code == 503
        assert finished(handle, name)["status"] == "failed"


# -- money


def test_money_is_held_charged_and_released(runcomfy: StandIn) -> None:
    start = runcomfy.ledger.balance
    runcomfy.script(cost=0.25)
    runcomfy.script(cost=0.5, fails=True)
    runcomfy.script(cost=1)
    good, bad, gone = (submit(runcomfy).json()["request_id"] for _ in range(3))
    assert (runcomfy.ledger.held, runcomfy.ledger.balance) == (1.75, start - 1.75)
    assert runcomfy.ledger.spent == 0
    assert send(runcomfy, "POST", f"/v1/requests/{gone}/cancel").json()["outcome"] == "cancelled"
    assert runcomfy.ledger.held == 0.75
    assert finished(runcomfy, good)["status"] == "succeeded"
    assert finished(runcomfy, bad)["status"] == "failed"
    assert (runcomfy.ledger.held, runcomfy.ledger.balance) == (0, start - 0.25)
    assert runcomfy.ledger.spent == 0.25
    costs = [finished(runcomfy, name, "?include_cost=true")["cost"] for name in (good, bad, gone)]
    assert costs == [0.25, 0, 0]
    assert "cost" not in finished(runcomfy, good)


def test_an_account_runs_dry(runcomfy: StandIn) -> None:
    runcomfy.ledger.set(1)
    runcomfy.script(cost=0.75, times=2)
    assert submit(runcomfy).status_code == 200
    assert submit(runcomfy).status_code == 402
    runcomfy.settle()
    runcomfy.ledger.set(0.75)
    assert submit(runcomfy).status_code == 200


def test_what_nobody_knows_the_price_of_is_not_compared(runcomfy: StandIn) -> None:
    name = submit(runcomfy).json()["request_id"]
    with pytest.raises(UnknownPrice, match=MODEL):
        assert runcomfy.ledger.spent == 0
    send(runcomfy, "POST", f"/v1/requests/{name}/cancel")
    assert runcomfy.ledger.spent == 0


def test_a_cue_without_a_task_is_for_the_only_one_that_waits_for_it(runcomfy: StandIn) -> None:
    with pytest.raises(ValueError, match=r"^expected one task .+; came 0: none; say script\(manual=True\)"):
        runcomfy.cue()
    runcomfy.script(manual=True, nth=2, times=2)
    for _ in range(2):
        submit(runcomfy)
    assert [runcomfy.tasks.state(runcomfy.cue()) for _ in range(2)] == ["RUNNING", "SUCCEEDED"]
    submit(runcomfy)
    runcomfy.script(manual=True)
    submit(runcomfy)
    with pytest.raises(ValueError, match=r"; came 2: .+; say cue\(task\)"):
        runcomfy.cue()
    assert runcomfy.tasks.state(runcomfy.cue(runcomfy.tasks[3])) == "RUNNING"


def test_another_clock_is_another_session_that_is_joined() -> None:
    with stand_in("runcomfy", clock="manual") as one:
        with stand_in("runcomfy", clock=one.clock) as two:
            submit(two)
            one.clock.advance(5)
            assert (two.clock.now, len(one.tasks)) == (5, 1)
        assert len(one.tasks) == 1, "leaving the second must not end the first"


def test_an_async_test_moves_time_too() -> None:
    async def story() -> None:
        async with stand_in("runcomfy", clock="manual") as handle:
            submit(handle)
            await handle.clock.aadvance(3)
            assert handle.clock.now == 3
            await handle.clock.asettle()
            assert handle.clock.now == 12

    asyncio.run(story())
