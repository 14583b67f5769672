"""The kind that a name speaks of."""

from __future__ import annotations

import pytest
from understudy.contracts.contract import contract
from understudy.contracts.kind import KINDS, guessed
from understudy.contracts.life import Lifecycle
from understudy.tests.toy.facts import FACTS

MODELS = contract("runcomfy").catalogue.models
SAID = {
    "acme/cat/t2i": "image", "acme/text-to-image/lora": "image", "acme/txt2img": "image", "acme/edit": "image",
    "acme/i2v-480p": "video", "acme/img2vid": "video", "acme/audio-to-video": "video", "acme/animate": "video",
    "acme/first-last-frame/720p": "video", "acme/video-model/edit": "video", "acme/text_to_video": "video",
    "acme/v5/music": "audio", "acme/tts": "audio", "acme/text-to-speech": "audio", "acme/v2a": "audio",
    "acme/image-to-3d/pro": "3d", "acme/trellis-mesh": "3d", "acme/hunyuan3d-2": "3d", "acme/glb": "3d",
    "acme/speech-to-text": "text", "acme/llm-7b": "text", "acme/chat": "text", "acme/text": "text",
    "acme/lora-trainer": "lora", "acme/video-lora-training": "lora", "acme/lora": "lora",
    "acme": "image", "": "image", "///": "image", "ACME/Text-To-Video": "video",
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_a_name_speaks_of_a_kind(name: str) -> None:
    assert guessed(name, {}) == SAID[name]


def test_a_model_takes_after_its_kin_if_they_agree() -> None:
    kinds = {name: model.kind for name, model in MODELS.items()}
    assert guessed("bytedance/seedance-9/turbo", {}) == "image"
    assert guessed("bytedance/seedance-9/turbo", kinds) == "video"
    assert guessed("bytedance/seedance-9/music", kinds) == "audio"
    assert guessed("blackforestlabs/flux-9/dev", kinds) == "image", "that family makes both"


def test_nearly_every_model_that_we_know_would_be_guessed_rightly() -> None:
    kinds = {name: model.kind for name, model in MODELS.items()}
    wrong = [name for name, kind in kinds.items()
             if guessed(name, {other: k for other, k in kinds.items() if other != name}) != kind]  # fmt: skip
    assert wrong == ["decart/lucy-edit/restyle"]


def test_a_kind_that_a_provider_has_no_span_for_has_the_houses_own() -> None:
    life = Lifecycle("job", FACTS.lifecycle["job"])
    assert life.durations["image"] == (1, 4)
    assert life.durations["3d"] == (KINDS["3d"].queued, KINDS["3d"].running) == (5, 60)
