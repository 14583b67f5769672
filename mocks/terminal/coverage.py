"""`coverage`: what of each provider's promise the tests and checks have reached, what they have not, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ...contracts.checks.reaching.coverage import Coverage, read
from ...contracts.checks.reaching.covered import VERSION
from ...contracts.document import PROVIDERS
from ...contracts.finding import did_you_mean
from ...contracts.report.coverage import MOST, lines

FOLDER = ".understudy"
FILES = "coverage*.json"
MAKE = "make one with pytest --understudy-report=DIR"


@click.command(epilog="Example: understudy coverage .understudy --fail-under 60")
@click.argument("folder", metavar="[DIR]", default=FOLDER, envvar="UNDERSTUDY_REPORT")
@click.option("--fail-under", metavar="PERCENT", type=click.FloatRange(0, 100), envvar="UNDERSTUDY_COVERAGE_FAIL_UNDER",
              help="End with 1 if a provider's share of all is less.  [UNDERSTUDY_COVERAGE_FAIL_UNDER]")  # fmt: skip
@click.option("--provider", metavar="PROVIDER", default="", envvar="UNDERSTUDY_COVERAGE_PROVIDER",
              help="Only of this provider.  [UNDERSTUDY_COVERAGE_PROVIDER]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, envvar="UNDERSTUDY_COVERAGE_JSON",
              help="As JSON: the files below DIR, merged into one.  [UNDERSTUDY_COVERAGE_JSON]")  # fmt: skip
@click.option("--all", "every", is_flag=True, envvar="UNDERSTUDY_COVERAGE_ALL",
              help="Tell all that was not reached.  [UNDERSTUDY_COVERAGE_ALL]")  # fmt: skip
def coverage(folder: str, fail_under: float | None, provider: str, as_json: bool, every: bool) -> int:
    """Tell what of each provider's promise was reached, by the coverage files below DIR (.understudy unless told)."""
    if provider and provider not in PROVIDERS:
        cure = did_you_mean(provider, PROVIDERS, "take one of those")
        raise click.UsageError(f"expected a provider among {', '.join(PROVIDERS)}; came {provider!r}; {cure}")
    told = gathered(Path(folder))
    if provider:
        told = {name: part for name, part in told.items() if name == provider}
    if as_json:
        click.echo(json.dumps({"version": VERSION, "providers": told}, indent=1, ensure_ascii=False))
    else:
        texts = ["\n".join(lines(part, None if every else MOST)) for part in told.values()]
        click.echo("\n\n".join(texts) or f"nobody asked {provider or 'a provider'} for anything")
    least = min((part["share"] for part in told.values()), default=0.0)
    short = fail_under is not None and least < fail_under
    if short:
        click.echo(f"expected {fail_under:g} % to be reached; came {least:g} %; --all tells what was not", err=True)
    return int(short)


def gathered(folder: Path) -> dict[str, Any]:
    """What all files of coverage below a folder tell, merged, by provider."""
    files = sorted(folder.rglob(FILES)) if folder.is_dir() else [folder] if folder.is_file() else []
    if not files:
        raise click.UsageError(f"expected a file {FILES} below {folder}; came none; {MAKE}")
    parts: dict[str, list[Any]] = {}
    for file in files:
        try:
            for name, part in read(file.read_bytes()).items():
                parts.setdefault(name, []).append(part)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise click.UsageError(f"expected {file} to be a file of coverage; came {wrong}; take it away, or {MAKE}")\
                from None  # fmt: skip
    return {name: Coverage.merged(parts[name]) for name in sorted(parts)}
