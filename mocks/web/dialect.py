"""How a provider speaks: the seam between the wire, which is the same for all, and each provider's own manners."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ...contracts.catalogue import Model
from ...contracts.contract import Contract, contract
from ...contracts.finding import did_you_mean, shown
from ...contracts.models_file import checked
from ...contracts.operation import Operation
from ..engine.refusal import Refusal

if TYPE_CHECKING:
    from ..engine.prop import Prop
    from ..engine.session import Account, Session
    from ..engine.task import Task
    from .bending import Bending
    from .line import Call, Line
    from .turn import Turn

Pairs = tuple[tuple[bytes, bytes], ...]


class Answer(NamedTuple):
    """What is said: a status, and a value that becomes JSON, or bytes that stand as they are, at once or by and by."""

    status: int
    value: Any = None
    body: bytes | None = None
    headers: Pairs = ()
    stream: Iterator[bytes | float] | None = None  # its pieces, as they come; and until when there are none


class Wait(NamedTuple):
    """Not yet: the request blocks until a moment of the story, and then asks again."""

    until: float
    again: Callable[[], Answer | Wait | Work]


class Work(NamedTuple):
    """Not yet: files have to be made first, each a task's at its place, and that takes too long to hold others up."""

    files: Sequence[tuple[Task, int]]
    again: Callable[[list[bytes]], Answer | Wait | Work]


Route = Callable[["Turn"], Answer | Wait | Work]
Maker = Callable[["Session", "Account", Mapping[str, Any]], "Prop"]


class Meant(NamedTuple):
    """A file that somebody named by an id: what it is, its place in which task, or which of those that were brought."""

    kind: str
    width: int = 0
    height: int = 0
    made: tuple[Task, int] | None = None
    brought: Prop | None = None


class Served(NamedTuple):
    """How a provider serves its catalogue to whoever reads it. What cannot be read is a ValueError."""

    page: Callable[[str, int], str]  # from the address that a user names, and how many entries are read, to the next
    entries: Callable[[Any], tuple[list[Any], int | None]]  # of a page; and how many there are in all, if it says so
    row: Callable[[Any], dict[str, Any] | None]  # from an entry to a row of a models file; None if it is no model
    headers: Callable[[str], Pairs]  # that bear the key


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed beside the contract."""

    unknown_models: str = "refuse"
    media_ttl: float | None = None
    slots: int | None = None
    max_body: int = 64 * 2**20
    public_url: str = ""


class Dialect:
    """One provider's manners in one session. A subclass names its provider, its routes, where a key may stand and how
    it says no; everything else is the same for all."""

    provider = ""
    routes: Mapping[str, Route] = {}
    listens = False
    hails = False  # whether who calls says on the line whose it is
    served: Served | None = None  # of a provider whose catalogue can be read

    def __init__(self, contract: Contract, terms: Terms) -> None:
        self.contract = contract
        self.terms = terms

    @classmethod
    def made(cls, settings: Any) -> Dialect:
        """As a session with these settings speaks it; one whose facts stand in no file says here what they are."""
        promise = contract(cls.provider, settings.readings.get(cls.provider), settings.models)
        return cls(promise, settings.terms(cls.provider))

    def add_model(self, row: Mapping[str, Any]) -> Model:
        """Adds a model, or replaces one, for this session alone: the contract is shared, so it gets one of its own."""
        self.contract = self.contract.with_models([checked(row, "the model", "add_model")])
        return self.contract.catalogue.models[row["id"]]

    async def listen(self, session: Session, line: Line) -> None:
        """Serves an open socket until it is closed, where the provider `listens` to any."""
        raise NotImplementedError

    @classmethod
    def key(cls, headers: Mapping[bytes, bytes]) -> str:
        """The key that a request bears, or nothing: that of `Authorization: Bearer`, whose scheme is read without
        regard to case."""
        return _bearer(headers.get(b"authorization", b""))

    def caller(self, session: Session, call: Call) -> Account | None:
        """Whose a socket's call is, if what it says tells that: by the key in a header, unless there is another way."""
        return session.accounts.get((self.provider, self.key(call.heard.by_name)))

    def admit(self, turn: Turn) -> None:
        """Refuses whoever may not call an operation, where not all accounts may call all."""

    def form(self, turn: Turn) -> Model | None:
        """The form that a request's body is to have: the operation's own, or that of the model which the path names."""
        if turn.operation.body is not None:
            return turn.operation.body
        return self.contract.catalogue.find(turn.value, self.terms.unknown_models == "accept")

    def move_in(self, session: Session) -> None:
        """Tells a new session what it is to know of this provider, if anything."""

    def kept(self, task: Task) -> float | None:  # noqa: ARG002 - as for any other task, unless a subclass knows better
        """How many seconds the files of a task can be fetched, as things wear; None is for ever."""
        return self.terms.media_ttl

    def meant(self, session: Session, account: Account, id: str) -> Meant | None:  # noqa: ARG002 - nor ids
        """The file that an account names by an id instead of sending it, where it can; none that it has not."""
        return None

    def check_kind(self, kind: str) -> None:
        """Whether a provider tells keys of this kind from others; a ValueError where it does not."""
        kinds = list(self.contract.facts.openapi.get("keys", {}).get("kinds", ()))
        if not kinds:
            raise ValueError(f"expected a key of {self.provider}, whose keys are all of one kind; came "
                             f"kind={shown(kind)}; leave kind out")  # fmt: skip
        if kind not in kinds:
            cure = did_you_mean(kind.upper(), kinds, "say one of these")
            raise ValueError(f"expected a kind of key, one of {', '.join(kinds)}; came {shown(kind)}; {cure}")

    def furnish(self, session: Session, account: Account) -> None:
        """Gives a new account what it has from the beginning, if anything."""

    def makers(self) -> Mapping[str, Maker]:
        """The kinds of props that an account can be given, each with who makes one of what is said."""
        return {}

    def add_prop(self, session: Session, account: Account, kind: str, said: Mapping[str, Any]) -> Prop:
        """Gives an account a prop that the director wants it to have; what cannot be made is a ValueError."""
        if not (makers := self.makers()):
            raise ValueError(f"expected a provider with props; came {self.provider} and {kind!r}; have its client make "
                             f"what it needs, as at the provider itself")  # fmt: skip
        if kind not in makers:
            raise ValueError(f"expected a kind of prop, {' or '.join(makers)}; came {kind!r}; "
                             + did_you_mean(kind, makers, f"say {next(iter(makers))!r}"))  # fmt: skip
        return makers[kind](session, account, said)

    def stands_for(self, prop: Prop) -> str:  # noqa: ARG002 - one that sends none to props needs none
        """The model for which a prop stands, if its provider sends orders to props."""
        return ""

    def no(self, refusal: Refusal, turn: Turn) -> Answer:
        """The same for a request, or for one task of it."""
        return self.refuse(refusal, turn.operation)

    def refuse(self, refusal: Refusal, operation: Operation | None = None) -> Answer:
        """The provider's own way of saying no for this reason, to an operation if one was named."""
        raise NotImplementedError

    def joined(self, answers: Sequence[Answer]) -> Answer:
        """One reply to a request that brought several tasks, from the answer to each."""
        raise NotImplementedError

    def bent(self, turn: Bending, status: int) -> Answer:  # noqa: ARG002 - most say it to all alike
        """The same, said to one request."""
        return self.status(status)

    def status(self, status: int) -> Answer:
        """The provider's own error answer for a bare HTTP status, as a fault wants it."""
        raise NotImplementedError

    def bare(self, status: int, task: Any) -> Answer:  # noqa: ARG002 - one that bundles nothing has no tasks
        """The same about one task of several."""
        return self.status(status)


@lru_cache(256)
def _bearer(header: bytes) -> str:
    scheme, _, key = header.decode("latin-1").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
