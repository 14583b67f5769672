"""Whether what is told of props is true: what was said of each, by whom, and when; and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from ...exchange import Exchange
from ...finding import WEIGHT, Finding, shown
from ...operation import Operation
from ..props import Sort
from .ended import CLOSE, STAMP
from .grounds import Grounds
from .stores import shown_of
from .world import Held, World

UNLABELLED = 100  # the number of the first prop that no move has numbered


def sort_of(world: World, operation: Operation) -> Sort | None:
    """The kind of prop that an operation of the judged API keeps."""
    return next((sort for sort in world.sorts.values()
                 if sort.contract is world.contract and sort.does(operation)), None)  # fmt: skip


def propped(world: World, said: Exchange, operation: Operation, why: Grounds, number: int) -> Iterator[Finding]:
    """What is wrong with a good answer to an operation on props."""
    sort = sort_of(world, operation)
    assert sort is not None
    judge = Props(world, said, operation, sort)
    does, account = sort.does(operation), why.account or "own"
    held = next(iter(world.named(operation, said.path)), None)
    if does == "add":
        yield from judge.added(why.body, account, number)
    elif does == "list":
        yield from judge.listed(account)
    elif held is not None:
        yield from {"get": judge.shown, "change": judge.changed, "drop": judge.dropped}[does](held, why.body)


def noted(world: World, said: Exchange, operation: Operation, number: int) -> None:
    """Learns what was done to props in another API, whose referee judges it."""
    sort = next((sort for sort in world.sorts.values() if sort.does(operation)), None)
    if sort is None or said.status not in operation.answers:
        return
    judge, does = Props(world, said, operation, sort), sort.does(operation)
    held = next(iter(world.named(operation, said.path)), None)
    if does == "add":
        account = "other" if _bears(said, world.subject.other_key) else "own"
        for _ in judge.added(said.request_json, account, number):
            pass
    elif held is not None and does == "change" and isinstance(said.request_json, dict):
        held.said.update(judge.echoed(said.request_json))
        world.changed(held)
    elif held is not None and does == "drop":
        held.gone = True


def _bears(said: Exchange, key: str) -> bool:
    return bool(key) and any(value.endswith(key.encode()) for _, value in said.request_headers)


class Props:
    """Judges one answer about props, in one world."""

    def __init__(self, world: World, said: Exchange, operation: Operation, sort: Sort) -> None:
        self.world = world
        self.said = said
        self.operation = operation
        self.sort = sort
        self.row: Mapping[str, Any] = sort.row

    # -- what was asked

    def added(self, body: Any, account: str, number: int) -> Iterator[Finding]:
        """One more is there: its id is new, and it is as was said."""
        name = self._at(self.said.json, self.row["id"])
        if not isinstance(name, str) or not name:
            return
        if name in self.world.props:
            yield self._finding("repeated-id", self.row["id"], "an id that no other has", name, "give each its own")
            return
        free = max([UNLABELLED - 1, *self.world.numbers]) + 1
        held = Held(number if number >= 0 else free, name, self.sort.name, account, self.row.get("makes", ""),
                    self.world.now, self.echoed(body))  # fmt: skip
        self.world.holds(held)
        yield from self._one(held, self.said.json, "")

    def shown(self, held: Held, _body: Any) -> Iterator[Finding]:
        """One is as it was said to be."""
        yield from self._one(held, self.said.json, "")

    def changed(self, held: Held, body: Any) -> Iterator[Finding]:
        """What was said is changed, and nothing else."""
        said = self.echoed(body)
        held.said.update(said)
        held.told.pop("changed", None)
        held.told["state"] = {key: value for key, value in held.told.get("state", {}).items() if key not in said}
        held.told["moment"] = self.world.now
        self.world.changed(held)
        yield from self._one(held, self.said.json, "")

    def dropped(self, held: Held, _body: Any) -> Iterator[Finding]:
        """It is gone."""
        held.gone = True
        yield from ()

    def listed(self, account: str) -> Iterator[Finding]:
        """All that the account has are there, in one order, and nobody else's."""
        key = self.row.get("entries")
        entries = self._at(self.said.json, f"/{key}") if key else self.said.json
        if not isinstance(entries, list):
            return
        pairs = [(self._at(entry, self.row["id"]), entry) for entry in entries]
        names = [name for name, _ in pairs if isinstance(name, str)]
        query = parse_qsl(self.said.url.partition("?")[2], keep_blank_values=True)
        wanted = {text for key, text in query if key == self.row.get("filter")}
        if "" in wanted:
            return  # nobody says whether no name is none or all
        mine = [held for held in self.world.props.values() if held.account == account and not held.gone
                and held.sort == self.sort.name and (not wanted or held.id in wanted)]  # fmt: skip
        missing = [held.id for held in mine if held.id not in names]
        if missing:
            yield self._finding("wrong-prop", "", f"all {len(mine)} of the account", f"none of {missing[0]}",
                                "list whatever is there", "missing")  # fmt: skip
        strange = [name for name in names if name in self.world.props and self.world.props[name] not in mine]
        strange += [name for name in names if wanted and name not in wanted]
        if strange:
            held = self.world.props.get(strange[0])
            whose = "another account's" if held is not None and held.account != account else (
                "what was deleted" if held is not None and held.gone else "what was not asked for")  # fmt: skip
            yield self._finding("wrong-prop", "", "what the account has, and was asked for", f"{strange[0]}: {whose}",
                                "list nothing else", "strange")  # fmt: skip
        if len(set(names)) < len(names):
            yield self._finding("repeated-id", self.row["id"], "each once", "one twice", "list each once")
        if not wanted:
            yield from self.surprised(account, pairs)
        yield from self.ordered(names)
        for name, entry in pairs:
            if isinstance(name, str) and name in self.world.props:
                yield from self._one(self.world.props[name], entry, "")

    def ordered(self, names: list[str]) -> Iterator[Finding]:
        """The oldest come first: that is inferred, and that their order stays is what programs rely on."""
        ages = {
            name: age for age, (name, held) in enumerate(self.world.props.items()) if not held.told.get("furnished")
        }
        known = [ages[name] for name in dict.fromkeys(names) if name in ages]
        if known != sorted(known):
            yield self._guess("wrong-prop", "", "the oldest first", "another order", "list each behind what was before",
                              "order")  # fmt: skip

    def surprised(self, account: str, pairs: list[tuple[Any, Any]]) -> Iterator[Finding]:
        """What nobody has added was there from the beginning: the first list tells it, and a later one no more."""
        for name, _ in pairs:
            if not isinstance(name, str) or name in self.world.props:
                continue
            if (self.sort.name, account) in self.world.listed:
                yield self._finding("wrong-prop", "", "what was there before, or was added", name,
                                    "list nothing else", "strange")  # fmt: skip
            else:
                free = max([UNLABELLED - 1, *self.world.numbers]) + 1
                self.world.holds(
                    Held(free, name, self.sort.name, account, "", self.world.now, told={"furnished": True})
                )
        self.world.listed.add((self.sort.name, account))

    # -- what each answer says of one

    def _one(self, held: Held, told: Any, where: str) -> Iterator[Finding]:
        if not isinstance(told, dict):
            return
        if self._at(told, self.row["id"]) != held.id:
            yield self._finding("wrong-echo", where + self.row["id"], held.id, shown(self._at(told, self.row["id"])),
                                "answer about the one that was asked for")  # fmt: skip
            return
        for key, want in held.said.items():
            came = told.get(key)
            if came != want or (type(came) is not type(want) and type(want) in (bool, int)):
                yield self._finding("wrong-prop", f"{where}/{key}", shown(want, 120), shown(came, 120),
                                    "keep what was said of it until it is changed", key)  # fmt: skip
        # What nobody has said of it may be anything, and stays as it is.
        rest = {key: told[key] for key in self.row["echoes"] if key in told and key not in held.said}
        state = held.told.setdefault("state", {})
        for key, came in rest.items():
            if state.setdefault(key, came) != came:
                yield self._finding("unstable-answer", f"{where}/{key}", shown(state[key], 120), shown(came, 120),
                                    "change nothing that nobody has changed", key)  # fmt: skip
        yield from self._added_keys(told, where)
        yield from self._stamps(held, told, where)
        yield from self._standing(held, told, where)
        yield from self._within(held, told, where)
        yield from shown_of(self.world, held, self.sort, told, self.operation.id, where)
        yield from self._strangers(told, where)

    def _standing(self, held: Held, told: Mapping[str, Any], where: str) -> Iterator[Finding]:
        """Which word is said of it while it is switched off, while an instance of it is there, and else."""
        words, came = self.row.get("status", {}), told.get("status")
        enabled = told.get("is_enabled")
        if not words or came is None or not isinstance(enabled, bool):
            return
        want = [words["disabled"]] if not enabled else [words["running"], words["standby"]]
        if enabled and self.world.dated and self.world.reference.has(held.id):
            want = [words["running" if self.world.reference.alive(held.id, self.world.now) else "standby"]]
        if came not in want:
            place, word = f"{where}/status", " or ".join(want)
            yield self._guess("wrong-prop", place, word, shown(came), "tell how it stands", "status")

    def _within(self, held: Held, told: Mapping[str, Any], where: str) -> Iterator[Finding]:
        """What is shown beside it is about itself: its addresses, and what may be said of its workflow."""
        row = self.row.get("graph", {})
        *steps, last = row.get("key", "/").split("/")[1:]
        there: Any = told
        for step in steps:
            there = there.get(step) if isinstance(there, dict) else None
        if not isinstance(there, dict) or not isinstance(there.get(last), dict):
            return
        place = f"{where}/{'/'.join(steps)}"
        operation = self.sort.contract.operations.get(row.get("nodes", ""))
        if operation is not None:
            want = self.world.subject.base + operation.path.replace("{" + self.row["parameter"] + "}", held.id)
            if there.get(row["link"]) != want:
                yield self._guess("wrong-link", f"{place}/{row['link']}", want, shown(there.get(row["link"]), 200),
                                  f"link {operation.method} {operation.path} of this one")  # fmt: skip
        plain = {name: {key: value for key, value in node.get("inputs", {}).items() if not isinstance(value, list)}
                 for name, node in there[last].items() if isinstance(node, dict)}  # fmt: skip
        open_to = {name: {"inputs": inputs} for name, inputs in plain.items() if inputs}
        changes = row.get("changes", "")
        if changes and there.get(changes) != open_to:
            yield self._guess("wrong-prop", f"{place}/{changes}", shown(open_to, 120), shown(there.get(changes), 120),
                              "tell what can be said of each node", "changes")  # fmt: skip

    def _strangers(self, told: Mapping[str, Any], where: str) -> Iterator[Finding]:
        """Keys that no document names."""
        schema = self.sort.contract.answer_schema(self.operation, self.said.status)
        if self.operation is self.sort.operation("list"):
            listed = schema["properties"][self.row["entries"]] if self.row.get("entries") else schema
            schema = self.sort.contract.schemas[listed["items"]["$ref"].rpartition("/")[2]]
        known: Mapping[str, Any] = schema.get("properties", {})
        for name in told if known else ():
            if name not in known:
                yield self._guess("unknown-answer-field", f"{where}/{name}", "a key of " + ", ".join(known), name,
                                  "compare with the documents; a client may rely on it one day")  # fmt: skip

    def _added_keys(self, told: Mapping[str, Any], where: str) -> Iterator[Finding]:
        """What is shown only to who asks for it."""
        name, look = self.row.get("adds", ""), self.sort.operation("get")
        if not name or look is None:
            return
        words = look.parameters[name]["schema"].get("items", {}).get("enum", ())
        asked = {text for key, text in parse_qsl(self.said.url.partition("?")[2]) if key == name}
        for word in words:
            if (word in told) is not (word in asked):
                want, came = ("it", "nothing") if word in asked else ("nothing, since nobody asked", "it")
                yield self._finding("wrong-prop", f"{where}/{word}", want, came, f"show it where {name} says so", word)

    def _stamps(self, held: Held, told: Mapping[str, Any], where: str) -> Iterator[Finding]:
        """When it was made, which never changes, and when it was changed."""
        found: dict[str, datetime] = {}
        for which in ("made", "changed"):
            place = self.row.get(which, "")
            came = self._at(told, place) if place else None
            if came is None:
                continue
            if not isinstance(came, str) or not STAMP.fullmatch(came):
                yield self._finding("wrong-stamp", where + place, "a moment as 2026-01-31T12:00:00+00:00", shown(came),
                                    "tell it in ISO 8601, with its offset")  # fmt: skip
                continue
            first = held.told.setdefault(which, came)
            still = which == "made" or self.sort.operation("change") is not None
            if came != first and still:
                yield self._finding("unstable-answer", where + place, first, came, "stamp it once", which)
                continue
            if which == "changed" and self.sort.operation("change") is None:
                continue  # more than what is said of it changes it
            found[which] = datetime.fromisoformat(came.replace("Z", "+00:00"))
        if len(found) == 2 and found["changed"] < found["made"]:
            yield self._finding("wrong-stamp", where + self.row["changed"], "not before it was made",
                                found["changed"].isoformat(), "tell when it was changed", "before")  # fmt: skip
        moments = {"made": held.made, "changed": held.told.get("moment", held.made)}
        for which, moment in found.items() if self.world.dated else ():
            if held.told.get("furnished") or not held.said:
                continue  # it was there before
            epoch = moment.timestamp() - moments[which]
            self.world.epoch = epoch if self.world.epoch is None else self.world.epoch
            if abs(epoch - self.world.epoch) > CLOSE:
                yield self._finding("wrong-stamp", where + self.row[which], "one clock for all",
                                    f"{epoch - self.world.epoch:g} s off", "stamp it as it happens", which)  # fmt: skip

    def echoed(self, body: Any) -> dict[str, Any]:
        """What was said that an answer must say again."""
        return {key: body[key] for key in self.row["echoes"] if key in body} if isinstance(body, dict) else {}

    def _at(self, value: Any, pointer: str) -> Any:
        return value.get(pointer[1:]) if isinstance(value, dict) else None

    def _guess(self, rule: str, where: str, expected: str, came: str, cure: str, kind: str = "") -> Finding:
        """A finding about what is inferred."""
        return Finding(rule, "note", where, expected, came, cure, self.operation.id, "inferred", "", kind)

    def _finding(self, rule: str, where: str, expected: str, came: str, cure: str, kind: str = "") -> Finding:
        source = self.row.get("source", self.sort.contract.facts.openapi["props"].get("source", "documented"))
        return Finding(rule, WEIGHT[source], where, expected, came, cure, self.operation.id, source, "", kind)
