"""What the tests of RunningHub are handed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from understudy.mocks.stand_in import StandIn, stand_in
from understudy.tests.ways import ALL


@pytest.fixture
def hub() -> Iterator[StandIn]:
    """A stand-in whose verdict nobody minds, on a clock that only the test moves."""
    with stand_in("runninghub", clock="manual") as handle:
        handle.allowed |= ALL
        yield handle
