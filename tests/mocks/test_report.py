"""What a person reads: the story of many tasks in one pass, and sums that outlive their sessions."""

from __future__ import annotations

from understudy.mocks.app import App
from understudy.mocks.report import story
from understudy.mocks.settings import Settings
from understudy.mocks.terminal.banner import totals
from understudy.mocks.web.journal import Journal
from understudy.tests.mocks.errands import submit, world


def test_the_journal_is_read_once_for_all_stories() -> None:
    class Counted(Journal):
        reads = 0

        def __iter__(self):  # type: ignore[no-untyped-def]
            self.reads += 1
            return super().__iter__()

        def of(self, on: str = "", task: str = ""):  # type: ignore[no-untyped-def]
            self.reads += 1
            return super().of(on, task)

    with world() as handle:
        book = handle.session.journal = Counted()
        for _ in range(3):
            submit(handle)
        told = handle.call(lambda: story(handle.session))
        reads = book.reads
    assert told.count("POST submit -> 200") == 3
    assert reads == 1


def test_what_ended_or_began_again_counts_at_the_end() -> None:
    with world() as handle:
        app: App = handle._server.app
        before = totals(app)
        submit(handle)
        handle.reset()
        submit(handle)
    after = totals(app)
    assert after["tasks"] - before["tasks"] == 2
    assert after["unpriced"] - before["unpriced"] == 2


def test_counts_are_whole_numbers() -> None:
    sums = totals(App(Settings()))
    assert [type(sums[name]) for name in ("tasks", "unpriced", "findings", "strays")] == [int] * 4
