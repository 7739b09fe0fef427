"""Commands that share a bug: a report is written here, and opened there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from rosey.diagnostics.report.versions import differences, versions_here
from rosey.errors import UsageError
from rosey.workbench.calls.reports import open_report
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.faces import render, report_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session

_NAME = "rosey-report-%Y%m%d-%H%M%S.json"


def _report(session: Session, text: str) -> Answer:
    words = arguments.words(text, most=1)
    path = Path(words[0] if words else time.strftime(_NAME))
    report = session.bot.reports.take(path)
    size_kb = path.stat().st_size / 1000
    return render.lines(report, [
        f"{path} is written: {size_kb:,.0f} kB, for you alone",
        *report_faces.contents(report),
        "names and words of users are in it: read it before you send it",
        f"%rosey open {path}  - shows it, here or on any other machine",
    ])  # fmt: skip


def _open(session: Session, text: str) -> Answer:
    del session
    words = arguments.words(text, most=1)
    if not words:
        raise UsageError("the file of a report is missing")
    report = open_report(words[0])
    return report_faces.bug_report(report, differences(report.versions, versions_here()))


def _reports(session: Session, words: Sequence[str]) -> Iterable[str]:
    del session
    if words:
        return ()
    return candidates.files(".json")


COMMANDS = (
    WorkbenchCommand(
        name="report",
        arguments="[FILE]",
        help="Write a bug report without secrets: versions, plugins, events, log, state.",
        example="%rosey report bug.json",
        python='bot.reports.take("bug.json")',
        run=_report,
        complete=candidates.nothing,
    ),
    WorkbenchCommand(
        name="open",
        arguments="FILE",
        help="Show a bug report, whoever wrote it.",
        example="%rosey open bug.json",
        python='rosey.workbench.calls.reports.open_report("bug.json")',
        run=_open,
        complete=_reports,
    ),
)
