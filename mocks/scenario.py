"""A scenario: what happens in a session, in a file that people write, and the ready ones that come with the house."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..contracts.finding import did_you_mean, shown
from . import props, words
from .desk import Desk
from .engine.session import Account, Session
from .engine.wish import Wish
from .marked import Mark, Marked, Unreadable, marked

READY = Path(__file__).parent.parent / "fixtures" / "scenarios"
ENDS = (".yaml", ".yml")
MOST = 5  # mistakes that are told at once
SECTIONS = {"scripts": "script", "refuse_next": "refuse_next", "faults": "fault"}

Told = tuple[Mark, str]


class BadScenario(ValueError):
    """A scenario that is not there, that cannot be read, or whose wishes cannot be laid down."""


@dataclass(frozen=True)
class Scenario:
    """One file, read and checked; `name` is a ready one's, or else the path from the root on."""

    name: str
    path: Path
    text: Marked

    @classmethod
    def read(cls, named: str | Path) -> Scenario:
        """A file, looked for from the current folder on, or else a ready one by its name."""
        path = located(named)
        name = path.stem if path.parent == READY else str(path)
        try:
            text = marked(path.read_bytes())
            text = text._replace(said=words.counted(text.said))
        except Unreadable as wrong:
            raise _bad(path, [(wrong.mark, str(wrong))]) from None
        except OSError as wrong:
            raise BadScenario(f"expected a scenario that can be read; came {path} ({wrong.strerror}); correct its path "
                              f"or its rights") from None  # fmt: skip
        scenario = cls(name, path, text)
        found = [(text.key(each.path) if each.of_key else text.value(each.path), each.text)
                 for each in words.mistakes(text.said)]  # fmt: skip
        if found:
            raise _bad(path, found)
        return scenario

    @property
    def says(self) -> str:
        """The sentence on what is played."""
        return str(self.text.said.get("says", ""))

    def play(self, session: Session) -> None:
        """Lays its wishes down in a session that is to live by them from now on."""
        said = self.text.said
        wrong: list[Told] = []
        for provider in self._cast(session):
            if provider not in session.cast:
                near = ", ".join(session.cast)
                raise _bad(self.path, [(self.text.value(("provider",)), f"expected a provider of the session; came "
                                        f"{provider!r}; take one of {near}, or take the line out")])  # fmt: skip
        wrong += self._strangers(session)
        for section, kind in SECTIONS.items():
            for at, wish in enumerate(said.get(section, ())):
                wrong += self._lay(session, kind, wish, (section, at))
        if wrong:
            raise _bad(self.path, wrong)
        for answer in said.get("webhooks", ()):
            session.receiver.answer(**answer)
        session.cast.values()  # all are on stage before their accounts are given anything
        session.scenario = self.name
        session.welcome = self._welcome
        for account in session.accounts.values():
            self._welcome(session, account)

    def _strangers(self, session: Session) -> Iterator[Told]:
        """What no provider knows of the things that an account is to have."""
        known = list(dict.fromkeys(kind for name in self._cast(session) for kind in props.kinds(session, name)))
        for at, row in enumerate(self.text.said.get("props", ())):
            if row["kind"] not in known:
                cure = did_you_mean(row["kind"], known, "take it out")
                yield (self.text.value(("props", at, "kind")),
                       f"expected a kind of prop, {' or '.join(known) or 'none'}; "
                       f"came {row['kind']!r}; {cure}")  # fmt: skip

    def _cast(self, session: Session) -> tuple[str, ...]:
        own = self.text.said.get("provider")
        return (own,) if own else tuple(session.cast)

    def _lay(self, session: Session, kind: str, wish: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[Told]:
        """Lays one wish down, for each provider that it is for; they are kin."""
        laid: list[Wish] = []
        for provider in self._cast(session):
            try:
                laid.append(Desk(session, provider, self.path.parent, backdrop=True).wish(kind, wish))
            except (TypeError, ValueError) as wrong:
                yield self._blamed(str(wrong), wish, path), str(wrong)
                return
        for each in laid:
            each.kin = tuple(other for other in laid if other is not each)

    def _blamed(self, why: str, wish: dict[str, Any], path: tuple[str | int, ...]) -> Mark:
        """Where the value stands that a refusal is about: the one that it quotes, else the key that it names."""
        quoted = [at for at, value in _leaves(wish, path)
                  if repr(value) in why or shown(value) in why or (at[-1] == "file" and value in why)]  # fmt: skip
        tables = [(("said",), wish.get("said", {})), ((), wish)]
        named = [(*path, *step, key) for step, table in tables for key in table if re.search(rf"\b{key}\b", why)]
        return self.text.value(next(iter([*quoted, *named]), path))

    def _welcome(self, session: Session, account: Account) -> None:
        """Gives an account what it is to have: money, a number of orders, and things."""
        said = self.text.said
        if account.provider != said.get("provider", account.provider):
            return
        if "balance" in said:
            account.ledger.set(said["balance"])
        if "quota" in said:
            account.ledger.allow(said["quota"])
        for at, row in enumerate(said.get("props", ())):
            if row["kind"] in props.kinds(session, account.provider):
                try:
                    props.add(session, account, row["kind"], row.get("said", {}))
                except ValueError as wrong:
                    raise _bad(self.path, [(self._blamed(str(wrong), row, ("props", at)), str(wrong))]) from None


def _leaves(said: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each text in a value, and where it is."""
    if isinstance(said, str):
        yield path, said
    inside = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for step, each in inside:
        yield from _leaves(each, (*path, step))


def located(named: str | Path) -> Path:
    """The file of a scenario: a path that leads to one, or a ready one by its name."""
    path, name = Path(named).expanduser(), str(named)
    try:
        if path.is_file():
            return path.absolute()
    except (OSError, ValueError):
        pass  # no path that could be, hence no file
    names = ready()
    if name in names:
        return READY / f"{name}.yaml"
    cure = did_you_mean(path.stem, names, f"ready ones: {', '.join(names)}")
    raise BadScenario(f"expected the path of a scenario or the name of a ready one; came {name!r}; {cure}")


def ready() -> list[str]:
    """The names of the ready ones."""
    return sorted(path.stem for path in READY.glob("*.yaml"))


def _bad(path: Path, found: list[Told]) -> BadScenario:
    """What is wrong with a file, in the order of its lines."""
    told = list(dict.fromkeys(sorted(found)))
    many = "1 mistake" if len(told) == 1 else f"{len(told)} mistakes"
    lines = [f"expected a scenario that can be played; came {many} in {path.name}; correct:"]
    lines += [f"{path}:{mark.line}:{mark.column}: {text}" for mark, text in told[:MOST]]
    if len(told) > MOST:
        lines.append(f"and {len(told) - MOST} more")
    return BadScenario("\n  ".join(lines))
