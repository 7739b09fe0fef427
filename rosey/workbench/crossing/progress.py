"""Progress of what takes long, on one line under its cell."""

from __future__ import annotations

import sys
from typing import Protocol, TypeVar

from rosey.chat.escaping import for_terminal
from rosey.workbench.crossing.loop import Crossing
from rosey.workbench.crossing.waiting import cancel

Result = TypeVar("Result")

REDRAW_S = 0.1

_WIDTH = 30


class Drawn(Protocol):
    """How far something is, as a cell shows it."""

    def draw(self) -> None:
        """Draw it as it is now."""

    def end(self) -> None:
        """Draw no more: the work has ended."""


class Bar:
    """A bar that fills up.

    It is text with carriage returns, which every front end knows; notebooks keep its last state
    alone, so that it is the same in each run.

    Args:
        what: What is under way.
        total: When it is done.
        unit: What is counted.
    """

    def __init__(self, what: str, total: int, unit: str) -> None:
        self._what = what
        self._total = total
        self._unit = unit
        self._done = 0

    def note(self, done: int) -> None:
        """Note how far it is; any thread may do so."""
        self._done = done

    def draw(self) -> None:
        """Draw it over where it stands."""
        filled = _WIDTH * self._done // self._total
        bar = "█" * filled + "░" * (_WIDTH - filled)
        sys.stdout.write(
            f"\r{for_terminal(self._what)}  {bar}  {self._done} of {self._total} {self._unit}"
        )
        sys.stdout.flush()

    def end(self) -> None:
        """Draw it for the last time."""
        self.draw()
        sys.stdout.write("\n")


def follow(crossing: Crossing[Result], drawn: Drawn, every_s: float = REDRAW_S) -> Result:
    """Wait for work, and draw how far it is; an interrupt of the cell cancels it.

    Args:
        crossing: The work.
        drawn: What draws it.
        every_s: Seconds between two times that it does, and before the first one.
    """
    try:
        while not crossing.join(every_s):
            drawn.draw()
    except KeyboardInterrupt:
        cancel(crossing)
        raise
    finally:
        drawn.end()
    return crossing.result()
