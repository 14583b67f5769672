"""The mutants of a channel: each word told as another one, each step taken back, told late or never."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...contract import Contract
from ...exchange import Exchange
from ...life import as_word, at
from ..subject import Ask
from .bending import EVERY, bodied, edited, put
from .mutant import Bend, Mutant, Stage

# Which looks, of those that are due to tell the later state, tell the earlier one instead.
STEPS: dict[str, tuple[Callable[[int], bool], str]] = {
    "taken back": (lambda look: look > 0, "a client that saw the later state sees the earlier one again"),
    "told late": (lambda look: look == 0, "a client is told that it runs what is over"),
    "never told": (lambda look: True, "a client waits for ever"),
    "taken back once": (lambda look: look == 1, "a client sees its order flicker"),
}
When = Callable[[Stage, Exchange], bool]
Change = Callable[[Exchange], Exchange]


def where(when: When, change: Change) -> Bend:
    """Bends the answers of which something is true."""

    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        return change(said) if when(stage, said) else said

    return bend


def told_words(contract: Contract) -> Iterator[Mutant]:
    """Each word, told as each other one and as one that nobody knows."""
    for name, channel in _channels(contract):
        words, place = list(dict.fromkeys(channel["words"].values())), _place(channel)
        for word in words:
            strange = word.upper() if word.upper() not in words else f"{word}_"
            for other in [*(each for each in words if each != word), strange]:
                why = "a client acts on a state that is not" if other in words else "a client knows no such word"
                bend = where(_telling(channel, word), _saying(channel, word, other))
                yield Mutant(f"{name} {word} told as {other}", "word", place, why, bend)


def _channels(contract: Contract) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for life in contract.lives.values():
        yield from life.channels.items()


def _telling(channel: Mapping[str, Any], word: str) -> When:
    return lambda stage, said: (said.operation == channel["operation"] and said.status < 300
                                and as_word(at(said.json, channel["key"])) == word)  # fmt: skip


def _place(channel: Mapping[str, Any]) -> str:
    key = channel["key"]
    return f"{channel['operation']} {key if isinstance(key, str) else key[0]}"


def _saying(channel: Mapping[str, Any], word: str, other: str) -> Change:
    """Tells another word, of each result where it is told of each."""
    keys = [channel["key"]] if isinstance(channel["key"], str) else channel["key"]

    def change(said: Exchange) -> Exchange:
        key = next(key for key in keys if as_word(at(said.json, key)) == word)
        value = int(other) if type(at(said.json, key)) is int and other.isdecimal() else other
        return edited(said, key.replace("/0/", f"/{EVERY}/"), put(value))

    return change


def told_steps(contract: Contract) -> Iterator[Mutant]:
    """Each legal step, in each way not to tell it."""
    for life in contract.lives.values():
        for name, channel in life.channels.items():
            words, place = channel["words"], _place(channel)
            steps = dict.fromkeys((words[one], words[to]) for one, to in sorted(life.steps))
            for one, to in ((one, to) for one, to in steps if one != to or len(life.words) > 1):
                for way, (due, why) in STEPS.items():
                    bend = _step(channel, one, to, due)
                    yield Mutant(f"{name} {one} to {to} {way}", "step", place, why, bend)


def _step(channel: Mapping[str, Any], one: str, to: str, due: Callable[[int], bool]) -> Bend:
    """Tells the earlier answer, whole, in the place of some of the later ones."""

    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        if _telling(channel, one)(stage, said):
            stage.memory[said.task] = said.answer_body
        elif said.task in stage.memory and _telling(channel, to)(stage, said) and due(stage.count(said.task)):
            return bodied(said, stage.memory[said.task])
        return said

    return bend
