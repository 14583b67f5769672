"""What people do to a handle that was not foreseen: it is put right, or said in one sentence."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from understudy.mocks.app import App
from understudy.mocks.server import Server
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, stand_in
from understudy.tests.mocks.errands import finished, send, submit


@pytest.fixture
def runcomfy() -> Iterator[StandIn]:
    with stand_in("runcomfy", images="plain") as handle:
        yield handle


def test_a_decorated_function_gets_the_settings_that_were_asked_for() -> None:
    @stand_in("runcomfy", clock="manual", seed="9")
    def story(handle: StandIn) -> tuple[str, str]:
        return handle.clock.mode, handle.session.seed

    assert story() == story() == ("manual", "9")


def test_a_finding_that_was_on_the_books_before_can_be_expected_again(runcomfy: StandIn) -> None:
    runcomfy.allowed.add("invalid-type")
    submit(runcomfy, 4)
    with runcomfy.expect_finding("invalid-type"):
        submit(runcomfy, 4)
    assert [met for _, met in runcomfy.session.journal.findings.values()] == [1]


def test_a_line_break_in_a_path_forges_no_line_of_a_report(runcomfy: StandIn) -> None:
    runcomfy.allowed.add("no-such-operation")
    send(runcomfy, "GET", "/v1/x%0Abroken:%20forged")
    (finding,) = runcomfy.findings
    assert "\n" not in finding.came
    assert len(str(finding).splitlines()) == 4


def test_whoever_waits_for_nothing_gets_a_closed_session_out_of_memory(runcomfy: StandIn) -> None:
    submit(runcomfy)
    old = weakref.ref(runcomfy.session)
    gc.disable()
    try:
        runcomfy.reset()
        assert old() is None, "the old session holds on to itself"
    finally:
        gc.enable()


def test_a_closed_handle_and_a_strange_key_say_what_is_wrong(runcomfy: StandIn) -> None:
    with pytest.raises(ValueError, match="expected a key of this session"):
        runcomfy.revoke("nonsense")
    with stand_in("runcomfy") as handle:
        pass
    with pytest.raises(RuntimeError, match="came one of runcomfy that was closed"):
        len(handle.tasks)


def test_one_object_may_be_entered_twice() -> None:
    asked = stand_in("runcomfy")
    with asked as outer:
        with asked as inner:
            assert inner.name != outer.name
        assert submit(outer).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        (lambda handle: handle.script(queud=3), "did you mean queued"),
        (lambda handle: handle.fault(503, tmes=2), "did you mean times"),
        (lambda handle: handle.refuse_next("UserAccountError", optinal=True), "did you mean optional"),
    ],
)
def test_an_unknown_keyword_names_the_nearest(runcomfy: StandIn, wrong: Any, near: str) -> None:
    with pytest.raises(TypeError, match=near):
        wrong(runcomfy)


@pytest.mark.parametrize("wrong", [
    lambda handle: handle.fault(503, on="zzz"), lambda handle: handle.script(operation="zzz"),
    lambda handle: handle.refuse_next("zzz"),
])  # fmt: skip
def test_a_word_that_is_near_to_nothing_is_told_with_a_cure(runcomfy: StandIn, wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected .+; came 'zzz'; .+"):
        wrong(runcomfy)


def test_a_code_may_be_said_as_a_number(runcomfy: StandIn) -> None:
    runcomfy.script(fails=1501)
    assert finished(runcomfy, submit(runcomfy).json()["request_id"])["error"] == "1501"
    with pytest.raises(ValueError, match="expected when to be a function"):
        runcomfy.script(when="x")  # type: ignore[arg-type]


def test_a_fault_after_the_work_strikes_files_too(runcomfy: StandIn) -> None:
    name = submit(runcomfy).json()["request_id"]
    path = httpx.URL(finished(runcomfy, name)["output"]["image"]).path
    runcomfy.fault(503, on="media", when="after")
    assert [send(runcomfy, "GET", path).status_code for _ in range(2)] == [503, 200]


def test_the_prefix_of_the_provider_may_stand_in_the_base_address(runcomfy: StandIn) -> None:
    assert send(runcomfy, "GET", "/runcomfy/v1/models").status_code == 200


QUIET = """
import understudy
with understudy.stand_in("runcomfy") as runcomfy:
    assert runcomfy.client().get("/v1/models").is_success
"""


def test_a_process_ends_without_a_word_however_closely_python_looks() -> None:
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", QUIET]
    ended = subprocess.run(command, check=False, capture_output=True, timeout=60)
    # On a busy machine asyncio tells of what took a tenth of a second.
    told = [line for line in ended.stderr.decode().splitlines() if not line.startswith("Executing ")]
    assert (ended.returncode, ended.stdout, told) == (0, b"", [])


def test_an_address_is_opened_once_whoever_asks_first() -> None:
    server, barrier = Server(App(Settings())), threading.Barrier(6)
    urls: list[str] = []

    def ask() -> None:
        barrier.wait(5)
        urls.append(server.url)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    server.stop()
    assert len(urls) == 6
    assert len(set(urls)) == 1
    with pytest.raises(RuntimeError, match="expected the thread of the stand-ins"):
        server.call(lambda: None)


def test_a_handle_may_be_read_while_others_submit(runcomfy: StandIn) -> None:
    submit(runcomfy)
    tasks, one = runcomfy.session.tasks, runcomfy.tasks.one()
    tasks.update({f"filler-{number}": one for number in range(20_000)})  # a long look is one that can be disturbed
    before, wrong = sys.getswitchinterval(), []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                len(runcomfy.tasks)
                _ = runcomfy.findings
            except RuntimeError as raced:
                wrong.append(raced)
                return

    reader = threading.Thread(target=read)
    sys.setswitchinterval(1e-6)
    try:
        reader.start()
        for _ in range(60):
            submit(runcomfy)
    finally:
        done.set()
        reader.join(5)
        sys.setswitchinterval(before)
    assert not wrong
