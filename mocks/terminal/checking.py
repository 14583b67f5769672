"""`check`: whether a server keeps a provider's promise, told as text, and as files for people and for programs."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from ... import contracts
from ...contracts.checks.breaking.score import kept, rerun, shown
from ...contracts.checks.case import STOPPED, Checked
from ...contracts.checks.subject import Subject
from ...contracts.contract import Contract, contract
from ...contracts.exchange import Exchange
from ...contracts.report.page import page
from ...contracts.report.plain import plain
from ...contracts.report.report import Report
from ...contracts.report.text import text
from ...contracts.report.veil import Veil
from ..engine.clock import real, today
from ..subjects import Elsewhere, Ours
from ..wanted import FILES, Wanted, wanted
from ..web.caller import Caller
from .flags import cast, settled, wishes
from .progress import Progress
from .stopping import Stop

if TYPE_CHECKING:
    from ...contracts.report.baseline import Accepted

EXTRA = ("hypothesis", "schemathesis")
BOUNDED = 90.0  # seconds


@click.command(epilog="Example: understudy check runcomfy --html report.html")
@click.argument("provider", metavar="PROVIDER")
@wishes
def check(provider: str, **said: Any) -> int:
    """Check whether the stand-in of this house, or a server at --url, keeps a provider's promise.

    Ends with 1 if something is found that no baseline accepts.
    """
    cast((provider,))
    with _usage():
        wish = wanted(said)
    _equipped()
    _sensible(wish, {name for name, value in said.items() if value})
    if wish.score:
        return scored(provider, wish)
    _writable(wish)
    accepted = _accepted(wish)
    with Stop() as stop:
        try:
            with ExitStack() as stack:
                subject = _subject(provider, wish)
                stack.callback(subject.close)
                veil = Veil(subject.key, subject.other_key)
                checked = _checked(provider, subject, wish, veil, stop)
            stopped = checked.cut == STOPPED
            checked = replace(checked, cut=stop.said) if stopped else checked
            fails = _told(checked, wish, veil, accepted)
        except KeyboardInterrupt:
            return stop.code
    return stop.code if stopped else int(fails)


def _equipped() -> None:
    """The generators of requests are an extra."""
    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        raise click.UsageError(f"expected {' and '.join(EXTRA)}, which think up the requests; came an installation "
                               f"without {' and '.join(missing)}; pip install 'understudy[contracts]'")  # fmt: skip


def _sensible(wish: Wanted, said: set[str]) -> None:
    """A flag that would do nothing is told; what a file or the environment says may be meant for another run."""
    lost = [name for name in ("url", "html", "junit", "har", "baseline", "update_baseline") if name in said]
    if wish.score and lost:
        raise click.UsageError(f"expected --score, which asks no server and writes no file; came {_flag(lost[0])} with "
                               f"it; leave one of them out")  # fmt: skip
    keys = [name for name in ("key_env", "other_key_env") if name in said]
    if keys and not wish.url:
        raise click.UsageError(f"expected the address whose key that is; came {_flag(keys[0])} alone; name it with "
                               f"--url, or leave {_flag(keys[0])} out")  # fmt: skip


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _writable(wish: Wanted) -> None:
    """What cannot be written is told before a minute is spent on what should go into it."""
    if wish.update_baseline and not wish.baseline:
        raise click.UsageError("expected a file to write the baseline to; came --update-baseline alone; name it with "
                               "--baseline FILE")  # fmt: skip
    if wish.baseline and not wish.update_baseline and not Path(wish.baseline).is_file():
        raise click.UsageError(f"expected a baseline; came {wish.baseline}, which is no file; correct the path, or "
                               f"write it with --update-baseline")  # fmt: skip
    found: dict[Path, str] = {}
    for word in FILES:
        path = Path(getattr(wish, word)).resolve()
        if getattr(wish, word) and found.setdefault(path, word) != word:
            raise click.UsageError(f"expected a file for each report; came {getattr(wish, word)} for both "
                                   f"{_flag(found[path])} and {_flag(word)}; give each its own")  # fmt: skip
    for name in (wish.junit, wish.html, wish.har, wish.baseline):
        folder = Path(name).resolve().parent
        if name and (Path(name).is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK)):
            raise click.UsageError(f"expected a file that can be written; came {name}; correct the path, or make its "
                                   f"folder")  # fmt: skip


def _accepted(wish: Wanted) -> Accepted | None:
    """The baseline, if there is one."""
    if not wish.baseline:
        return None
    from ...contracts.report.baseline import Accepted  # needs the extra

    with _usage():
        return Accepted(Path(wish.baseline), today().date())


def _subject(provider: str, wish: Wanted) -> Subject:
    """Who is checked: a stand-in of ours over a socket, or whoever answers at the address."""
    if not wish.url:
        settings = settled({}).settings
        changes: dict[str, Any] = {"models": settings.models, **settings.readings.get(provider, {})}
        return Ours(provider, **changes)
    name = wish.key_env or f"{provider.upper()}_API_KEY"
    key, other = os.environ.get(name, ""), os.environ.get(wish.other_key_env, "") if wish.other_key_env else ""
    _address(wish.url)
    if not key:
        raise click.UsageError(f"expected the key for {wish.url} in {name}; came nothing; set it, or name another "
                               f"variable with --key-env")  # fmt: skip
    if wish.other_key_env and not other:
        raise click.UsageError(f"expected another account's key in {wish.other_key_env}; came nothing; set it, or "
                               f"leave --other-key-env out")  # fmt: skip
    with _usage():
        subject = Elsewhere(wish.url, key, other)
        subject.reach()
    return subject


def _address(url: str) -> None:
    """An address that cannot be is told before a missing key, and both before anybody is asked."""
    try:
        parts = urlsplit(url)
        if parts.port == 0 or parts.username is not None or parts.query or parts.fragment:
            raise ValueError
    except ValueError:
        raise click.UsageError("expected an address of a scheme, a host, a port and a path; came something else; say "
                               "http://127.0.0.1:8383/NAME, and tell a key with --key-env") from None  # fmt: skip
    with _usage():
        Caller(url)


def _checked(provider: str, subject: Subject, wish: Wanted, veil: Veil, stop: Stop) -> Checked:
    """Has all phases ask; what they send is written down as it happens."""
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(wish.quiet))
        record = _recorder(stack, subject, wish, veil)

        def seen(said: Exchange, by: str) -> None:
            record(said, by)
            stop.insist()

        # It loads the generators, which take seconds; asking for help takes none.
        run: Callable[..., Checked] = import_module(".checks.provider", contracts.__name__).check
        return run(_promise(provider), subject, seed=wish.seed, max_time=_limit(wish),
                   bounded=not wish.long, say=lambda text: progress.say(veil.text(text)), clock=real,
                   seen=seen)  # fmt: skip


def _promise(provider: str) -> Contract:
    """The promise in the chosen readings, with the models of one's own."""
    settings = settled({}).settings
    return contract(provider, settings.readings.get(provider), settings.models)


def _limit(wish: Wanted) -> float:
    return wish.max_time or (inf if wish.long else BOUNDED)


def _recorder(stack: ExitStack, subject: Subject, wish: Wanted, veil: Veil) -> Callable[[Exchange, str], None]:
    """Hears of every exchange: keys that a new world brought are learnt, and a HAR is written if one is asked for."""
    har: Any = None
    if wish.har:
        from ...contracts.report.files import Har  # needs the extra

        har = stack.enter_context(Har(Path(wish.har), veil, subject.base))

    def seen(said: Exchange, _by: str = "") -> None:
        veil.learn(subject.key, subject.other_key)
        if har is not None:
            har.saw(said)

    return seen


def _told(checked: Checked, wish: Wanted, veil: Veil, accepted: Accepted | None) -> bool:
    """Holds what was found against the baseline, writes every report, and answers whether it fails."""
    report = Report(veil.checked(checked), _promise(checked.provider), _again(checked, wish), wish.baseline)
    if accepted is not None:
        if wish.update_baseline:
            accepted.update(report.checked)
        report = report._replace(checked=accepted.judged(report.checked), ended=accepted.ended(report.checked))
    if wish.junit:
        from ...contracts.report.files import junit  # needs the extra

        Path(wish.junit).write_text(junit(report), encoding="utf-8")
    if wish.html:
        Path(wish.html).write_text(page(report), encoding="utf-8")
    click.echo(plain(json.dumps(report.as_dict(), ensure_ascii=False), short=False) if wish.json else text(report))
    return report.checked.fails


def _again(checked: Checked, wish: Wanted) -> str:
    """The command that shows the same again."""
    words = ["understudy", "check", checked.provider, "--seed", str(checked.seed)]
    for name in ("url", "key_env", "other_key_env", "baseline"):
        value = getattr(wish, name)
        words += [_flag(name), value] if value else []
    words += ["--max-time", f"{wish.max_time:g}"] if wish.max_time else []
    return shlex.join(words + (["--long"] if wish.long else []))


def scored(provider: str, wish: Wanted) -> int:
    """Prints the kept score of the check itself, or plays all broken servers anew."""
    if wish.long:
        with Progress(wish.quiet) as progress:
            row = rerun(contract(provider), lambda: Ours(provider, socket=False), progress.say, whole=True).as_dict()
    else:
        row = kept(provider)
    if not row:
        raise click.UsageError(f"expected a score of {provider} that was kept; came none; count it with --score --long")
    click.echo(json.dumps(row, ensure_ascii=False) if wish.json else shown(row))
    return 0


@contextmanager
def _usage() -> Iterator[None]:
    """A word that cannot be is told in one sentence."""
    try:
        yield
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
