"""The command that runs a plugin's tests."""

from __future__ import annotations

import collections
import sys
import time

from rosey.errors import UsageError
from rosey.rehearsal.stage import Fact
from rosey.test_runs.model import TestOutcome
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.crossing.progress import follow
from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.testing_faces import test_run
from rosey.workbench.session import Session

QUIET_S = 2.0
"""Seconds after which a run shows how far it is."""

_TICK_S = 0.2

_MARKS = {TestOutcome.PASSED: ".", TestOutcome.FAILED: "F", TestOutcome.ERROR: "E"}


def _own(session: Session, text: str) -> Answer:
    name, progress = arguments.plugin_name(text), _Progress()
    crossing = session.bot.tests.run(name, hear=progress.hear)
    return test_run(follow(crossing, progress, _TICK_S))


def _cell(session: Session, text: str, body: str) -> Answer:
    name, progress = arguments.plugin_name(text), _Progress()
    if not body.strip():
        raise UsageError("the cell has no tests")
    # What the display hook says holds for every IPython: some count on before the cell runs.
    label = f"In [{session.shell.displayhook.prompt_count}]"
    # Lines count from the cell's own first line.
    crossing = session.bot.tests.run(name, f"\n{body}", label=label, hear=progress.hear)
    return test_run(follow(crossing, progress, _TICK_S))


class _Progress:
    """Shows in the cell how far a run is, a mark for each test, where it takes its time."""

    def __init__(self) -> None:
        self._marks: collections.deque[str] = collections.deque()
        self._is_shown = False
        self._began_s = time.monotonic()

    def hear(self, fact: Fact) -> None:
        """Take down what is told, on the bot's thread."""
        if "case" in fact:
            self._marks.append(_MARKS.get(TestOutcome(fact["case"]["outcome"]), "s"))

    def draw(self) -> None:
        """Show the marks that came since the last time; none of a run that is soon over."""
        if time.monotonic() - self._began_s >= QUIET_S:
            self._show()

    def end(self) -> None:
        """Show the last ones, where there are others."""
        if self._is_shown:
            self._show("\n")

    def _show(self, end: str = "") -> None:
        marks = "".join(self._marks.popleft() for _ in range(len(self._marks)))
        if marks or end:
            self._is_shown = True
            sys.stdout.write(marks + end)
            sys.stdout.flush()


COMMANDS = (
    WorkbenchCommand(
        name="test",
        arguments="NAME",
        help="Run a plugin's own tests, or those in the cell, against a copy of the bot.",
        example="%rosey test trivia",
        python='bot.tests.run("trivia")',
        run=_own,
        complete=candidates.plugins_in(),
        run_cell=_cell,
    ),
)
