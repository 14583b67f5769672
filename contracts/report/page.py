"""The report as one page for a browser: it needs no other file and no script, and shows all that came as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from ..checks.case import Case
from .picture import picture
from .plain import plain
from .report import SEVERITIES, Report, counted, found, place
from .story import Gap, Step, lines, pretty, steps
from .text import brief

MOST_STEPS = 40  # of a story in words
MOST_BODY = 4000  # characters
MOST_MISSED = 25  # rows of a group


def page(report: Report) -> str:
    """The whole page."""
    look = (files(__name__.rpartition(".")[0]) / "page.css").read_text(encoding="utf-8")
    title = escape(f"Check of {report.checked.subject}")
    parts = [*_head(report), *_rules(report), *_cases(report), *_covered(report), *_rest(report)]
    return plain("\n".join([
        "<!doctype html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # Whatever slips through as markup can neither run nor load anything.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">',
        f"<title>{title}</title>", f"<style>\n{look}</style>", "</head>", "<body>", "<main>", *parts, "</main>",
        "</body>", "</html>", "",
    ]))  # fmt: skip


def _head(report: Report) -> Iterator[str]:
    checked = report.checked
    fails = " fails" if checked.fails else ""
    yield f'<header class="verdict{fails}"><h1>{escape(report.judgement)}</h1><p>{escape(report.tally)}</p>'
    phases = ", ".join(f"{phase} {many:,}" for phase, many in report.by_phase())
    yield (f'<p class="about">{escape(checked.provider)}, seed {checked.seed}, {checked.seconds:.1f} s; '
           f"{counted(checked.walks, 'order')} from submit to cancel"
           f"{'; requests by phase: ' + escape(phases) if phases else ''}</p>")  # fmt: skip
    if checked.cut:
        yield f"<p><strong>Not everything was asked:</strong> {escape(checked.cut)}</p>"
    yield f"<p><code>{escape(report.again)}</code></p></header>"


def _rules(report: Report) -> Iterator[str]:
    """How many cases each rule has, with a way to the first of each."""
    cases = report.cases
    if not cases:
        return
    count = Counter(case.finding.rule for case in cases)
    times = Counter[str]()
    for case in cases:
        times[case.finding.rule] += case.times
    yield '<h2>By rule</h2><div class="scroll"><table><thead><tr><th scope="col">rule</th><th scope="col">severity</th>'
    yield '<th scope="col" class="number">findings</th><th scope="col" class="number">times</th></tr></thead><tbody>'
    for at, case in enumerate(cases, 1):
        rule, severity = case.finding.rule, case.finding.severity
        if rule in count:
            yield (f'<tr><td><a href="#case-{at}">{escape(rule)}</a></td><td class="{severity}">{severity}</td>'
                   f'<td class="number">{count.pop(rule):,}</td>'
                   f'<td class="number">{times[rule]:,}</td></tr>')  # fmt: skip
    yield "</tbody></table></div>"


def _cases(report: Report) -> Iterator[str]:
    cases = report.cases
    if cases:
        yield f"<h2>{counted(len(cases), 'new finding')}</h2>"
    for at, case in enumerate(cases, 1):
        yield from _case(case, at, report)


def _case(case: Case, number: int, report: Report) -> Iterator[str]:
    finding, said = case.finding, case.exchange
    told = steps(case, report.promise)
    yield f'<article id="case-{number}" aria-labelledby="case-{number}-head">'
    assert finding.severity in SEVERITIES  # it is a class of the page
    yield (f'<h3 id="case-{number}-head"><span class="severity {finding.severity}">{finding.severity}</span>'
           f"{escape(finding.rule + place(case))}</h3>")  # fmt: skip
    yield "<dl>" + "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in (
        ("expected", finding.expected), ("came", finding.came), ("do this", finding.cure), ("found by", found(case)),
    )) + "</dl>"  # fmt: skip
    yield f'<div class="figure scroll" tabindex="0">{picture(told, f"case-{number}-picture")}</div>'
    yield (
        '<h4>story</h4><div class="scroll" tabindex="0"><table class="story">'
        + "".join(_story(told))
        + "</table></div>"
    )
    yield '<div class="two">'
    said = said.wire or said
    yield f"<div><h4>request</h4>{_pre(_message(f'{said.method} {said.url}', said.request_body))}</div>"
    yield f"<div><h4>answer</h4>{_pre(_message(str(said.status or 'none'), said.answer_body))}</div></div>"
    for name, command in (("curl", case.curl), ("again", report.again), ("accept", report.accepts(case))):
        yield f'<h4>{name}</h4><pre class="wraps">{escape(command)}</pre>'
    yield "</article>"


def _story(told: list[Step]) -> Iterator[str]:
    for step, row in lines(told, MOST_STEPS):
        kind = "" if isinstance(step, Step) and step.asks else ' class="aside"'
        if not isinstance(step, Gap) and step.failing:
            kind = ' class="here" aria-current="true"'
        yield f"<tr{kind}>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"


def _message(head: str, body: bytes) -> str:
    return f"{head}\n\n{pretty(body, MOST_BODY)}" if body else head


def _pre(text: str) -> str:
    return f'<pre class="wraps" tabindex="0">{escape(text)}</pre>'


def _covered(report: Report) -> Iterator[str]:
    """How much of each group was reached, and what was not, with the reason where one is known."""
    rows = report.covered
    if not rows:
        return
    yield '<h2>Coverage of the contract</h2><div class="scroll"><table><thead><tr><th scope="col">group</th>'
    yield '<th scope="col" class="number">reached</th><th scope="col" class="number">of</th>'
    yield '<th scope="col">share</th></tr></thead><tbody>'
    for name, reached, of in rows:
        share = 100 * reached / of
        yield (f'<tr><td>{escape(name)}</td><td class="number">{reached:,}</td><td class="number">{of:,}</td>'
               f'<td class="bar"><span role="img" aria-label="{share:.0f} per cent">'
               f'<i style="width:{share:.1f}%"></i></span></td></tr>')  # fmt: skip
    yield "</tbody></table></div>"
    for name, reached, of in rows:
        if reached < of:
            yield f"<details><summary>{counted(of - reached, 'row')} of {escape(name)} not reached</summary><ul>"
            yield from (f"<li>{escape(row)}</li>" for row in _missed(report, name))
            yield "</ul></details>"


def _missed(report: Report, group: str) -> Iterator[str]:
    rows = [row for row in report.checked.coverage["groups"][group].get("rows", ()) if not row["times"]]
    for row in rows[:MOST_MISSED]:
        yield f"{' '.join(filter(None, row['item']))}: {row.get('why') or 'nobody did it'}"
    if rows[MOST_MISSED:]:
        yield f"and {counted(len(rows) - MOST_MISSED, 'row')} more, which --json tells"


def _rest(report: Report) -> Iterator[str]:
    """What could not be asked, what is accepted, and what of it is gone."""
    checked = report.checked
    yield from _list("Not asked", (f"{why} ({name})" for name, why in checked.not_exercised.items()))
    yield from _list("Accepted by the baseline", (brief(case) for case in checked.accepted))
    gone = (f"{row.get('check')} in {row.get('operation') or 'no operation'}" for row in checked.gone)
    yield from _list("In the baseline, and not found again", gone)


def _list(title: str, rows: Iterable[str]) -> Iterator[str]:
    told = "".join(f"<li>{escape(row)}</li>" for row in rows)
    if told:
        yield f"<h2>{title}</h2><ul>{told}</ul>"
