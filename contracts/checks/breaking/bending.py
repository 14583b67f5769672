"""How an answer is bent, and how a request is, before the one is heard and the other sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...exchange import Exchange
from ...life import as_word
from ..subject import Ask

Edit = Callable[[Any, Any], None]  # of what a container holds under a key
EVERY = "*"  # in a pointer: each item of a list


def spots(value: Any, steps: Sequence[str]) -> Iterator[tuple[Any, Any]]:
    """Every container, and its key, to which a pointer leads."""
    if not steps:
        return
    step, *rest = steps
    keys: Sequence[Any] = ()
    if isinstance(value, dict) and step in value:
        keys = (step,)
    elif isinstance(value, list):
        keys = [at for at in range(len(value)) if step in (EVERY, str(at))]
    for key in keys:
        if rest:
            yield from spots(value[key], rest)
        else:
            yield value, key


def found(value: Any, pointer: str) -> Any:
    """What stands at a pointer; nothing where it leads nowhere."""
    return next((holder[key] for holder, key in spots(value, pointer.split("/")[1:])), None)


def word_at(said: Exchange, pointer: str) -> Any:
    """The word that is told there; a number is the one that it is written as."""
    return as_word(found(said.json, pointer))


def edited(said: Exchange, pointer: str, edit: Edit) -> Exchange:
    """The answer with an edit made at a pointer; as it was, where the pointer leads nowhere."""
    value = said.json
    places = list(spots(value, pointer.split("/")[1:]))
    if not places:
        return said
    for holder, key in places:
        edit(holder, key)
    return told(said, value)


def put(value: Any) -> Edit:
    """Another value in the place of the one that is there."""
    return lambda holder, key: holder.__setitem__(key, value)


def put_word(word: str) -> Edit:
    """Another word, as a number where one stands there."""
    return changed(lambda before: int(word) if type(before) is int and word.isdecimal() else word)


def changed(change: Callable[[Any], Any]) -> Edit:
    """What is made of the value that is there."""
    return lambda holder, key: holder.__setitem__(key, change(holder[key]))


def dropped(holder: Any, key: Any) -> None:
    """Without it."""
    del holder[key]


def renamed(holder: Any, key: Any) -> None:
    """Under another name, as those spell it who do not write snake_case, in its old place."""
    name = humped(key) if "_" in key else key.title()
    pairs = [(name if old == key else old, value) for old, value in holder.items()]
    holder.clear()
    holder.update(pairs)


def humped(name: str) -> str:
    """A name of several words as camels have humps."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def retyped(holder: Any, key: Any) -> None:
    """As another JSON type: a text as a number, a number as a text, a list or an object as the text that it makes."""
    value = holder[key]
    if isinstance(value, str):
        holder[key] = len(value)
    else:
        holder[key] = json.dumps(value)


def nulled(holder: Any, key: Any) -> None:
    """As null."""
    holder[key] = None


def told(said: Exchange, value: Any, status: int = 0) -> Exchange:
    """The answer with another value, and another status if one is named."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return bodied(said._replace(status=status or said.status), text.encode())


def bodied(said: Exchange, body: bytes) -> Exchange:
    """The answer with other bytes; how many there are is the transport's to say, and it says so."""
    headers = tuple((name, b"%d" % len(body) if name.lower() == b"content-length" else value)
                    for name, value in said.answer_headers)  # fmt: skip
    return said._replace(answer_body=body, answer_headers=headers)


def headed(said: Exchange, name: str, value: str = "") -> Exchange:
    """The answer with another header of a name; without one, where no value is given."""
    wanted = name.lower().encode()
    kept = tuple(pair for pair in said.answer_headers if pair[0].lower() != wanted)
    return said._replace(answer_headers=(*kept, (wanted, value.encode())) if value else kept)


def queried(ask: Ask) -> dict[str, str]:
    """The request's query, as it was sent."""
    pairs = (part.partition("=") for part in ask.path.partition("?")[2].split("&") if part)
    return {name: text for name, _, text in pairs}


def querying(ask: Ask, name: str, text: str | None) -> Ask:
    """The request with another value of a query parameter; without it, where there is none."""
    query = {**queried(ask), name: text}
    parts = "&".join(f"{key}={value}" for key, value in query.items() if value is not None)
    return ask._replace(path=ask.path.partition("?")[0] + ("?" + parts if parts else ""))


def inputs(ask: Ask) -> Any:
    """The request's body as JSON, or None where it is none."""
    try:
        return json.loads(ask.body)
    except ValueError:
        return None


def sending(ask: Ask, value: Any) -> Ask:
    """The request with another body."""
    return ask._replace(body=json.dumps(value).encode())


WAYS: dict[str, tuple[Edit, str]] = {
    "dropped": (dropped, "a client that reads it stops"),
    "renamed": (renamed, "a client that reads it finds nothing"),
    "retyped": (retyped, "a typed client cannot read it"),
    "nulled": (nulled, "a client takes it for something that is there"),
}
