"""One promise of all ways together: whatever is wished for and asked, each tells the same, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from understudy.tests.remote import Remote
from understudy.tests.world import CLIENT_STEPS, Hooks, World

WISHES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("script", {"queued": 1, "running": {"uniform": [2, 6]}, "cost": 0.25, "times": 2}),
    ("script", {"looks": 3, "position": 4}),
    ("script", {"running": 2, "fails": True}),
    ("script", {"stuck": True}),
    ("script", {"cancelled": True}),
    ("refuse_next", {"error": "no-money"}),
    ("fault", {"what": 503, "on": "poll"}),
    ("fault", {"what": 500, "probability": 0.5, "times": 3}),
    ("fault", {"what": "garbled", "on": "poll"}),
    ("fault", {"what": "html", "on": "cancel"}),
    ("fault", {"what": "drop", "on": "submit", "when": "after"}),
)
MOVES: tuple[Callable[[World], Any], ...] = (
    lambda world: world.clock.advance(2.5),
    lambda world: world.handle.settle(),
    lambda world: world.handle.revoke(world.handle.another_key()),
    lambda world: world.handle.reset(),
)
# A wish is worth nothing without orders, and orders are many questions: two steps in three are the client's.
steps = st.one_of(
    st.tuples(st.just("client"), st.integers(0, CLIENT_STEPS - 1), st.integers(0, 4)),
    st.tuples(st.just("client"), st.integers(0, CLIENT_STEPS - 1), st.integers(0, 4)),
    st.tuples(st.just("wish"), st.integers(0, len(WISHES) - 1), st.just(0))
    | st.tuples(st.just("move"), st.integers(0, len(MOVES) - 1), st.just(0)),
)
programs = st.lists(steps, min_size=1, max_size=15)


def share(part: float) -> settings:
    """So much of what the profile tries: worlds cost more than numbers."""
    # Each way is a test of its own, on an instance of its own, which Hypothesis cannot know.
    alarms = [HealthCheck.differing_executors]
    return settings(max_examples=max(2, int(settings().max_examples * part)), suppress_health_check=alarms)


class Parity(Hooks):
    """What a provider's test says, played in all of its ways at once."""

    @pytest.fixture(scope="class")
    @classmethod
    def every_way(cls, request: pytest.FixtureRequest) -> tuple[str, ...]:
        if "serve" in cls.ways:
            request.getfixturevalue("served")
        return cls.ways

    @share(0.3)
    @given(program=programs, clock=st.sampled_from(["auto", "manual"]), slots=st.integers(0, 2))
    def test_a_story_is_the_same_in_all_ways(
        self, every_way: tuple[str, ...], program: list[tuple[str, int, int]], clock: str, slots: int
    ) -> None:
        first, *others = every_way
        told = self.story(first, program, clock=clock, slots=slots)
        for way in others:
            assert self.story(way, program, clock=clock, slots=slots) == told, way

    def story(self, way: str, program: list[tuple[str, int, int]], **told: Any) -> dict[str, Any]:
        """All that a test can see of a program that was played."""
        with self.world(way, **told) as world:
            seen: list[Any] = []
            names: list[str] = []
            for kind, what, which in program:
                if kind == "client":
                    seen += self.tried(world, names, what, which)
                elif kind == "wish":
                    verb, said = WISHES[what]
                    getattr(world.handle, verb)(**said)
                else:
                    MOVES[what](world)
            handle = world.handle
            return {
                "seen": seen, "facts": json.dumps(world.facts(), sort_keys=True), "findings": findings(handle),
                "journal": handle.journal.canonical(), "timeline": handle.timeline(),
                "hands": (handle.clock.now, handle.clock.age),
            }  # fmt: skip

    def tried(self, world: World, names: list[str], what: int, which: int) -> list[Any]:
        """What a client sees of one step: statuses, files, and how a connection ended."""
        try:
            answers = self.step(world, names, what, which)
        except httpx.TransportError as broken:
            return [type(broken).__name__]
        media = [answer.content for answer in answers if "json" not in answer.headers.get("content-type", "")]
        return [*(answer.status_code for answer in answers), *media]


def findings(handle: Any) -> list[dict[str, Any]]:
    if not isinstance(handle, Remote):
        return [finding.as_dict() for finding in handle.findings]
    return [{name: value for name, value in row.items() if name != "met"} for row in handle.findings]
