"""An event loop whose time jumps: nobody waits for what is only a matter of time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any, TypeVarTuple

from rosey.rehearsal.clock import HandMovedClock
from rosey.storage.finish import FINISHING

Arguments = TypeVarTuple("Arguments")

_Ready = list[tuple[selectors.SelectorKey, int]]


class HandMovedLoop(asyncio.SelectorEventLoop):
    """Moves a clock on to the next timer as soon as nothing else is left to do.

    What is under way outside of the loop takes the time that it takes: threads of `to_thread` and
    `run_in_executor`, storage, sockets and processes. The clock stands still meanwhile, unless a
    timer becomes due in real seconds too. Threads that nobody told the loop of are not waited for.

    Args:
        clock: Tells its time; it runs in the clock's thread.
    """

    def __init__(self, clock: HandMovedClock) -> None:
        self._clock = clock
        self._outside = 0
        super().__init__(_JumpingSelector(clock, self._is_awaiting_others))

    def time(self) -> float:
        """Seconds on its clock."""
        return self._clock.monotonic()

    def run_in_executor(
        self,
        executor: Any,  # noqa: ANN401  asyncio's own signature
        func: Callable[[*Arguments], Any],
        *args: *Arguments,
    ) -> asyncio.Future[Any]:
        """Run a function in a thread, and wait for it in real seconds."""
        future = super().run_in_executor(executor, func, *args)
        self._outside += 1
        future.add_done_callback(self._back)
        return future

    async def shutdown_default_executor(self, *arguments: Any) -> None:  # noqa: ANN401  asyncio's own signature
        """Wait for the threads, in real seconds."""
        self._outside += 1
        try:
            await super().shutdown_default_executor(*arguments)
        finally:
            self._outside -= 1

    def _back(self, future: asyncio.Future[Any]) -> None:
        del future
        self._outside -= 1

    def _is_awaiting_others(self) -> bool:
        # A database works in a thread of its own.
        return self._outside > 0 or any(
            task.get_name() == FINISHING for task in asyncio.all_tasks(self)
        )


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for what comes from outside, and else lets the time pass at once.

    Args:
        clock: What to move.
        is_awaiting_others: Whether something is under way that ends in real seconds.
    """

    def __init__(self, clock: HandMovedClock, is_awaiting_others: Callable[[], bool]) -> None:
        super().__init__()
        self._clock = clock
        self._is_awaiting_others = is_awaiting_others

    def select(self, timeout: float | None = None) -> _Ready:
        """What is ready, after `timeout` seconds at the most; None waits for ever."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        # The loop itself has one file: its own pipe.
        is_open = len(self.get_map()) > 1 or self._is_awaiting_others()
        ready = super().select(timeout if is_open else 0)
        if not ready:
            self._clock.move(timeout)
        return ready
