"""A move: one step of a check, which can be written down and played again against another server."""

from __future__ import annotations

from typing import NamedTuple

from .subject import Ask

CUES = {"pause": "the next order is to stop half way", "fail": "the next order is to fail", "poor": "the balance is 0",
        "rich": "the balance is back", "delivered": "what was delivered until now is looked at"}  # fmt: skip
# Whose key a request bears: its own, another account's, none, one that nobody has; and its own without the scheme
# before it, or behind a scheme of another kind.
OWN, OTHER, NONE, WRONG, BARE, ODD = "own", "other", "none", "wrong", "bare", "odd"
NEARLY = LONGER, SHORTER, CASED = "longer", "shorter", "cased"  # its own key, or an order's id, but for a letter
HOOKS = "{hooks}"  # in a body or a query: the address that takes deliveries


class Move(NamedTuple):
    """One step. `what` is "ask" (the request as it stands, with a key), "about" (an operation on the nth order that
    was taken), "open" (every file that the nth order's result told of), "start" and "finish" (time passes until the
    nth order has left the queue, or is over), "furnished" (a prop that no client can add, of a kind and a model),
    "put" (the nth file that was announced for a prop, `amount` bytes longer than was said),
    "delivered" (what came to the address of deliveries is judged), or a cue of Subject with its `amount`.

    A step names an order by its number, not by its id: another server has other ids. So it does with a prop: a path may
    hold a parameter as `{deployment_id}`, which stands for the id of the prop of that number, and whatever a step adds
    gets that number; an order is asked about where it runs, unless a number is said.
    """

    what: str
    ask: Ask | None = None
    operation: str = ""
    nth: int = 0
    query: str = ""
    key: str = OWN
    amount: float = 0.0
    bend: str = ""  # one of NEARLY: the order's id is not quite its own
    prop: int = -1
    model: str = ""  # for which a furnished prop stands

    def __str__(self) -> str:
        if self.what == "ask" and self.ask is not None:
            return f"{self.ask.method} {self.ask.path}"
        if self.what == "about":
            whose = "" if self.key == OWN else f" with {self.key} key"
            return f"{self.operation}{'?' + self.query if self.query else ''} of order {self.nth + 1}{whose}"
        if self.what == "open":
            return f"open the files of order {self.nth + 1}"
        if self.what == "put":
            return f"file {self.nth + 1} is put to its address, {self.amount:g} bytes longer than was said"
        if self.what == "furnished":
            return f"the {self.operation} of the account that stands for {self.model}"
        if self.what in ("advance", "wait"):
            return f"{self.amount:g} s pass"
        if self.what == "cost":
            return f"the next order is to cost {self.amount:g}"
        if self.what in ("start", "finish"):
            return f"until order {self.nth + 1} has {'left the queue' if self.what == 'start' else 'ended'}"
        return CUES[self.what]
