"""Waiting in a cell for work on the bot's loop."""

from __future__ import annotations

from typing import TypeVar

from rosey.errors import RoseyError
from rosey.workbench.crossing.loop import Crossing

Result = TypeVar("Result")

DEADLINE_S = 60.0
"""Seconds that a command has, unless it says otherwise."""

CANCEL_S = 2.0
"""Seconds that cancelled work has to give back what it took."""


def wait(crossing: Crossing[Result], deadline_s: float | None = DEADLINE_S) -> Result:
    """Wait for work on the bot's loop; an interrupt of the cell cancels it.

    Args:
        crossing: The work.
        deadline_s: Seconds after which it is cancelled; None lets it take as long as it does.

    Raises:
        RoseyError: The deadline has passed.
    """
    try:
        return crossing.result(deadline_s)
    except KeyboardInterrupt:
        cancel(crossing)
        raise
    except TimeoutError:
        if crossing.is_over:
            raise  # the work has raised it
    where = crossing.blocked_at
    cancel(crossing)
    raise RoseyError(f"it took longer than {deadline_s:g} s and is cancelled{where}")


def cancel(crossing: Crossing[Result]) -> None:
    """Cancel work, and wait a moment while it gives back what it took."""
    crossing.cancel()
    crossing.join(CANCEL_S)
