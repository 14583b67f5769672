"""The Dockerfile, read as a list of instructions."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Step(NamedTuple):
    """One instruction, and the how manieth stage it is of, from 1."""

    stage: int
    name: str
    said: str

    @property
    def words(self) -> list[str]:
        """What is said, word by word: a list of JSON as it is, flags left out."""
        if self.said.startswith("["):
            return [str(word) for word in json.loads(self.said)]
        return [word for word in self.said.split() if not word.startswith("--")]


def steps() -> list[Step]:
    """Every instruction, with its lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    told: list[Step] = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, said = line.strip().partition(" ")
            stage = (told[-1].stage if told else 0) + (name == "FROM")
            told.append(Step(stage, name, said))
    return told


def environment() -> dict[str, str]:
    """What the image sets."""
    return dict(word.split("=", 1) for step in steps() if step.name == "ENV" for word in step.words)


def probe() -> list[str]:
    """The command that asks whether it is well."""
    (step,) = (step for step in steps() if step.name == "HEALTHCHECK")
    return [str(word) for word in json.loads(step.said.partition("CMD ")[2])]
