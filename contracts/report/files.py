"""The reports for other programs, JUnit and HAR, written by schemathesis' own writers from our cases and exchanges."""

from __future__ import annotations

from http import HTTPStatus
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import Any, cast
from xml.etree import ElementTree

from schemathesis.config import OutputConfig, SanitizationConfig
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.engine.recorder import Interaction, Request, ScenarioRecorder
from schemathesis.engine.statistic import GroupedFailures
from schemathesis.reporting.har import HarWriter
from schemathesis.reporting.junitxml import JunitXmlWriter

from ..checks.case import Case
from ..exchange import Exchange, Headers
from .report import Report, place
from .text import brief, told
from .veil import Veil

MOST_BODY = 64 * 1024  # characters of a body that a HAR holds
UNVEILED = OutputConfig(sanitization=SanitizationConfig(enabled=False))  # what comes here is veiled already


class Found(Failure):
    """A case, as the writers know failures; its code is our rule."""

    __slots__ = ("rule",)

    def __init__(self, case: Case, report: Report) -> None:
        super().__init__(operation=case.finding.operation, title=place(case).strip(), message=told(case, report))
        self.rule = case.finding.rule

    @property
    def code(self) -> str:  # type: ignore[override]
        """The rule that is broken."""
        return self.rule


def junit(report: Report) -> str:
    """The report as JUnit: a test for each phase, one for each new case, one that is skipped for what was not asked."""
    out = StringIO()
    with JunitXmlWriter(out) as writer:
        for phase, _ in report.by_phase():
            writer.record_scenario(phase, 0.0, [], None, UNVEILED)
        for number, case in enumerate(report.cases, 1):
            group = GroupedFailures(None, None, [Found(case, report)], None)
            name = f"{case.by}: {case.finding.rule}{place(case)}"
            writer.record_scenario(f"{name} ({number})", 0.0, [group], None, UNVEILED)
        for number, case in enumerate(report.checked.accepted, 1):
            writer.record_scenario(f"accepted: {case.finding.rule}{place(case)} ({number})", 0.0, [], brief(case),
                                   UNVEILED)  # fmt: skip
        for name, why in report.checked.not_exercised.items():
            writer.record_scenario(f"not asked: {name}", 0.0, [], why, UNVEILED)
        if report.checked.cut:
            writer.record_error("not everything was asked", report.checked.cut)
    return _named(out.getvalue(), report)


def _named(document: str, report: Report) -> str:
    """The same document, in which the suite bears our name, no machine's, and the seconds of the whole check."""
    suites = ElementTree.fromstring(document)  # noqa: S314 - the writer's own output
    for element in [suites, *suites.iter("testsuite")]:
        element.set("time", f"{report.checked.seconds:.3f}")
    for suite in suites.iter("testsuite"):
        suite.set("name", f"understudy check {report.checked.provider}")
        suite.set("hostname", "localhost")
    body = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


class Har:
    """A HAR file that every exchange is written to as it happens; a run that is ended early leaves a whole file."""

    def __init__(self, path: Path, veil: Veil, base: str) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._writer = HarWriter(self._file, UNVEILED)
        self._writer.open()
        self._veil = veil
        self._base = base
        self.count = 0

    def saw(self, said: Exchange) -> None:
        """Writes one exchange down, without a key."""
        self.count += 1
        recorder = ScenarioRecorder(label=said.operation)
        sent = self._veil.exchange(said.wire or said)
        recorder.record_interaction(str(self.count), _interaction(sent, self._base))
        self._writer.write(recorder)

    def __enter__(self) -> Har:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        self._file.close()


def _interaction(said: Exchange, base: str) -> Interaction:
    sent = said.request_body or None
    note = f"\n... {len(sent) - MOST_BODY:,} more bytes".encode() if sent and len(sent) > MOST_BODY else b""
    request = Request(said.method, base + said.url, sent[:MOST_BODY] + note if sent else None, len(sent or b""),
                      _named_headers(said.request_headers, titled=True))  # fmt: skip
    if not said.status:
        return Interaction(request, None)
    # The writer never asks an answer for its request; that class is of a client's library.
    response = Response(said.status, _named_headers(said.answer_headers), _kept(said.answer_body), cast(Any, None), 0.0,
                        verify=False, message=_phrase(said.status), content_size=len(said.answer_body))  # fmt: skip
    return Interaction(request, response)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def _kept(body: bytes) -> bytes:
    """What of a body is kept; the writer says how much that is. Files are measured, not kept."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return b""
    return body if len(body) <= MOST_BODY else body[:MOST_BODY]


def _named_headers(headers: Headers, titled: bool = False) -> dict[str, list[str]]:
    """Headers as the writer looks for them: those that were sent in capitals, those that came in small letters."""
    named: dict[str, list[str]] = {}
    for name, value in headers:
        word = name.decode("latin-1")
        named.setdefault(word.title() if titled else word.lower(), []).append(value.decode("latin-1"))
    return named
