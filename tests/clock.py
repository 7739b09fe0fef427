"""Time that goes on when a test says so."""

from __future__ import annotations

import asyncio
import heapq
import itertools


class Clock:
    """Tells the time, and lets code wait for it; it stands still until a test moves it.

    Attributes:
        now_s: The time, in seconds.
        waits: Seconds of each wait, in the order of beginning.
    """

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self.waits: list[float] = []
        self._serials = itertools.count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now_s

    async def wait(self, seconds: float) -> None:
        """Wait until the test has moved the time so far."""
        self.waits.append(seconds)
        over = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self.now_s + seconds, next(self._serials), over))
        await over

    def advance(self, seconds: float) -> None:
        """Move the time; whoever has waited for it goes on when the loop gets to them."""
        self.now_s += seconds
        while self._waiting and self._waiting[0][0] <= self.now_s:
            _, _, over = heapq.heappop(self._waiting)
            if not over.done():
                over.set_result(None)
