"""Code that must not stop half-way: a cancellation is heard when it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def to_its_end(code: Coroutine[Any, Any, None]) -> None:
    """Await `code` in a task of its own; whoever waits is cancelled only after that.

    Raises:
        Exception: What `code` raised, or what was thrown at whoever waits.
        CancelledError: Whoever waits was cancelled meanwhile, or the loop is being shut down.
    """
    # Made directly: the loop's task factory would enter it in the ledger of whoever asks.
    task = asyncio.Task(code, loop=asyncio.get_running_loop(), name="rosey-step")
    thrown: BaseException | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  it is raised below
            thrown = error
    if thrown is not None:
        # What it raised would be lost otherwise, and asyncio say so.
        raise thrown from None if task.cancelled() else task.exception()
    task.result()
