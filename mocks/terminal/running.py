"""`run` and `env`: a command with the stand-ins under it, and the variables that point clients at `serve`."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from ..app import DEFAULT, App
from ..report import MOST, Verdict
from ..server import Server
from .banner import Front, line, totals
from .flags import cast, flags, rehearsed, settled

PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY")


@click.command(context_settings={"allow_interspersed_args": False}, epilog="Example: understudy run -- pytest -q")
@flags("run")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- CMD...")
def run(command: tuple[str, ...], **said: Any) -> int:
    """Start the stand-ins on a free port, run a command against them, and report.

    The exit code is the command's own if that is not 0, else 1 if something was found, else 0.
    """
    settings = settled(said).settings
    if not command:
        raise click.UsageError("expected a command after --; came none; say: understudy run -- pytest")
    if shutil.which(command[0]) is None:
        raise click.UsageError(f"expected a command that can be run; came {command[0]!r}, which is no program here; "
                               f"correct it, or write its path")  # fmt: skip
    server = Server(rehearsed(App(settings, opens_default=True)))
    try:
        server.call(server.app.default)
        host, _, port = server.url.removeprefix("http://").rpartition(":")
        front = Front.of(server.app, host, int(port))
        code = _played(command, child_env(front))
        told, fails = server.call(lambda: _report(server.app))
    finally:
        server.stop()
    click.echo(told, err=True)
    return code or int(fails)


@click.command(epilog='Example: eval "$(understudy env)"')
@click.argument("providers", nargs=-1, metavar="[PROVIDER]...")
@flags("env")
def env(providers: tuple[str, ...], **said: Any) -> None:
    """Print the variables that point clients at `serve`, as lines for a shell."""
    names, settings = cast(providers), settled(said).settings
    if not settings.port and not settings.public_url:
        raise click.UsageError("expected a port that is known beforehand; came 0; name one with --port, or read the "
                               "line that serve --json prints")  # fmt: skip
    app = App(settings, opens_default=True)
    app.open(DEFAULT, settings)
    front = Front.of(app, settings.host, settings.port)
    for name in names:
        for variable, value in front.env(name).items():
            click.echo(f"export {variable}={shlex.quote(value)}")


def child_env(front: Front) -> dict[str, str]:
    """The environment of a command: ours, each provider's variables, and no proxy between it and the stand-ins."""
    made = dict(os.environ)
    if any(made.get(name) for name in PROXIES):
        for name in ("no_proxy", "NO_PROXY"):
            made[name] = ",".join(filter(None, (made.get(name, ""), "127.0.0.1", "localhost")))
    for provider in front.keys:
        made.update(front.env(provider))
    return made


def _played(command: tuple[str, ...], environment: dict[str, str]) -> int:
    """Runs the command to its end; signals are its business, from before it begins."""
    waiting: list[int] = []
    hand_on: Callable[[int], None] = waiting.append

    def heard(number: int, frame: object) -> None:  # noqa: ARG001 - a signal handler is handed both
        # A terminal's Ctrl-C reaches the whole group by itself; twice would be once too often.
        if number != signal.SIGINT or not _in_front():
            hand_on(number)

    before = {name: signal.signal(name, heard) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        child = subprocess.Popen(command, env=environment)  # noqa: S603 - the user's own command
        hand_on = child.send_signal
        for number in waiting:
            child.send_signal(number)
        code = child.wait()
    except OSError as wrong:
        raise click.UsageError(f"expected a command that can be run; came {command[0]!r} ({wrong.strerror}); correct "
                               f"it, or make it executable") from None  # fmt: skip
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    return code if code >= 0 else 128 - code


def _in_front() -> bool:
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp()  # type: ignore[union-attr]
    except (OSError, AttributeError, ValueError):
        return False


def _report(app: App) -> tuple[str, bool]:
    """What is told of a run, and whether it fails."""
    lines, fails = [], False
    for session in app.sessions.values():
        verdict = Verdict.of(session, app.settings.strict, frozenset())
        if verdict.fails:
            told = verdict.text(on_purpose="")  # a run has no marker that could let a rule be
            lines.append(f"understudy found what a real provider would not forgive\n{told}")
        lines += _doubtful(verdict)
        fails = fails or verdict.fails
    lost = [finding for finding, _ in app.strays.findings.values() if finding.severity == "broken"]
    lines += map(str, lost[:MOST])
    return "\n".join([*lines, line(totals(app))]), fails or bool(lost)


def _doubtful(verdict: Verdict) -> Iterator[str]:
    yield from map(str, verdict.shown[:MOST])
    if len(verdict.shown) > MOST:
        yield f"and {len(verdict.shown) - MOST} more that are doubtful: --strict tells them as failures"
