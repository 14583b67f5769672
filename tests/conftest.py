"""What all tests share: how thoroughly properties are tried, and assertions that explain themselves."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("quick", max_examples=100, deadline=None, print_blob=True)
settings.register_profile("thorough", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

pytest.register_assert_rewrite("understudy.tests.promises", "understudy.tests.world")
