"""Tells, in the process of the tests, how each of them ends: a plugin of pytest."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

from rosey.test_runs.crashes import Crash, crash_of
from rosey.test_runs.deadline import Deadline
from rosey.test_runs.model import TestCase, TestOutcome

CELL: Final = "test_in_this_cell.py"
"""The file that the text of a cell is written to: pytest reads files."""

DETAIL_CHARS: Final = 20_000
"""How much is told of how a test failed, and of what was printed meanwhile."""

_CELL_PATH = re.compile(rf"[^\s\"':]*{re.escape(CELL)}")


def named(text: str, label: str) -> str:
    """A text in which the file of a cell is called what the cell is."""
    return _CELL_PATH.sub(lambda _: label, text)


class Teller:
    """What pytest calls as tests begin and end.

    Args:
        tell: Called with each fact: how many tests there are (`total`), the name of one that
            begins (`begins`), how one has ended (`case`, as plain values), what stopped them all
            (`stopped`), or where one stands that takes too long (`stands`): the process ends then.
        files: The names of the files with tests.
        label: What the cell is called, such as `In [5]`.
        test_s: Seconds that a test may take.
    """

    def __init__(
        self,
        tell: Callable[[Mapping[str, Any]], None],
        files: Collection[str],
        label: str,
        test_s: float,
    ) -> None:
        self._tell = tell
        self._files = files
        self._label = label
        self._file = ""
        self._deadline = Deadline(test_s, self._stands)
        self._reports: list[Any] = []
        self._unread: BaseException | None = None

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:  # noqa: ANN401  pytest's own types
        """A file could not be read, or a test failed."""
        error = call.excinfo.value
        if report.when == "collect" and isinstance(error, node.CollectError):
            self._unread = error.__cause__

    def pytest_collectreport(self, report: Any) -> None:  # noqa: ANN401  pytest's own type
        """A file was read, or could not be."""
        if report.failed:
            self._end(report.nodeid, [report])
        self._unread = None

    def pytest_collection_finish(self, session: Any) -> None:  # noqa: ANN401  pytest's own type
        """All tests are known."""
        self._tell({"total": len(session.items)})

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self._reports.clear()
        self._file = nodeid.partition("::")[0]
        self._tell({"begins": self._name(nodeid)})
        self._deadline.begin(Path(self._file).name)

    def pytest_runtest_logreport(self, report: Any) -> None:  # noqa: ANN401  pytest's own type
        """The fixtures, the test itself, or the end of the fixtures are over, in this order."""
        self._reports.append(report)
        if report.when == "teardown":
            self._deadline.cancel()
            self._end(report.nodeid, self._reports)

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:  # noqa: ANN401  pytest's own type
        """All tests are stopped: by one of them, or by pytest."""
        self._stopped(excinfo.value)

    def pytest_internalerror(self, excinfo: Any) -> bool:  # noqa: ANN401  pytest's own type
        """Pytest fails; True where a line of the tests is to blame, and pytest need not tell."""
        return self._stopped(excinfo.value)

    def pytest_report_teststatus(self) -> tuple[str, str, str]:
        """Have pytest print nothing of a test."""
        return "", "", ""

    def _stopped(self, error: BaseException) -> bool:
        crash = crash_of(error, self._files)
        if crash is None:
            return False
        self._deadline.cancel()
        self._tell({"stopped": self._shown(f"{crash.place}: {crash.reason}")})
        return True

    def _stands(self, line: int | None) -> None:
        self._tell({"stands": self._shown(self._file if line is None else _at(self._file, line))})

    def _end(self, nodeid: str, reports: list[Any]) -> None:
        told = next((r for r in reports if r.failed), None) or next(
            (r for r in reports if r.skipped), reports[-1]
        )
        crash = None if self._unread is None else crash_of(self._unread, self._files)
        detail = told.longreprtext if crash is None else crash.detail
        case = TestCase(
            name=self._name(nodeid),
            outcome=_outcome(told, reports),
            duration_s=sum(getattr(report, "duration", 0.0) for report in reports),
            place=self._place(told, crash) if told.failed else "",
            reason=self._shown(_reason(told) if crash is None else crash.reason),
            detail=self._shown(_cut(detail)) if told.failed else "",
            output=self._shown(_cut(_output(reports))) if told.failed else "",
        )
        self._tell({"case": dataclasses.asdict(case)})

    def _name(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        return test.replace("::", ".") or self._shown(file)

    def _place(self, report: Any, crash: Crash | None) -> str:  # noqa: ANN401  pytest's own type
        """The last line of the tests that the way to the fault went through."""
        if crash is not None:
            return self._shown(crash.place)
        traceback = getattr(report.longrepr, "reprtraceback", None)
        entries = [getattr(e, "reprfileloc", None) for e in getattr(traceback, "reprentries", ())]
        file = Path(report.nodeid.partition("::")[0]).name
        lines = [e.lineno for e in entries if e is not None and Path(e.path).name == file]
        if not lines and getattr(report, "location", None) and report.location[1] is not None:
            lines = [report.location[1] + 1]
        return self._shown(_at(file, lines[-1]) if lines else file)

    def _shown(self, text: str) -> str:
        return named(text, self._label)


def _at(file: str, line: int) -> str:
    return f"{file}, line {line}"


def _outcome(told: Any, reports: list[Any]) -> TestOutcome:  # noqa: ANN401  pytest's own type
    if told.failed:
        is_test = getattr(told, "when", None) == "call"
        return TestOutcome.FAILED if is_test else TestOutcome.ERROR
    is_expected_to_fail = any(hasattr(report, "wasxfail") for report in reports)
    if told.skipped:
        return TestOutcome.XFAILED if is_expected_to_fail else TestOutcome.SKIPPED
    return TestOutcome.XPASSED if is_expected_to_fail else TestOutcome.PASSED


def _reason(told: Any) -> str:  # noqa: ANN401  pytest's own type
    if hasattr(told, "wasxfail"):
        return str(told.wasxfail)
    if told.skipped and isinstance(told.longrepr, tuple):
        return str(told.longrepr[2])
    if not told.failed:
        return ""
    if (crash := getattr(told.longrepr, "reprcrash", None)) is not None:
        return str(crash.message).strip().partition("\n")[0]
    lines = str(told.longreprtext).strip().splitlines() or [""]
    # Where pytest knows no place, it marks the lines that tell what is wrong.
    return next((line[1:].strip() for line in lines if line.startswith("E ")), lines[0])


def _output(reports: list[Any]) -> str:
    # Each report has what the ones before it have too.
    sections = dict.fromkeys(section for report in reports for section in report.sections)
    return "\n".join(f"{title}:\n{text.rstrip()}" for title, text in sections)


def _cut(text: str) -> str:
    left_out = len(text) - DETAIL_CHARS
    half = DETAIL_CHARS // 2
    return text if left_out <= 0 else f"{text[:half]}\n[{left_out:,} more]\n{text[-half:]}"
