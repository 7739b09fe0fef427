"""What the work of a rehearsal has at hand in its process."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, TextIO, TypeVar

from rosey.rehearsal.clock import HandMovedClock
from rosey.rehearsal.loop import HandMovedLoop

Result = TypeVar("Result")

Fact = Mapping[str, Any]
"""What a rehearsal tells: plain values that JSON can hold."""


class Stage:
    """Where a rehearsal takes place: its event loop, and its line to whoever started it.

    Args:
        line: Where facts go.
        clock: The process's clock; None where that is the real one.
    """

    def __init__(self, line: TextIO, clock: HandMovedClock | None) -> None:
        self._line = line
        self._clock = clock
        self._turn = threading.Lock()

    def tell(self, fact: Fact) -> None:
        """Tell a fact at once, from any thread."""
        text = json.dumps(fact)
        with self._turn:
            self._line.write(f"{text}\n")
            self._line.flush()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine to its end; on a clock that is moved by hand where there is one."""
        clock = self._clock
        loop_factory = None if clock is None else lambda: HandMovedLoop(clock)
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            return runner.run(work)
