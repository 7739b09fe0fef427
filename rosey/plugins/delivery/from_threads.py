"""Events from other threads: so many at once, as a thread that does nothing else fills the loop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from rosey.errors import EventDroppedError

MOST_AT_ONCE: Final = 100
"""How many events from threads may be on their way; a thread that emits one more waits."""

WAIT_MOST_S: Final = 10.0
"""Seconds that a thread waits for that."""

Result = TypeVar("Result")


class FromThreads:
    """Has code run on a loop, for threads that the loop does not run in.

    Args:
        most_at_once: How many of them may be on their way.
        wait_most_s: Seconds that a thread waits when they are.
    """

    def __init__(
        self, *, most_at_once: int = MOST_AT_ONCE, wait_most_s: float = WAIT_MOST_S
    ) -> None:
        self._free = threading.Semaphore(most_at_once)
        self._wait_most_s = wait_most_s

    def run(
        self, code: Coroutine[Any, Any, Result], loop: asyncio.AbstractEventLoop
    ) -> concurrent.futures.Future[Result]:
        """Run `code` on `loop`; the thread waits first where too many are on their way.

        Raises:
            EventDroppedError: They are for too long.
            RuntimeError: The loop is closed.
        """
        if _runs_here(loop):  # nothing would get fewer while it waits
            return asyncio.run_coroutine_threadsafe(code, loop)
        with contextlib.ExitStack() as undo:
            undo.callback(code.close)
            if not self._free.acquire(timeout=self._wait_most_s):
                told = "events from threads are on their way: wait for what emit_threadsafe gives"
                raise EventDroppedError(f"too many {told}")
            undo.callback(self._free.release)
            future = asyncio.run_coroutine_threadsafe(code, loop)
            undo.pop_all()
        future.add_done_callback(lambda _: self._free.release())
        return future


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
