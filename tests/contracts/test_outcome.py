"""What an order makes is what its inputs asked for, in the words of RunComfy's own models."""

from __future__ import annotations

from typing import Any

import pytest
from understudy.contracts.contract import contract
from understudy.contracts.outcome import MOST_SECONDS

CATALOGUE = contract("runcomfy").catalogue


def made(name: str, **inputs: Any) -> Any:
    return CATALOGUE.outcome(CATALOGUE.models[name], inputs)


@pytest.mark.parametrize(
    ("name", "inputs", "size"),
    [
        ("bytedance/seedance-2.0/pro", {"resolution": "4k", "aspect_ratio": "16:9"}, (3840, 2160)),
        ("bytedance/seedance-2.0/pro", {"resolution": "4k", "aspect_ratio": "9:16"}, (2160, 3840)),
        ("bytedance/seedance-2.0/pro", {"resolution": "1080p", "aspect_ratio": "1:1"}, (1080, 1080)),
        ("bytedance/seedance-2.5/text-to-video/4k", {"aspect_ratio": "16:9"}, (3840, 2160)),
        ("bytedance/seedance-2.5/text-to-video/480p", {"aspect_ratio": "1:1"}, (480, 480)),
        ("wanai/wan-2-1/i2v-480p", {}, (854, 480)),
        ("google/nano-banana-2/text-to-image", {"resolution": "4K", "aspect_ratio": "1:1"}, (4096, 4096)),
    ],
)
def test_a_frame_is_as_large_as_was_asked(name: str, inputs: dict[str, Any], size: tuple[int, int]) -> None:
    outcome = made(name, **inputs)
    assert (outcome.width, outcome.height) == size


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [(5000, 5), (12_500, 12.5), (300_000, 300), (10**400, MOST_SECONDS), (0, 1), (None, 40)],
    ids=["5", "12.5", "300", "beyond", "0", "unless told"],
)
def test_a_piece_of_music_is_as_long_as_was_asked(asked: int | None, seconds: float) -> None:
    (name,) = (name for name, model in CATALOGUE.models.items() if "music_length_ms" in model.fields)
    assert made(name, **({} if asked is None else {"music_length_ms": asked})).seconds == seconds


def test_what_is_to_be_another_shape_is() -> None:
    (name,) = (name for name, model in CATALOGUE.models.items() if "target_aspect_ratio" in model.fields)
    outcome = made(name, target_aspect_ratio="9:16")
    assert outcome.width / outcome.height == pytest.approx(9 / 16, abs=0.002)
