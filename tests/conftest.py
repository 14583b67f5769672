"""What all tests share: how thoroughly properties are tried, and assertions that explain themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("quick", max_examples=100, deadline=None, print_blob=True)
settings.register_profile("thorough", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

pytest.register_assert_rewrite("understudy.tests.promises", "understudy.tests.world", "understudy.tests.remote")


@pytest.fixture(scope="session")
def served() -> Iterator[None]:
    """Ends the `serve` that the first test to ask for it has started."""
    from understudy.tests.remote import house  # loads httpx

    yield
    if house.cache_info().currsize:
        house().end()
        house.cache_clear()


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file and no variable of whoever runs the tests is heard."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("UNDERSTUDY_", "RUNCOMFY_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
