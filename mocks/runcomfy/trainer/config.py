"""What a training configuration asks for: the files of its run, each with the share of it from which on it is there."""

from __future__ import annotations

import re
from dataclasses import replace

from ....contracts.config import Config
from ...engine.medium import Medium
from ...engine.timeline import BARELY

# The configuration lies among the files from the run's first moment on.
AT_ONCE = 1e-12
# What would make a path of a file's name.
FOLDERS = re.compile(r"[/\\\x00-\x1f\x7f]")


def files(config: Config, text: str, most: int) -> tuple[Medium, ...]:
    """In the order in which they are made; no more than `most` of a run that would make more, of which the last
    checkpoint is one."""
    told: list[tuple[int, Medium]] = []
    total, stem = config.steps, FOLDERS.sub("_", config.name)
    for step in _steps(total, config.save_every, most):
        name = stem if step == total else f"{stem}_{step:09d}"
        told.append((step, Medium("lora", "safetensors", since=step / total, name=f"{name}.safetensors")))
    if config.prompts:
        for step in _steps(total, config.sample_every, most // len(config.prompts)):
            for at in range(len(config.prompts)):
                name = f"{stem}_{step:09d}_{at}.png"
                medium = Medium("image", "png", config.width, config.height, since=step / total, name=name)
                told.append((step, medium))
    told.sort(key=lambda each: each[0])
    if len(told) > most:
        last = next(each for each in told if each[0] == total and each[1].kind == "lora")
        told = [*[each for each in told if each is not last][: most - 1], last]
    own = Medium("text", "txt", since=AT_ONCE, own=text.encode("utf-8", "replace"), name="config.yaml")
    return own, *(medium for _, medium in told)


def edited(old: tuple[Medium, ...], new: tuple[Medium, ...], reached: float, scale: float) -> tuple[Medium, ...]:
    """What is made stays under its name, as a share of the new run; of the new one's files, those that are to come.

    A run that did not finish has its last files before it, even if it has come further than the new one goes.
    """
    most = 1.0 if reached == 1 else BARELY
    # The first is the configuration itself, of which there is the newest alone.
    made = [medium for medium in old[1:] if medium.since <= reached]
    to_come = [medium for medium in new[1:] if medium.since > min(reached * scale, most)]
    names = {medium.name for medium in to_come}
    moved: list[Medium] = []
    for medium in made:
        moved.append(_moved(medium, min(medium.since * scale, most), names))
        names.add(moved[-1].name)
    return new[0], *moved, *to_come


def checkpoint(media: tuple[Medium, ...], reached: float) -> float:
    """The share of the run at the latest checkpoint; without one, the run begins anew."""
    return max((medium.since for medium in media if medium.kind == "lora" and medium.since <= reached), default=0.0)


def _moved(medium: Medium, since: float, taken: set[str]) -> Medium:
    """A file as a share of another run; the last one of a run that is not the last any more is told apart by name."""
    name = medium.name
    while name in taken:
        stem, _, suffix = name.rpartition(".")
        name = f"{stem}_before.{suffix}"
    return replace(medium, since=since, name=name)


def _steps(total: int, every: int, most: int) -> list[int]:
    """Each so many steps, and at the last one."""
    steps = list(range(every, total, every)[: max(0, most - 1)])
    return [*steps, total]
