"""The mutants of props: what is forgotten of one, shown to the wrong one, or still there when it should be gone."""

# ruff: noqa: ARG001 - all of a table are called alike

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from ...contract import Contract
from ...exchange import Exchange
from ..props import Sort, of_path, own
from ..subject import Ask
from .bending import bodied, changed, edited, found, put, told
from .manners import worn
from .mutant import Bend, Mutant, Stage, Table

THINGS = Table()
SHOWN = ("add", "get", "list", "change")
FORGETS, WRONGLY = "what a user has set is lost", "a user sees what is not so"
Turn = Callable[[Stage, Sort, str, Ask, Exchange], Exchange]


def belongings(contract: Contract) -> Iterator[Mutant]:
    """Those that the rows on props make: each key that must be told again, told otherwise by each operation."""
    for sort in own(contract):
        for does in SHOWN:
            operation = sort.operation(does)
            for key in sort.row["echoes"] if operation is not None else ():
                assert operation is not None
                place = f"{operation.id} /{key}"
                yield Mutant(f"{operation.id} tells another {key}", "prop", place, WRONGLY, _otherwise(does, key))


def entries_of(sort: Sort, said: Exchange) -> list[Any]:
    """What a list holds, bare or within an object."""
    key, body = sort.row.get("entries"), said.json
    held = body.get(key) if key and isinstance(body, dict) else body
    return held if isinstance(held, list) else []


def relisted(sort: Sort, said: Exchange, entries: list[Any]) -> Exchange:
    """The same list with other entries."""
    key = sort.row.get("entries")
    return told(said, {**said.json, key: entries} if key else entries)


def _otherwise(does: str, key: str) -> Bend:
    def turn(stage: Stage, sort: Sort, word: str, ask: Ask, said: Exchange) -> Exchange:
        inside = f"/{sort.row['entries']}/*/" if sort.row.get("entries") else "/*/"
        where = inside if word == "list" else "/"
        return edited(said, where + key, changed(_other)) if word == does else said

    return _bent(turn)


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [*value, *value] or ["x"]
    return f"{value}x" if isinstance(value, str) else "x"


def _bent(turn: Turn, refused: bool = False) -> Bend:
    """Bends what is answered well to an operation on props, or what is refused."""

    def bend(stage: Stage, ask: Ask) -> Exchange:
        before = dict(stage.props)
        said = stage.send(ask)
        operation = stage.match(ask)[0]
        sort = next((each for each in own(stage.contract) if each.does(operation)), None)
        if sort is None or operation is None or (said.status >= 300) is not refused:
            return said
        stage.memory["before"] = before
        return turn(stage, sort, sort.does(operation), ask, said)

    return bend


def _lists(name: str, why: str, refused: bool = False, needs: str = "props") -> Callable[[Turn], Turn]:
    def listed(turn: Turn) -> Turn:
        THINGS.behaves(name, "prop", why, needs)(_bent(turn, refused))
        return turn

    return listed


def _named(sort: Sort, ask: Ask, stage: Stage) -> str:
    operation = stage.match(ask)[0]
    named = operation.named(ask.path.partition("?")[0]) if operation is not None else {}
    return named.get(sort.row["parameter"], "")


def _resaid(stage: Stage, sort: Sort, name: str, ask: Ask, said: dict[str, Any]) -> None:
    """Says something of a prop in its owner's name."""
    change = sort.operation("change")
    if change is None:
        return
    path = change.path.replace("{" + sort.row["parameter"] + "}", name)
    body = {key: said[key] for key in sort.row["echoes"] if key in said}
    headers = tuple(pair for pair in ask.headers if pair[0].lower() != "content-type")
    stage.send(Ask(change.method, path, (*headers, ("Content-Type", "application/json")), json.dumps(body).encode()))


@_lists("a change is forgotten", FORGETS, needs="changes")
def _forgotten(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    name = _named(sort, ask, stage)
    if does == "change" and name in stage.memory["before"]:
        _resaid(stage, sort, name, ask, stage.memory["before"][name])
    return said


@_lists("a change sets the rest as it is unless told", FORGETS, needs="changes")
def _laid(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    add, body = sort.operation("add"), json.loads(ask.body or b"{}")
    if does != "change" or add is None or add.body is None:
        return said
    usual = {key: value for key, value in add.body.example().items() if key not in body}
    for key, value in usual.items():
        said = edited(said, f"/{key}", put(value if said.json.get(key) != value else _other(value)))
    return said


@_lists("a change that was refused is made all the same", "what a user was told is not so", True, needs="changes")
def _made(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    name = _named(sort, ask, stage)
    if does == "change" and said.status == 422 and name in stage.props:
        key = sort.row["echoes"][0]
        _resaid(stage, sort, name, ask, {**stage.props[name], key: _other(stage.props[name].get(key))})
    return said


@_lists("a change of one is told of the next as well", WRONGLY, needs="changes")
def _spread(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    key = sort.row["echoes"][0]
    if does == "change":
        stage.memory["spread"] = said.json[sort.row["id"][1:]], _other(said.json.get(key))
    known = stage.memory.get("spread")
    if does == "get" and known and said.json[sort.row["id"][1:]] != known[0]:
        return edited(said, f"/{key}", put(known[1]))
    return said


@_lists("one that was deleted still answers", "a user pays for what is gone", True)
def _undead(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    known = stage.props.get(_named(sort, ask, stage))
    return told(said, known, 200) if does == "get" and known and said.status == 404 else said


@_lists("one that was deleted stays in the list", "a user sees what is gone")
def _listed(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    if does == "drop":
        stage.memory.setdefault("gone", []).append((worn(stage, ask), stage.props.get(_named(sort, ask, stage))))
    gone = [entry for key, entry in stage.memory.get("gone", ()) if entry and key == worn(stage, ask)]
    listed = does == "list" and gone and "?" not in ask.path
    return relisted(sort, said, [*entries_of(sort, said), *gone]) if listed else said


@_lists("one that was deleted is deleted again", "a client counts two as deleted", True)
def _again(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    known = stage.props.get(_named(sort, ask, stage))
    return told(said, {}, 200) if does == "drop" and known and said.status == 404 else said


@_lists("nothing is deleted", "a user pays for what was to be gone")
def _kept(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    if does == "drop":
        stage.memory.setdefault("kept", {})[_named(sort, ask, stage)] = worn(stage, ask)
    mine = [stage.props[name] for name, key in stage.memory.get("kept", {}).items()
            if name in stage.props and key == worn(stage, ask)]  # fmt: skip
    listed = does == "list" and mine and "?" not in ask.path
    return relisted(sort, said, [*entries_of(sort, said), *mine]) if listed else said


@_lists("another account's is in the list", "a user sees another's")
def _strangers(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    whose = stage.memory.setdefault("whose", {})
    if does == "add":
        whose[said.json[sort.row["id"][1:]]] = worn(stage, ask)
    more = [stage.props[name] for name, key in whose.items() if key != worn(stage, ask)]
    listed = does == "list" and more and "?" not in ask.path
    return relisted(sort, said, [*entries_of(sort, said), *more]) if listed else said


def _foreign(name: str, word: str, why: str) -> None:
    """Does to another account's what only its owner may."""

    @_lists(name, why, True, "changes" if word == "change" else "props")
    def turn(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
        if does != word or not stage.refused(said, "foreign-id"):
            return said
        door = stage.contract.facts.openapi["security"]
        mine = worn(stage, ask).endswith(stage.subject.key)
        key = stage.subject.other_key if mine else stage.subject.key
        headers = tuple((name, f"{door.get('scheme', '')} {key}".strip() if name == door["name"] else value)
                        for name, value in ask.headers)  # fmt: skip
        return stage.send(ask._replace(headers=headers))


_foreign("another account's is shown", "get", "a user sees another's")
_foreign("another account's is changed", "change", "a user changes another's")
_foreign("another account's is deleted", "drop", "a user deletes another's")


@_lists("every new one has the first one's id", "two are one")
def _same(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    key = sort.row["id"]
    return edited(said, key, put(stage.memory.setdefault("id", found(said.json, key)))) if does == "add" else said


@_lists("whichever is asked for, the first is shown", WRONGLY)
def _first(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    return bodied(said, stage.memory.setdefault("first", said.answer_body)) if does == "get" else said


def _entries(name: str, why: str, change: Callable[[list[Any]], list[Any]]) -> None:
    @_lists(name, why)
    def turn(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
        return relisted(sort, said, change(entries_of(sort, said))) if does == "list" else said


_entries("a list lacks its newest", "a user does not find what was just made", lambda entries: entries[:-1])
_entries("a list lacks its first", "a user does not find what is there", lambda entries: entries[1:])
_entries("a list is empty", "a user believes that nothing is there", lambda entries: [])
_entries("a list has its first twice", "a user counts one more", lambda entries: [*entries[:1], *entries])


@_lists("a change makes one anew", "a user believes that it was just made", needs="changes")
def _renewed(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    if does == "change":
        stage.memory.setdefault("renewed", {})[_named(sort, ask, stage)] = found(said.json, sort.row["changed"])
    stamp = stage.memory.get("renewed", {}).get(_named(sort, ask, stage))
    return edited(said, sort.row["made"], put(stamp)) if stamp and does in ("get", "change") else said


@_lists("a change leaves its stamp as it was", "a client that looks for what is new finds nothing", needs="changes")
def _unstamped(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    place = sort.row.get("changed", "")
    return edited(said, place, put(found(said.json, sort.row["made"]))) if does in ("get", "change") and place else said


@_lists("a look changes the stamp", "a client that looks for what is new finds all", needs="changes")
def _touched(stage: Stage, sort: Sort, does: str, ask: Ask, said: Exchange) -> Exchange:
    place = sort.row.get("changed", "")
    late = f"2026-01-01T0{1 + stage.count('looks') % 8}:00:00+00:00"
    return edited(said, place, put(late)) if does == "get" and place else said


# -- orders on props


def _taken(name: str, reason: str, why: str) -> None:
    @THINGS.behaves(name, "prop", why, "runs_on", f"refuses {reason}")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        operation = stage.match(ask)[0]
        wrong = operation is not None and operation.orders and found(said.json, "/error_code") is not None
        code = stage.contract.error(reason, operation).get("code")
        key = stage.contract.refusing()["code"]
        if not wrong or found(said.json, f"/{key}") != code or not stage.refused(said, reason):
            return said
        return stage.example(said.operation, said, f"{stage.count('taken'):08x}-0000-4000-8000-000000000000")


_taken("one that is switched off takes orders", "disabled", "a user pays for what was switched off")
_taken("one that was deleted takes orders", "deleted", "a user pays for what is gone")
_taken("another account's takes orders", "foreign-id", "somebody else pays")


@THINGS.behaves("an order is shown wherever it is asked for", "prop", "a client mixes up two", "runs_on")
def _anywhere(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    order = next((each for each in stage.orders if each.id == said.task), None)
    if order is None or not stage.refused(said, "unknown-id"):
        return said
    path, operation, first = ask.path, stage.match(ask)[0], stage.match(order.ask)[0]
    if operation is None or first is None or worn(stage, ask) != worn(stage, order.ask):
        return said
    for name in of_path(operation):
        path = path.replace(operation.named(said.path)[name], first.named(order.ask.path.partition("?")[0])[name])
    return stage.send(ask._replace(path=path)) if path != ask.path else said
