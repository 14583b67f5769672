"""What a graph makes: the files of each node that keeps some, how they are told, and what their cards say."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from ...contracts.graph import Workflow, outputs, prompt_at, upstream, value
from ...contracts.kind import KINDS
from ...contracts.nodes import Kept, facts, kept, reads
from ...contracts.outcome import MOST_SECONDS, MOST_SIDE
from ..engine.luck import digest
from ..engine.medium import FORMATS, Medium
from ..engine.task import Order

MOST_FILES = 64
RATE = 24.0  # frames a second, where no node says how many
WITH_SOME = ("image", "audio")  # of the others a node keeps one, however many frames it has
LEAST_SECONDS = 0.1
WORD = re.compile(r"[a-z0-9]+")
SLASHES = re.compile(r"[\\/]+")


class Share(NamedTuple):
    """What one output node keeps."""

    name: str
    kept: Kept
    media: tuple[Medium, ...]


def media(runs: Workflow) -> tuple[Medium, ...]:
    """The files that a graph asks for, node by node; text is told, and is no file."""
    return tuple(each for share in _shares(runs) for each in share.media)


def told(
    runs: Workflow, files: Sequence[str], numbers: Counter[tuple[str, ...]] | None = None
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """The outputs by node, as ComfyUI tells of them, and beside each file its address; `files` are the addresses of the
    media, in their order. `numbers` counts the files that the machine has kept, where it has some already."""
    shares = _shares(runs)
    if not shares:
        return {}
    last = next((share.name for share in reversed(shares) if share.kept.kind != "text"), shares[-1].name)
    said: dict[str, dict[str, Any]] = {}
    numbers = Counter() if numbers is None else numbers
    start = 0
    for name, keeps, made in shares:
        # A script may have other files come out than the workflow asks for: the last node keeps whatever is left.
        end = len(files) if name == last else start + len(made)
        own = files[start:end]
        start = end
        node: dict[str, Any] = {"text": [[_text(runs, name)]]} if keeps.kind == "text" else {}
        if own:
            under = "images" if keeps.kind == "text" else keeps.under
            node[under] = [_file(runs[name]["inputs"], keeps, address, name, numbers) for address in own]
            node.update(keeps.beside)
        if node:
            said[name] = node
    return said


def rows(nodes: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Each file and each text that is told, with its node."""
    return ((name, row) for name, node in nodes.items() for under in node.values() for row in under)


def bare(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same as ComfyUI itself tells it: where a file can be fetched is the provider's to say."""
    return {name: {under: [_bare(each) for each in rows] for under, rows in node.items()}
            for name, node in nodes.items()}  # fmt: skip


def _bare(row: Any) -> Any:
    return {key: said for key, said in row.items() if key != "url"} if isinstance(row, dict) else row


def with_card(order: Order, runs: Callable[[Mapping[str, Any]], Workflow]) -> Order:
    """The order with the words and the seed of its graph on the cards of its files; `runs` tells from an order's body
    which graph that is."""
    return order._replace(card=partial(_read_card, runs, order.said))


def card(runs: Workflow) -> dict[str, Any]:
    """What the files of a graph tell of it: its words, its seed, and the graph itself, as ComfyUI's own do."""
    spot = prompt_at(runs)
    seeds = (_number(runs, name, "seeds", (reads("stream"), ())) for name in outputs(runs)[:MOST_FILES])
    return {"prompt": value(runs, *spot) if spot else "", "seed": next((s for s in seeds if s is not None), None),
            "workflow": runs}  # fmt: skip


def _read_card(runs: Callable[[Mapping[str, Any]], Workflow], said: bytes) -> dict[str, Any]:
    body = json.loads(said or b"{}")
    return card(runs(body if isinstance(body, dict) else {}))


def _shares(runs: Workflow) -> list[Share]:
    """What each output node keeps; of very many files and texts, the first."""
    shares: list[Share] = []
    left = MOST_FILES
    for name in outputs(runs)[:MOST_FILES]:
        keeps = kept(runs[name]["class_type"])
        made = () if keeps.kind == "text" else (_medium(runs, name, keeps),) * min(left, _count(runs, name, keeps))
        left -= len(made)
        shares.append(Share(name, keeps, made))
    return shares


def _medium(runs: Workflow, name: str, keeps: Kept) -> Medium:
    kind, form = keeps.kind, keeps.format
    for word in _form_words(runs, name):
        if word in FORMATS[kind]:
            form = word
        elif kind == "video" and word in FORMATS["image"]:
            kind, form = "image", word
    usual = KINDS[kind]
    if kind == "audio":
        seconds = _number(runs, name, "seconds")
        return Medium(kind, form, seconds=_long(usual.seconds if seconds is None else seconds))
    if kind == "3d":
        return Medium(kind, form)
    width, height = _size(runs, name) or (usual.width, usual.height)
    return Medium(kind, form, width, height, _film(runs, name) if kind == "video" else usual.seconds)


def _form_words(runs: Workflow, name: str) -> Iterator[str]:
    words = facts()["forms"]["values"]
    for key in facts()["forms"]["keys"]:
        said = value(runs, name, key)
        if isinstance(said, str):
            yield from (words[word] for word in WORD.findall(said.lower()) if word in words)


def _size(runs: Workflow, name: str) -> tuple[int, int] | None:
    """Width and height where the pictures come from, the nearest node that says both; what scales them counts."""
    for way in (reads("stream"), ()):
        scale = 1.0
        for each in upstream(runs, name, way):
            width, height = value(runs, each, "width"), value(runs, each, "height")
            if _is_number(width) and _is_number(height):
                return _side(width, scale), _side(height, scale)
            factors = (value(runs, each, key) for key in reads("scale"))
            scale *= next((float(min(max(f, 0.01), 64)) for f in factors if _is_number(f)), 1.0)
    return None


def _side(length: float, scale: float) -> int:
    return max(1, min(round(min(max(length, 0), MOST_SIDE) * scale), MOST_SIDE))


def _count(runs: Workflow, name: str, keeps: Kept) -> int:
    count = _number(runs, name, "count") if keeps.kind in WITH_SOME else 1
    return 1 if count is None else int(min(max(count, 1), MOST_FILES))


def _film(runs: Workflow, name: str) -> float:
    """How long a film is: so many frames, so many a second."""
    frames = _number(runs, name, "frames")
    if frames is None and (several := _number(runs, name, "count")) is not None and several > 1:
        frames = several
    if frames is None:
        seconds = _number(runs, name, "seconds")
        return _long(KINDS["video"].seconds if seconds is None else seconds)
    rate = _number(runs, name, "rate")
    return _long(min(frames, MOST_SECONDS * 240) / (rate if rate and rate > 0 else RATE))


def _long(seconds: float) -> float:
    return round(float(min(max(seconds, LEAST_SECONDS), MOST_SECONDS)), 3)


def _number(
    runs: Workflow, name: str, what: str, ways: tuple[tuple[str, ...], ...] = (reads("stream"),)
) -> int | float | None:
    """The number that says one thing of what is made, at the nearest node that has one."""
    for way in ways:
        for each in upstream(runs, name, way):
            for key in reads(what):
                said = value(runs, each, key)
                if _is_number(said):
                    found: int | float = said
                    return found
    return None


def _is_number(said: Any) -> bool:
    return isinstance(said, (int, float)) and not isinstance(said, bool)


def _file(
    inputs: Mapping[str, Any], keeps: Kept, address: str, name: str, numbers: Counter[tuple[str, ...]]
) -> dict[str, str]:  # fmt: skip
    """One file as a node tells of it, named as ComfyUI would on an instance that has kept nothing yet."""
    lies = "temp" if inputs.get("save_output") is False else keeps.lies
    said = inputs.get("filename_prefix")
    prefix = said if isinstance(said, str) and said else keeps.prefix
    if keeps.lies == "temp":
        prefix += "_" + re.sub(r"\d", "", digest("temp", name))[:5]
    *folders, prefix = SLASHES.split(prefix)
    folder = "/".join(part for part in folders if part)
    numbers[lies, folder, prefix] += 1
    ending = address.partition("?")[0].rpartition(".")[2]
    called = keeps.name.format(prefix=prefix, number=numbers[lies, folder, prefix], ending=ending)
    return {"url": address, "filename": called, "subfolder": folder, "type": lies}


def _text(runs: Workflow, name: str) -> str:
    """The words that a text node tells: the nearest that feed it."""
    for each in upstream(runs, name):
        for key in reads("prompts"):
            said = value(runs, each, key)
            if isinstance(said, str) and said:
                return said
    return ""
