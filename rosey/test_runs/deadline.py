"""Ends the process of a test that takes too long, and says first where the test stands."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from rosey.diagnostics.stacks import awaiting

EXIT_CODE: Final = 3


class Deadline:
    """Watches one test at a time, from a thread of its own; the tests run in the main thread.

    Args:
        limit_s: Seconds that a test may take.
        tell: Called when they are over, with the line of the test's file that is under way, or
            None where none is; then the process ends.
    """

    def __init__(self, limit_s: float, tell: Callable[[int | None], None]) -> None:
        self._limit_s = limit_s
        self._tell = tell
        self._timer: threading.Timer | None = None

    def begin(self, file: str) -> None:
        """A test begins that stands in a file of that name."""
        self.cancel()
        self._timer = threading.Timer(self._limit_s, self._end, [file])
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """The test is over."""
        if self._timer is not None:
            self._timer.cancel()

    def _end(self, file: str) -> None:
        self._tell(_line_in(file))
        os._exit(EXIT_CODE)


def _line_in(file: str) -> int | None:
    """The innermost line of a file that is executed, or that something on the loop waits at."""
    main = sys._current_frames().get(threading.main_thread().ident or 0)  # noqa: SLF001  documented, for debuggers
    stack = [frame for frame, _ in traceback.walk_stack(main)]
    frames = [*reversed(stack), *_waiting(stack)]
    lines = [frame.f_lineno for frame in frames if Path(frame.f_code.co_filename).name == file]
    return lines[-1] if lines else None


def _waiting(stack: Sequence[types.FrameType]) -> Iterator[types.FrameType]:
    """The frames of all tasks on the loop that runs somewhere in a stack."""
    runs = (frame.f_locals.get("self") for frame in stack)
    loop = next((run for run in runs if isinstance(run, asyncio.AbstractEventLoop)), None)
    for task in asyncio.all_tasks(loop) if loop is not None else ():
        yield from awaiting(task.get_coro())
