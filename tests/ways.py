"""The doors by which a test comes to a stand-in: each is given a provider and settings, and yields a handle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from threading import Event
from typing import Any

from understudy.contracts.explain import table
from understudy.fixtures.plugin import Stage, Totals
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened, stand_in
from understudy.tests.remote import remote

IN_PROCESS = "in process"
ALL = frozenset({*table()["rules"], "not-struck"})  # a promise does wrong on purpose: no verdict fails it
Said = dict[str, Any]


@contextmanager
def plain(provider: str, said: Said) -> Iterator[StandIn]:
    handle = opened(provider, Settings().but(**said))
    try:
        yield handle
    finally:
        handle.close()


@contextmanager
def fixture(provider: str, said: Said) -> Iterator[StandIn]:
    """What the fixture of that name hands to a test."""
    stage = Stage(Settings().but(**said), set(ALL))
    try:
        yield stage.handle(provider)
    finally:
        stage.close(Totals())


@contextmanager
def block(provider: str, said: Said) -> Iterator[StandIn]:
    with stand_in(provider, **said) as handle:
        handle.allowed |= ALL
        yield handle


@contextmanager
def decorator(provider: str, said: Said) -> Iterator[StandIn]:
    """A decorated function that does not return before the block has ended."""
    given: Future[StandIn] = Future()
    over = Event()

    @stand_in(provider, **said)
    def held(handle: StandIn) -> None:
        handle.allowed |= ALL
        given.set_result(handle)
        over.wait()

    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(held)
        wait([given, running], return_when=FIRST_COMPLETED)
        try:
            yield given.result() if given.done() else running.result()
        finally:
            over.set()
        running.result()


DOORS: dict[str, Callable[[str, Said], AbstractContextManager[Any]]] = {
    IN_PROCESS: plain, "fixture": fixture, "stand_in": block, "decorator": decorator, "serve": remote,
}  # fmt: skip
