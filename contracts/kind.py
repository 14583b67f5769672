"""The kinds of file that models make: what each is unless a provider says otherwise, and which one a name speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Kind(NamedTuple):
    """What a file of this kind is, and how long it takes, where a provider's own tables do not say."""

    width: int
    height: int
    format: str
    seconds: float
    queued: float
    running: float


# Inferred, each of them: the least surprising, for the kinds that a provider's tables leave out.
KINDS = {
    "image": Kind(1024, 1024, "png", 5, 2, 10),
    "video": Kind(1280, 720, "mp4", 5, 5, 90),
    "audio": Kind(0, 0, "mp3", 5, 2, 15),
    "3d": Kind(0, 0, "glb", 0, 5, 60),
    "text": Kind(0, 0, "txt", 0, 0, 2),
    "lora": Kind(0, 0, "safetensors", 0, 5, 90),
}
WITH_A_SIDE = frozenset({"image", "video"})

# "text-to-video", "t2v", "txt2img": what stands behind the arrow is made.
ARROW = re.compile(r"(?:[-_ ]to[-_ ]|(?<=[a-z\d])2)(3d|[a-z]+)")
MADE = {
    "i": "image", "v": "video", "a": "audio", "m": "audio", "t": "text", "img": "image", "vid": "video",
    "txt": "text", "sound": "audio", "sfx": "audio", "model": "3d", "d": "3d",
}  # fmt: skip
# What makes a LoRA is told by training, whatever else the name holds.
TRAINING = frozenset({"train", "trainer", "training", "finetune", "finetuning"})
PLAIN = {
    "video": ("video", "animate", "animation", "animatediff", "movie", "film", "clip", "motion", "lipsync", "avatar",
              "frame", "frames", "keyframes", "transition", "talking"),
    "audio": ("audio", "music", "speech", "tts", "voice", "song", "sound", "sfx", "singing"),
    "3d": ("3d", "mesh", "glb", "gltf", "splat", "rigging"),
    "text": ("chat", "llm", "vlm", "caption", "captioning", "transcribe", "transcription", "transcript", "asr", "stt",
             "ocr", "embedding", "embeddings"),
    "image": ("image", "images", "picture", "photo", "portrait", "logo", "poster"),
}  # fmt: skip
# Words that a name may hold for another reason: heard when nothing else speaks.
FAINT = {
    "lora": ("lora", "loras"),
    "text": ("text",),
    "image": ("edit", "inpaint", "inpainting", "outpaint", "upscale"),
}
SPOKEN = {word: kind for kind, words in PLAIN.items() for word in words}
WHISPERED = {word: kind for kind, words in FAINT.items() for word in words}


def guessed(name: str, known: Mapping[str, str]) -> str:
    """The kind that an id speaks of; `known` are the kinds of the ids that we know, among which it may have kin."""
    parts = [part.lower() for part in reversed(name.split("/"))]  # what a model makes stands at the end as a rule
    words = [word for part in parts for word in reversed(re.findall(r"[a-z]+|3d", part))]
    if not TRAINING.isdisjoint(words):
        return "lora"
    for guesses in (_arrows(parts), (SPOKEN.get(word, "") for word in words), _kin(name, known),
                    (WHISPERED.get(word, "") for word in words)):  # fmt: skip
        for kind in guesses:
            if kind:
                return kind
    return "image"


def _arrows(parts: list[str]) -> Iterator[str]:
    for part in parts:
        for word in reversed(ARROW.findall(part)):
            yield MADE.get(word) or (word if word in KINDS else SPOKEN.get(word, ""))


def _kin(name: str, known: Mapping[str, str]) -> Iterator[str]:
    """What a family makes, if all of it makes the same: one maker's models, whose names begin with the same letters."""
    family = _family(name)
    kinds = {kind for other, kind in known.items() if _family(other) == family} if family else set()
    if len(kinds) == 1:
        yield from kinds


def _family(name: str) -> tuple[str, str] | None:
    maker, _, rest = name.lower().partition("/")
    letters = re.match(r"[a-z]+", rest)
    return (maker, letters[0]) if letters else None
