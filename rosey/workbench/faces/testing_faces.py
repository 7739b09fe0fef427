"""How a run of tests is shown."""

from __future__ import annotations

from rosey.diagnostics.durations import seconds
from rosey.test_runs.model import TestCase, TestOutcome, TestRun
from rosey.workbench.faces.answer import Answer, Lines, Table

_MOST_ROWS = 50
_MOST_DETAILS = 10


def test_run(run: TestRun) -> Answer:
    """The counts, the tests one a row, and how each of them failed that did."""
    summary = f"{run.summary} in {seconds(run.duration_s)} ({', '.join(run.origin)})"
    trouble = [run.trouble, *run.printed.rstrip().splitlines()[-_MOST_ROWS:]] if run.trouble else []
    parts: list[Lines | Table] = [Lines(lines=(summary, *trouble))]
    if rows := _rows(run):
        heads = ("test", "outcome", "took", "where", "why")
        parts.append(Table(title="", heads=heads, rows=rows))
    failed = [case for case in run.cases if not case.is_ok]
    parts += [Lines(lines=tuple(_detail(case))) for case in failed[:_MOST_DETAILS]]
    return Answer(run, *parts)


def _rows(run: TestRun) -> tuple[tuple[str, ...], ...]:
    """All tests; where those are many, what is not as usual."""
    told = run.cases
    if len(told) > _MOST_ROWS:
        told = tuple(case for case in told if case.outcome is not TestOutcome.PASSED)[:_MOST_ROWS]
    return tuple(
        (case.name, str(case.outcome), seconds(case.duration_s), case.place or "-", case.reason)
        for case in told
    )


def _detail(case: TestCase) -> list[str]:
    lines = [f"{case.name} {case.outcome}", *case.detail.splitlines()]
    return [*lines, *case.output.splitlines()]
