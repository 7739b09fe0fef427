"""Steps that must run to their end."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Unbroken:
    """Runs what must not stop half-way, even where whoever waits for it is cancelled.

    That is no rare case: a plugin that unloads itself from a task of its own ends that task.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, code: Coroutine[Any, Any, Result]) -> Result:
        """Run `code` to its end, and wait for that; it returns or raises what `code` does."""
        return await asyncio.shield(self.begin(code))

    def begin(
        self, code: Coroutine[Any, Any, Result], *, context: contextvars.Context | None = None
    ) -> asyncio.Task[Result]:
        """Run `code` to its end without waiting for that.

        Args:
            code: What to run.
            context: What it runs in; by default a copy of the present one.
        """
        # Made directly: the loop's task factory would enter it in the ledger of whoever asks.
        task = asyncio.Task(
            code, loop=asyncio.get_running_loop(), name="rosey-step", context=context
        )
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def settle(self) -> None:
        """Wait until everything has ended."""
        while self._running:
            await asyncio.wait(self._running)
