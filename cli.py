"""The terminal door: the table of verbs, each loaded when called; a verb's body stands beside its noun."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from . import __version__

# verb -> (the module that holds it, what it does)
VERBS = {
    "serve": ("mocks.terminal.serving", "Serve the stand-ins on one port until you stop it."),
    "run": ("mocks.terminal.running", "Start the stand-ins, run a command against them, and report."),
    "env": ("mocks.terminal.running", "Print the variables that point clients at `serve`."),
    "check": ("mocks.terminal.checking", "Check whether a server keeps a provider's promise."),
    "catalogue": ("mocks.terminal.catalogue", "List, show, compare and pull the models of a provider."),
    "explain": ("contracts.explain", "Explain an error of a provider, or a rule of ours."),
    "coverage": ("mocks.terminal.coverage", "Tell what of each provider's promise was reached, and what was not."),
    "doctor": ("mocks.terminal.doctor", "Check whether everything here is fit to run."),
    "schema": ("mocks.tables", "Print the JSON Schema of a file that you may write."),
}
FINE, FINDINGS, USAGE, INTERNAL = 0, 1, 2, 3


class Door(click.Group):
    """The verbs; asking for help loads none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click hands it over
        """In the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Loads a verb."""
        if cmd_name not in VERBS:
            return None
        verb: click.Command = getattr(import_module(f".{VERBS[cmd_name][0]}", __package__), cmd_name)
        return verb

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that is asked for; an unknown one is answered with the nearest."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            near = get_close_matches(args[0], VERBS, 1)
            cure = f"did you mean {near[0]}?" if near else "see understudy --help"
            raise click.UsageError(f"expected a verb among {', '.join(VERBS)}; came {args[0]!r}; {cure}", ctx)
        return super().resolve_command(ctx, args)

    def main(self, args: Any = None, standalone_mode: bool = True, **more: Any) -> Any:  # type: ignore[override]
        """Plays one verb; its exit code ends the process, or is answered where `standalone_mode` is off."""
        words = list(sys.argv[1:] if args is None else args)
        more["prog_name"] = "understudy"  # however it was called: a sentence that names a verb can then be typed
        code = _played(lambda: super(Door, self).main(words or ["--help"], standalone_mode=False, **more))
        if standalone_mode:
            raise SystemExit(code)
        return code

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Tells the table."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, says) for name, (_, says) in VERBS.items()])


def _played(verb: Callable[[], Any]) -> int:
    """The exit code of a verb; whatever goes wrong is told in one sentence."""
    try:
        done = verb()
        sys.stdout.flush()
        return done if isinstance(done, int) else FINE
    except click.ClickException as wrong:
        click.echo(f"understudy: {_sentence(wrong)}", err=True)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # Whoever read has gone, as `head` does; the interpreter must not stumble over it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except Exception:
        sys.excepthook(*sys.exc_info())
        click.echo("understudy: this should not have happened; please report the lines above", err=True)
        return INTERNAL


def _sentence(wrong: click.ClickException) -> str:
    """One sentence with cause and cure."""
    ctx = getattr(wrong, "ctx", None)
    verb = ctx.command_path if ctx is not None else "understudy"
    if isinstance(wrong, click.NoSuchOption):
        near = list(wrong.possibilities or ())
        cure = f"did you mean {near[0]}?" if near else f"see {verb} --help"
        return f"expected a flag of {verb}; came {wrong.option_name}; {cure}"
    text = wrong.format_message().rstrip(".")
    return text if text.startswith("expected") else f"{text[:1].lower()}{text[1:]}; see {verb} --help"


@click.command(cls=Door, subcommand_metavar="VERB ...", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="understudy %(version)s")
def main() -> None:
    """Local stand-ins for generative-media APIs: nothing is uploaded, nothing is charged.

    Every flag is also an environment variable (UNDERSTUDY_PORT for --port) and a key of understudy.toml or
    [tool.understudy] in pyproject.toml. Exit codes: 0 fine, 1 findings, 2 usage, 3 internal.
    """


if __name__ == "__main__":
    main()
