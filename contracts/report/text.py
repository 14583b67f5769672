"""The report as text: what a person reads at two in the morning."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..checks.case import Case
from .plain import plain
from .report import Report, counted, found, place
from .story import Gap, line, lines, steps

MOST = 5  # cases that are told in full
MOST_STEPS = 16  # lines of a story
MOST_BODY = 300  # characters
MOST_PATH = 70
WIDTH = 110
MARGIN = " " * 12


def text(report: Report) -> str:
    """The whole report; its last line is the verdict."""
    cases = report.cases
    blocks = [told(case, report) for case in cases[:MOST]]
    if cases[MOST:]:
        rest = "\n".join(f"  {brief(case)}" for case in cases[MOST:])
        blocks.append(f"and {len(cases) - MOST} more, which --json, --junit and --html tell in full:\n{rest}")
    return plain("\n\n".join([*blocks, "\n".join(_summary(report)), report.verdict]))


def told(case: Case, report: Report) -> str:
    """One case in full: what was expected, what came, what to do; how it came to that, and how to see it again."""
    finding, said = case.finding, case.exchange
    rows = [("expected", finding.expected), ("came", finding.came), ("do this", finding.cure),
            ("found by", found(case))]  # fmt: skip
    ends = [("answer", f"{said.status or 'none'} {line(said.answer_body, MOST_BODY)}".strip())]
    commands = [("curl", case.curl), ("again", report.again), ("accept", report.accepts(case))]
    return plain("\n".join([
        f"{finding.severity}: {finding.rule}{place(case)}", *_rows(rows), *_story(case, report), *_rows(ends),
        *(f"  {name:<10}{command}" for name, command in commands),  # in one line each, to be pasted
    ]))  # fmt: skip


def _rows(rows: list[tuple[str, str]]) -> Iterator[str]:
    for name, said in rows:
        for at, part in enumerate(_wrapped(said)):
            yield f"  {name:<10}{part}" if not at else MARGIN + part


def _wrapped(said: str) -> list[str]:
    parts = plain(said).splitlines() or [""]
    return [part for each in parts for part in
            (textwrap.wrap(each, WIDTH, break_long_words=False, break_on_hyphens=False) or [""])]  # fmt: skip


def _story(case: Case, report: Report) -> Iterator[str]:
    """The story in columns; the line that fails is marked, where one can see it and where one can search for it."""
    rows = [(step, (moment, does, _middle(path, MOST_PATH), status, word))
            for step, (moment, does, path, status, word) in lines(steps(case, report.promise), MOST_STEPS)]  # fmt: skip
    when, does = (max(len(row[at]) for _, row in rows) for at in (0, 1))
    what = max((len(row[2]) for step, row in rows if not isinstance(step, Gap) and step.asks), default=0)
    for at, (step, (moment, method, path, status, word)) in enumerate(rows):
        head = "  story     " if not at else MARGIN
        asks = not isinstance(step, Gap) and step.asks
        tail = f"{method:<{does}}  {path:<{what}}  {status:>3}  {word}" if asks else f"{'':<{does}}  {path}"
        here = "  <- here" if not isinstance(step, Gap) and step.failing else ""
        yield f"{head}{moment:>{when}}  {tail}".rstrip() + here


def _middle(path: str, most: int) -> str:
    """Both ends of what is too long for a column; the curl line has the whole."""
    return path if len(path) <= most else f"{path[: most // 2]}...{path[len(path) - (most - most // 2 - 3) :]}"


def brief(case: Case) -> str:
    """One case in one line."""
    finding = case.finding
    return plain(f"{finding.severity}: {finding.rule}{place(case)}: expected {finding.expected}; came {finding.came}")


def _summary(report: Report) -> Iterator[str]:
    """What was asked, what could not be, and what the baseline has to say."""
    checked = report.checked
    phases = ", ".join(f"{phase} {many:,}" for phase, many in report.by_phase())
    yield f"checked     {checked.subject}, seed {checked.seed}, {checked.seconds:.1f} s"
    yield f"asked       {counted(report.requests, 'request')}" + (f": {phases}" if phases else "")
    yield f"walked      {counted(checked.walks, 'order')} from submit to cancel"
    if report.covered:
        groups = ", ".join(f"{name} {reached} of {of}" for name, reached, of in report.covered)
        yield from _named("covered", f"{report.checked.coverage['share']:g} %: {groups}")
    for name, why in checked.not_exercised.items():
        yield from _named("not asked", f"{why} ({name})")
    for case in checked.accepted:
        yield from _named("accepted", brief(case))
    for row in checked.gone:
        yield from _named("gone", f"{row.get('check')} in {row.get('operation') or 'no operation'} is in the baseline, "
                                  f"and was not found again; --update-baseline takes it out")  # fmt: skip
    if checked.cut:
        yield from _named("cut short", checked.cut)


def _named(name: str, said: str) -> Iterator[str]:
    for at, part in enumerate(_wrapped(said)):
        yield f"{name:<12}{part}" if not at else MARGIN + part
