"""Work that is never left half done: its caller may be cancelled, but waits for the end of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

FINISHING = "rosey-finish"
"""The name of the tasks that wait for a database, which works in a thread of its own."""

STOP_EVERY_S = 0.02
"""Seconds between two attempts to stop: one that comes between two statements has no effect."""

_T = TypeVar("_T")


async def finish(
    work: Coroutine[Any, Any, _T], *, timeout_s: float, stop: Callable[[], Awaitable[None]]
) -> _T:
    """Run `work` to its end in a task of its own, and return what it returns.

    The task has an empty context: it belongs to no plugin, and is not cancelled with one.

    Args:
        work: What to run. It must end soon after `stop`.
        timeout_s: Seconds after which it is stopped.
        stop: Called again and again, when the time is over or the caller is cancelled, until the
            work has ended.

    Raises:
        asyncio.CancelledError: The caller was cancelled; the work has ended.
    """
    task = Context().run(lambda: asyncio.create_task(work, name=FINISHING))
    try:
        await asyncio.wait([task], timeout=timeout_s)
    finally:
        await _end(task, stop)
    return task.result()


async def _end(task: asyncio.Task[Any], stop: Callable[[], Awaitable[None]]) -> None:
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        await stop()
        try:
            await asyncio.wait([task], timeout=STOP_EVERY_S)
        except asyncio.CancelledError as error:
            cancelled = error
    if not task.cancelled():
        task.exception()  # seen: a cancelled caller never asks for it
    if cancelled is not None:
        raise cancelled
