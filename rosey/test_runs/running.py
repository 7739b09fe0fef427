"""Runs the tests of a plugin in a process of their own, and takes down what comes of them."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rosey.errors import RehearsalError, RoseyError
from rosey.rehearsal.process import rehearse
from rosey.rehearsal.stage import Fact
from rosey.rehearsal.twin import Twin
from rosey.test_runs.model import TestCase, TestOutcome, TestRun
from rosey.test_runs.performing import Plan, perform
from rosey.test_runs.telling import CELL, named

TEST_S: Final = 20.0
"""Seconds that one test may take."""

_SILENCE_S: Final = 20.0
"""Seconds more after which the process hangs as a whole; also while no test runs."""

_STOPPED = 2
_ENDS = {_STOPPED: "the tests were stopped", 3: "pytest itself failed", 4: "pytest cannot begin"}
"""By exit code of pytest; the others tell of tests."""

_INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

Hear = Callable[[Fact], None]


def unheard(fact: Fact) -> None:
    """Take no notice of a fact."""
    del fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Tests in the text of a cell.

    Attributes:
        text: The text; its lines count from the first.
        label: What the cell is called, such as `In [5]`.
    """

    text: str
    label: str


async def run_tests(
    plugin: str,
    twin: Twin,
    tests: Cell | Sequence[Path],
    *,
    hear: Hear = unheard,
    test_s: float = TEST_S,
) -> TestRun:
    """Run tests of a plugin.

    Args:
        plugin: Its name.
        twin: What the bots of the tests are made of.
        tests: Where the tests stand: a cell, or files.
        hear: Called with each fact as it comes; see `Teller`.
        test_s: Seconds that one test may take; one that takes longer ends the run.

    Raises:
        RoseyError: pytest is not installed.
    """
    if not isinstance(tests, Cell):
        plan = Plan(twin=twin, files=tuple(tests), root=None, label="", test_s=test_s)
        return await _run(plugin, plan, _Notes(hear))
    async with _written(tests.text) as file:
        label = tests.label
        plan = Plan(twin=twin, files=(file,), root=file.parent, label=label, test_s=test_s)
        return await _run(plugin, plan, _Notes(hear))


async def _run(plugin: str, plan: Plan, notes: _Notes) -> TestRun:
    trouble = printed = ""
    silence_s = plan.test_s + _SILENCE_S
    try:
        printed = await rehearse(perform, plan, notes.take, silence_s=silence_s)
    except RehearsalError as error:
        trouble, printed = notes.trouble(str(error), plan.test_s), error.printed
    if notes.missing:
        raise RoseyError(f'{notes.missing} is not installed: pip install "rosey[test]"')
    trouble = trouble or notes.unfinished
    if plan.label:
        trouble, printed = named(trouble, plan.label), named(printed, plan.label)
    return TestRun(
        plugin=plugin,
        origin=(plan.label,) if plan.label else tuple(file.name for file in plan.files),
        cases=tuple(notes.cases),
        duration_s=sum(case.duration_s for case in notes.cases),
        trouble=trouble,
        printed=printed if trouble and not notes.is_told else "",
    )


class _Notes:
    """What was told so far."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._under_way: str | None = None
        self._stands: str | None = None
        self._stopped: str | None = None
        self.cases: list[TestCase] = []
        self._total = 0
        self._ended = 0
        self.missing = ""

    def take(self, fact: Fact) -> None:
        """Take a fact down, and pass it on."""
        match fact:
            case {"missing": str(name)}:
                self.missing = name
            case {"ended": int(code)}:
                self._ended = code
            case {"stands": str(place)}:
                self._stands = place
            case {"total": int(count)}:
                self._total = count
            case {"stopped": str(why)}:
                self._stopped = why
            case {"begins": str(name)}:
                self._under_way = name
            case {"case": values}:
                self._under_way = None
                outcome = TestOutcome(values["outcome"])
                self.cases.append(TestCase(**{**values, "outcome": outcome}))
        self._hear(fact)

    @property
    def is_told(self) -> bool:
        """Whether it is known which line of the tests broke them off."""
        return self._stands is not None or self._stopped is not None

    @property
    def unfinished(self) -> str:
        """Why pytest has not run all tests; empty where it has, or a case tells why."""
        if self._stopped is not None:
            by = self._under_way
            why = f"{by} stopped the tests: {self._stopped}" if by else self._stopped
            return why + self._left_out
        is_told = self._ended == _STOPPED and any(not case.is_ok for case in self.cases)
        return "" if is_told else _ENDS.get(self._ended, "")

    def trouble(self, error: str, test_s: float) -> str:
        """Why the process ended, and in which test."""
        if self._stands is not None:
            where = f"it stands at {self._stands}{self._left_out}"
            return f"{self._under_way} took longer than {test_s:g} s: {where}"
        return f"{self._under_way} did not end: {error}" if self._under_way else error

    @property
    def _left_out(self) -> str:
        """How many tests did not begin, for the end of a message."""
        left = self._total - len(self.cases) - 1
        return f"; {left} more did not run" if left > 0 else ""


@contextlib.asynccontextmanager
async def _written(source: str) -> AsyncIterator[Path]:
    """A file with some tests, alone in a folder, until the `async with` block ends."""

    def write() -> Path:
        folder = Path(tempfile.mkdtemp(prefix="rosey-tests-"))
        (folder / "pytest.ini").write_text(_INI, encoding="utf-8")
        (folder / CELL).write_text(source, encoding="utf-8")
        return folder / CELL

    file = await asyncio.to_thread(write)
    try:
        yield file
    finally:
        await asyncio.to_thread(shutil.rmtree, file.parent, ignore_errors=True)
