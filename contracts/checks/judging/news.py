"""Whether what is delivered unasked is true: each state told once, in order, to whoever asked, and not too early."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from ...exchange import Exchange
from ...finding import WEIGHT, Finding, shown
from .ended import CLOSE, STAMP, addresses, moment, placed
from .form import header_of
from .reference import Known
from .world import World

RULE = "wrong-delivery"
LATE = 0.001  # seconds; what is so from this very moment on may still be under way


def wished(world: World, said: Exchange) -> str:
    """What news an order asks for: none, of its end, or of all states; a query is heard before a body."""
    rule, body = world.life.deliver, said.request_json
    if not rule or not world.subject.hooks:
        return ""
    found: dict[str, Any] = body if isinstance(body, dict) and "body" in rule["places"] else {}
    if "query" in rule["places"]:
        found = {**found, **dict(parse_qsl(said.url.partition("?")[2], keep_blank_values=True))}
    if found.get(rule["url"]) != world.subject.hooks:
        return ""
    return "all" if found.get(rule["all"]) in (True, "true") else "end"


def states_of(world: World, order: Known) -> tuple[str, ...]:
    """The states of which an order's asker is to be told."""
    rule = world.life.deliver
    both = [*rule["always"], *(rule["intermediate"] if order.news == "all" else ())]
    return tuple(state for state in world.life.states if state in both) if order.news else ()


class News:
    """Judges what came to the address of deliveries."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rule: Mapping[str, Any] = world.life.deliver
        self.operation = ""

    def came(self, said: Exchange) -> Iterator[Finding]:
        """One delivery."""
        self.operation = said.operation
        body = said.request_json
        if said.method != "POST" or not isinstance(body, dict):
            came = shown(said.request_body[:120].decode("utf-8", "replace"))
            yield self._finding(RULE, "", "a JSON object, by POST", came, "deliver what the documents show", "form")
            return
        kind = header_of(said.request_headers, "content-type").partition(";")[0].strip().lower()
        if kind != "application/json":
            yield self._finding(RULE, "content-type", "application/json", kind or "none", "label it as JSON", "form")
        name, word = self._at(body, self.rule["id"]), self._at(body, self.rule["key"])
        order = self.world.reference.orders.get(name) if isinstance(name, str) else None
        if order is None or not order.news:
            yield self._finding(RULE, self.rule["id"], "an order of which somebody wanted news", shown(name),
                                "tell nobody who did not ask", "unasked")  # fmt: skip
            return
        states = [state for state, own in self.rule["words"].items() if own == word]
        if not states:
            words = ", ".join(dict.fromkeys(self.rule["words"].values()))
            yield self._finding(RULE, self.rule["key"], words, shown(word), "tell one of the documented words", "word")
            return
        yield from self._told(order, states[0], body)

    def _told(self, order: Known, state: str, body: Mapping[str, Any]) -> Iterator[Finding]:
        heard: list[str] = order.told.setdefault("news", [])
        wanted = states_of(self.world, order)
        if state not in wanted:
            yield self._finding(
                RULE, self.rule["key"], " or ".join(wanted), state, "tell the states that were asked for", "state"
            )
        if state in heard:
            yield self._finding(RULE, self.rule["key"], f"{state} once", "twice", "tell each state once", "twice")
        elif heard and state not in self.world.life.reach[heard[-1]]:
            yield self._finding(
                RULE, self.rule["key"], f"what follows {heard[-1]}", state, "tell states in their order", "order"
            )
        heard.append(state)
        if self.world.dated and state not in self._been(order):
            yield self._finding(RULE, self.rule["key"], f"{state} not before it is so", f"at {self.world.now:g} s",
                                "tell a state when it begins", "early")  # fmt: skip
        if "prop" in self.rule and self._at(body, self.rule["prop"]) != order.prop:
            yield self._finding(RULE, self.rule["prop"], order.prop, shown(self._at(body, self.rule["prop"])),
                                "tell where the order runs", "prop")  # fmt: skip
        yield from self._result(order, state, body)
        yield from self._stamps(order, state, body)

    def _stamps(self, order: Known, state: str, body: Mapping[str, Any]) -> Iterator[Finding]:
        """When it was asked for, and when it was over, if it is: as the result tells it."""
        span, tells, found = self.world.reference.span(order), self.world.life.tells, []
        for which in ("began", "ended"):
            key = tells[which]["key"]
            came, due = self._at(body, key), which == "began" or state in self.rule["always"]
            good = isinstance(came, str) and bool(STAMP.fullmatch(came))
            if good is not due:
                want = "a moment as 2026-01-31T12:00:00+00:00" if due else f"none of what is {state}"
                yield self._finding(RULE, key, want, shown(came), "tell it as the result does", "stamp")
            found.append(moment(came) if good else None)
        began, ended = found
        first = order.told.setdefault("began", began) if began is not None else None
        if began != first:
            yield self._finding(
                RULE, tells["began"]["key"], str(first), str(began), "tell the moment of the result", "began"
            )
        took = (ended - began).total_seconds() if began is not None and ended is not None else None
        if took is not None and self.world.dated and abs(took - (span.ends - span.asked)) > CLOSE:
            yield self._finding(RULE, tells["ended"]["key"], f"{span.ends - span.asked:g} s after it was asked for",
                                f"{took:g} s after", "tell when it was over", "took")  # fmt: skip

    def _been(self, order: Known, ago: float = 0.0) -> list[str]:
        """The states in which an order has been by now, or was already a while ago."""
        span, now = self.world.reference.span(order), self.world.now - ago
        there = [("QUEUED", span.asked), ("RUNNING", span.starts), (span.ending, span.ends)]
        return [state for state, at in there if at <= now + 1e-6]

    def _result(self, order: Known, state: str, body: Mapping[str, Any]) -> Iterator[Finding]:
        """What came of it stands in the news of its end, as the result has it."""
        tells = self.world.life.tells["files"]
        row = placed(tells, order.model)
        key = row["key"] if row is not tells else self.rule["files"]
        came = self._at(body, key)
        if (state == "SUCCEEDED") is not isinstance(came, dict):
            want = "what was made" if state == "SUCCEEDED" else f"no files of what is {state}"
            yield self._finding(RULE, key, want, shown(came), "tell the files when it succeeded", "files")
        elif isinstance(came, dict):
            files = sorted(map(str, addresses(came, row.get("address", ""))))
            if sorted(order.told.setdefault("files", files)) != files:
                yield self._finding(
                    RULE, key, shown(order.told["files"]), shown(files), "tell the files of the result", "files"
                )
        error = self.rule.get("error", {})
        said = self._at(body, error["key"]) if error else None
        form = {"string": str, "object": dict, "array": list}[error.get("form", "string")]
        if error and state == "FAILED" and (not isinstance(said, form) or not said):
            want = f"what went wrong, as a {error['form']}"
            yield self._finding(RULE, error["key"], want, shown(said), "say why it failed", "error")
        if error and state != "FAILED" and said is not None:
            yield self._finding(
                RULE, error["key"], "no error of what has not failed", shown(said), "leave it out", "error"
            )

    def lost(self) -> Iterator[Finding]:
        """What was to be told by now, and was not."""
        for order in self.world.orders if self.world.dated else ():
            due = [state for state in states_of(self.world, order) if state in self._been(order, LATE)]
            heard = order.told.get("news", [])
            for state in due:
                if state not in heard:
                    heard = order.told.setdefault("news", [])
                    heard.append(state)  # it is missed once
                    want = f"news that order {order.number + 1} is {state}"
                    cure = "deliver each state that was asked for"
                    yield self._finding(RULE, self.rule["key"], want, "none", cure, "lost")

    def _at(self, body: Mapping[str, Any], pointer: str) -> Any:
        return body.get(pointer[1:])

    def _finding(self, rule: str, where: str, expected: str, came: str, cure: str, kind: str) -> Finding:
        source = self.rule["source"]
        return Finding(rule, WEIGHT[source], where, expected, came, cure, self.operation, source, "", kind)
