"""Whether what is said of an order is true: its state, its place, its stamps, its files, and what was said before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...catalogue import Model
from ...exchange import Exchange
from ...finding import WEIGHT, Finding, shown
from ...life import as_word, at
from ...operation import Operation
from ..props import of_path
from .ended import Ended
from .news import wished
from .progress import progressed, started
from .reference import Known
from .world import World


class Answers:
    """Judges one answer about one order, in one world."""

    def __init__(self, world: World, said: Exchange, operation: Operation) -> None:
        self.world = world
        self.said = said
        self.operation = operation
        self.life = world.life
        self.tells: Mapping[str, Any] = world.life.tells
        self.body: Any = said.json

    def taken(self, inputs: Any, account: str, form: Model) -> Iterator[Finding]:
        """A submit was accepted: its id is new, and its links lead to it."""
        name, place = self.at(self.tells["id"]), self.place()
        if not isinstance(name, str) or not name:
            return  # its form is wrong, which the schema has said
        if name in self.world.reference.orders:
            yield self.finding("repeated-id", place, "an id that no other order has", name,
                           "give each order an id of its own")  # fmt: skip
            return
        prop = next((held.id for held in self.world.named(self.operation, self.said.path) if held is not None), "")
        order = self.world.taken(name, form, inputs, account, prop)
        order.news = wished(self.world, self.said)
        row = next(iter(self.life.channels.values()))
        if self.at(row["key"]) is not None:
            yield from self.moment(order, row, self.at(row["key"]))
        yield from self.named(order)
        yield from self.strangers()
        yield from self.links(order)

    def looked(self, order: Known, channel: str) -> Iterator[Finding]:
        """A state was told, by a channel of the lifecycle."""
        row = self.life.channels[channel]
        word = self.word(row)
        yield from self.echoed(order)
        yield from self.strangers()
        yield from self.links(order)
        instance = self.tells.get("instance") or {}
        if instance and isinstance(self.at(instance["key"]), str):
            order.named[instance["key"][1:]] = self.at(instance["key"])
            yield from self.instances(order, instance["key"])
        elif instance and order.named.get(instance["key"][1:]) and self.at(instance["key"]) is None:
            yield Finding("wrong-instance", "note", instance["key"], order.named[instance["key"][1:]], "none",
                          "tell who ran it for as long as it can be asked for", self.operation.id, "inferred", "",
                          "lost")  # fmt: skip
        states = frozenset(state for state, own in row["words"].items() if own == word)
        yield from self.moment(order, row, word)
        yield from self.narrowed(order, states, f"{self.operation.id} said {word}", word, row)
        yield from self.placed(order)
        cost = self.tells.get("cost", {})
        if not order.over and cost.get("operation") == self.operation.id and self.at(cost["key"]) is not None:
            came = shown(self.at(cost["key"]))
            yield Finding("wrong-output", "note", cost["key"], "no cost before the end", came,
                          "tell it when it is known", self.operation.id, "inferred", "", "early")  # fmt: skip
        began, files = self.tells.get("began", {}), self.files
        if began.get("operation") == self.operation.id and (
            not order.over or files.get("operation") != self.operation.id
        ):
            yield from Ended(self, order, "").stamps()
        if self.tells.get("progress", {}).get("operation") == self.operation.id:
            yield from progressed(self, order)
            yield from started(self, order)
        if files.get("operation") == self.operation.id and files.get("form") == "lists":
            yield from Ended(self, order, "").made_so_far()
        if order.over and len(order.possible) == 1:
            yield from self.ended(order, next(iter(order.possible)))

    def stopped(self, order: Known) -> Iterator[Finding]:
        """A cancel was answered: accepted while it may be, refused else."""
        rule = self.life.cancel
        outcome = self.word(rule)
        yield from self.echoed(order)
        yield from self.strangers()
        if self.world.dated:
            state = self.world.expected(order)
            want = rule["accepted"] if state in rule["from"] else rule.get("refused")
            if outcome != want:
                yield self.finding("wrong-cancel", rule["key"], f"{want}: the order is {state}{self._when(order)}",
                               shown(outcome), "take a cancel only from " + ", ".join(rule["from"]), rule)  # fmt: skip
            if outcome == want:
                yield from self.stands(outcome, [state])
        elif outcome in (rule["accepted"], rule.get("refused")):
            yield from self.stands(outcome, [state for state in self.life.states if state not in rule["from"]])
        if outcome == rule["accepted"]:
            legal = bool(self.ahead(order) & set(rule["from"]))
            yield from self.narrowed(order, frozenset({"CANCELLED"}) if legal else frozenset(), "cancel was accepted",
                                     outcome, rule)  # fmt: skip
            if not self.world.dated or self.world.expected(order) in rule["from"]:
                order.cancelled = min(order.cancelled, self.world.now)
        elif outcome == rule.get("refused"):
            yield from self.narrowed(
                order, frozenset(self.life.states) - set(rule["from"]), "cancel was refused", outcome, rule
            )

    def resumed(self, order: Known) -> Iterator[Finding]:
        """An order is taken up again: it queues, and goes on where it can."""
        rule = self.life.resume
        yield from self.echoed(order)
        yield from self.strangers()
        if self.at(rule["key"]) != rule["accepted"]:
            yield self.finding("wrong-moment", rule["key"], f"{rule['accepted']}, since it was taken up again",
                               shown(self.at(rule["key"])), "tell how it stands now", rule)  # fmt: skip
        if not self.world.dated and not order.possible & set(rule["from"]):
            yield self.finding("illegal-transition", rule["key"], "an order that is over", order.heard,
                               "take up again only what is over", rule)  # fmt: skip
        self.world.resumed(order)

    def edited(self, order: Known) -> Iterator[Finding]:
        """An order has another form, and stands as it stood."""
        order.edited = True
        yield from self.echoed(order)
        yield from self.strangers()
        row = next(iter(self.life.channels.values()))
        yield from self.moment(order, row, self.at(row["key"]))

    def stands(self, outcome: str, states: list[str]) -> Iterator[Finding]:
        """A cancel tells how the order stands as well, where it does: a word of its own, or that of a state."""
        rule, key = self.life.cancel, self.tells.get("cancel_status", "")
        if not key:
            return
        words = next(iter(self.life.channels.values()))["words"]
        said = [rule["accepted_status"]] if outcome == rule["accepted"] else [words.get(each, "") for each in states]
        if self.at(key) not in said:
            yield self.finding("wrong-cancel", key, f"{' or '.join(dict.fromkeys(said))}, since it was {outcome}",
                               shown(self.at(key)), "answer the documented word", rule, outcome=outcome)  # fmt: skip

    # -- what every answer about an order says

    def echoed(self, order: Known) -> Iterator[Finding]:
        """The answer is about the order that was asked for."""
        yield from self.named(order)
        came = self.at(self.tells["id"])
        if came != order.id and self.place():
            yield self.finding(
                "wrong-echo", self.place(), order.id, shown(came), "answer about the order that was asked for"
            )

    def named(self, order: Known) -> Iterator[Finding]:
        """It is called as its form says."""
        if order.called and self.at("/name") is not None and self.at("/name") != order.called:
            yield self.finding("wrong-echo", "/name", order.called, shown(self.at("/name")), "call it as was said")

    def strangers(self) -> Iterator[Finding]:
        """Keys that no document names."""
        schema = self.world.contract.answer_schema(self.operation, self.said.status)
        known: Mapping[str, Any] = schema.get("properties", {})
        for name in self.body if isinstance(self.body, dict) and known else ():
            if name not in known:
                yield Finding("unknown-answer-field", "note", f"/{name}", "a key of " + ", ".join(known), name,
                              "compare with the documents; a client may rely on it one day", self.operation.id,
                              "inferred")  # fmt: skip

    def links(self, order: Known) -> Iterator[Finding]:
        """Each address leads to its operation on this order, at the server that was asked."""
        contract = self.world.contract
        schema = contract.answer_schema(self.operation, self.said.status).get("properties", {})
        for key, target in self.tells.get("links", {}).items():
            came = self.at(key)
            if key[1:] not in schema or came is None:
                continue
            other = contract.operations[target]
            path = other.path.replace("{" + other.task + "}", order.id)
            for name in of_path(other):
                path = path.replace("{" + name + "}", order.prop)
            want = self.world.subject.base + path
            if came != want:
                yield self.finding(
                    "wrong-link", key, want, shown(came, 200), f"link {other.method} {other.path} of this order"
                )

    def instances(self, order: Known, key: str) -> Iterator[Finding]:
        """Each instance has one id, and each id is of one instance."""
        number, name = self.world.reference.instance(order), self.at(key)
        if number is None or not self.world.dated:
            return
        own = (order.prop, number)
        if self.world.instances.setdefault(own, name) != name or self.world.instances.setdefault(name, own) != own:
            want = shown(self.world.instances[own])
            yield self.finding("wrong-instance", key, f"{want}, on which it runs", shown(name), "tell who runs it")

    # -- states

    def moment(self, order: Known, row: Mapping[str, Any], word: Any) -> Iterator[Finding]:
        """Where time is known there is one right word."""
        if not self.world.dated:
            return
        state = self.world.expected(order)
        want = row["words"][state]
        if word != want:
            yield self.finding("wrong-moment", row["key"], want + self._when(order), shown(word),
                           "compare with the order's timeline: submit, queue, run, end", row, state=state)  # fmt: skip

    def narrowed(
        self, order: Known, states: frozenset[str], heard: str, word: Any, row: Mapping[str, Any]
    ) -> Iterator[Finding]:
        """Each answer narrows down where an order can stand; what cannot follow is said."""
        ahead = self.ahead(order)
        if not states:
            if word in (self.life.cancel["accepted"],):
                yield self.finding("illegal-transition", row["key"], f"{', '.join(sorted(ahead))} after {order.heard}",
                               shown(word), "one of the two answers is wrong; look at who told each", row)  # fmt: skip
            else:
                yield self.finding("unknown-word", row["key"], "a word of lifecycle.yaml", shown(word),
                               "answer one of the documented words", row)  # fmt: skip
        elif not ahead & states:
            yield self.finding("illegal-transition", row["key"], f"{', '.join(sorted(ahead))} after {order.heard}",
                           shown(word), "one of the two answers is wrong; look at who told each", row)  # fmt: skip
            order.possible = states
        else:
            order.possible = ahead & states
            if self.world.dated and len(order.possible) > 1 and self.world.expected(order) in order.possible:
                order.possible = frozenset({self.world.expected(order)})  # one word for several, and one right moment
        order.heard = heard

    def ahead(self, order: Known) -> frozenset[str]:
        """Where it can stand by now, after all that was told."""
        return frozenset().union(*(self.life.reach[state] for state in order.possible))

    def placed(self, order: Known) -> Iterator[Finding]:
        """Its place in the line: true where time is known, else never farther back while nobody has come."""
        row = self.tells.get("place", {})
        if row.get("operation") != self.operation.id:
            return
        came = self.at(row["key"])
        if came is None or isinstance(came, bool | str | list | dict):
            return  # the schema says when it must be there, and as what
        if isinstance(came, float):
            yield self.finding("wrong-place", row["key"], "a whole number, spelled as one", str(came),
                               "spell it without a point: typed clients cannot read it")  # fmt: skip
        if self.world.dated and self.world.expected(order) == "QUEUED":
            want = self.world.reference.place(order, self.world.now)
            if came != want:
                yield self.finding("wrong-place", row["key"], f"{want}: so many leave the queue before it, and itself",
                               str(came), "count the orders ahead, and one")  # fmt: skip
            return
        most = order.place[0] if order.place and order.place[1] == len(self.world.orders) else came
        if not 1 <= came <= most:
            last = f"1 to {most}, as told before, since nobody has come" if most >= 1 else "1 or more"
            yield self.finding("wrong-place", row["key"], last, str(came), "let nobody fall back in the line")
        order.place = (came, len(self.world.orders))

    def ended(self, order: Known, state: str) -> Iterator[Finding]:
        """It is over: from now on the same question has the same answer."""
        question = (self.operation.id, self.said.url.partition("?")[2])
        before = order.told.setdefault(question, self.body)
        if before != self.body:
            yield self.finding("unstable-answer", "", shown(before, 160), shown(self.body, 160),
                           "an order that is over answers the same for ever")  # fmt: skip
        if self.files.get("operation") == self.operation.id:
            yield from Ended(self, order, state).judged()

    # -- what they share

    @property
    def files(self) -> Mapping[str, Any]:
        """Where this operation tells files; of one that tells none, where another does."""
        first: Mapping[str, Any] = self.tells.get("files", {})
        return next((row for row in first.get("also", ()) if row["operation"] == self.operation.id), first)

    def place(self) -> str:
        """Where this operation's answers tell the id of an order, if they do."""
        places = [self.tells["id"]] if isinstance(self.tells["id"], str) else self.tells["id"]
        schema = self.world.contract.answer_schema(self.operation, self.said.status).get("properties", {})
        return next((str(place) for place in places if not schema or place.split("/")[1] in schema), "")

    def word(self, row: Mapping[str, Any]) -> Any:
        """What stands in the body where a word is told; a number is the word that it is written as."""
        return as_word(self.at(row["key"]))

    def at(self, pointer: str | Sequence[str]) -> Any:
        """What stands in the body at a pointer."""
        return at(self.body, pointer)

    def finding(
        self, rule: str, where: str, expected: str, came: str, cure: str, row: Mapping[str, Any] | None = None,
        **kind: str,
    ) -> Finding:  # fmt: skip
        """A finding about this answer."""
        source = (row or self.tells).get("source", "documented")
        return Finding(rule, WEIGHT[source], where, expected, came, cure, self.operation.id, source, "",
                       "/".join(kind.values()))  # fmt: skip

    def _when(self, order: Known) -> str:
        span = self.world.reference.span(order)
        return (f" at {self.world.now:g} s (asked for at {span.asked:g} s, leaves the queue at {span.starts:g} s, ends "
                f"at {span.ends:g} s)")  # fmt: skip
