"""Timers: what a plugin has called again and again while it is enabled."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable

from rosey.errors import EventDroppedError
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Fault
from rosey.plugins.calling.ownership import Owner

Rhythm = dict[str, float]
"""When each timer of a plugin is due next, on the loop's clock, by its label."""


class Timer:
    """Calls a function of a plugin every so many seconds.

    Args:
        owner: The plugin.
        function: What to call, plain or async.
        seconds: From the end of one call to the next.
        name: What people call it.
        rhythm: Where it notes when it is due next: the next generation goes on from there.
        caller: Calls it.
        report: Gets its faults.

    Attributes:
        label: Which one it is, for people.
        ticking: The tasks in which it runs, or which have not yet ended after `stop`.
    """

    def __init__(  # noqa: PLR0913  all by name
        self,
        *,
        owner: Owner,
        function: Callable[[], object],
        seconds: float,
        name: str,
        rhythm: Rhythm,
        caller: Caller,
        report: Callable[[Fault], None],
    ) -> None:
        self._owner = owner
        self._function = function
        self._seconds = seconds
        self._name = name
        self._rhythm = rhythm
        self._caller = caller
        self._report = report
        self.label = f"{name} every {seconds:g} s"
        self.ticking: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Tick from now on; the rhythm of the last generation goes on."""
        due = asyncio.get_running_loop().time() + self._seconds
        self._rhythm.setdefault(self.label, due)
        # In a context of its own: no tick is caused by the event that enabled the plugin.
        task = asyncio.Task(self._tick(), context=contextvars.Context(), name=self._name)
        task.add_done_callback(self.ticking.discard)
        self.ticking.add(task)
        self._running = task

    def stop(self) -> None:
        """Tick no more."""
        self._rhythm.pop(self.label, None)
        assert self._running is not None  # noqa: S101  it was started
        self._running.cancel()
        self._running = None

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._rhythm[self.label] - loop.time())
            try:
                await self._call()
            except EventDroppedError:
                pass  # which has been told: the next tick may have room
            except Exception as error:  # noqa: BLE001  the next tick may succeed
                self._report(Fault.of(self._owner.name, self._name, error))
            self._rhythm[self.label] = loop.time() + self._seconds

    async def _call(self) -> None:
        # What is under way may wait for what the timer does.
        if not self._owner.gate.admits(self._owner, None):
            await self._owner.gate.turn()
        limit_s = self._owner.limits.deadline("handler")
        await self._caller.call(self._owner, self._name, self._function, deadline_s=limit_s)
