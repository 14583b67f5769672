"""The stock command is clean, and walks from submit to cancel."""

from __future__ import annotations

import pytest
from understudy.tests.checks.stock import stock

pytestmark = pytest.mark.more


def test_the_generators_own_command_finds_nothing_and_makes_whole_walks() -> None:
    outcome = stock("--max-time", "60")
    assert outcome.code == 0, outcome.text
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in outcome.text, outcome.text
    assert outcome.walks >= 1
