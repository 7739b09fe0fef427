"""Tasks: those of plugins are entered in their ledgers, and some must run to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from rosey.errors import PluginError
from rosey.plugins.calling.faults import describe
from rosey.plugins.calling.ownership import current_owner
from rosey.plugins.ledger import Ledger

Result = TypeVar("Result")


def _make_task(loop: asyncio.AbstractEventLoop, code: Any, **named: Any) -> asyncio.Task[Any]:  # noqa: ANN401  asyncio's own signature
    return asyncio.Task(code, loop=loop, **named)


async def _contained(plugin: str, code: Awaitable[Any]) -> Any:  # noqa: ANN401  the code's own result
    """Await a plugin's code; what would end the loop becomes an error like any other."""
    try:
        return await code
    except (SystemExit, KeyboardInterrupt) as error:
        raise PluginError(plugin, f"a task raised {describe(error)}") from error


def own_tasks(loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    """Enter each task that plugin code starts on `loop` in that plugin's ledger.

    Returns:
        A function that ends it.
    """
    previous = loop.get_task_factory()

    def make(loop: asyncio.AbstractEventLoop, code: Any, **named: Any) -> Any:  # noqa: ANN401  asyncio's own signature
        make_task = previous or _make_task
        owner = current_owner()
        if not isinstance(owner, Ledger) or not asyncio.iscoroutine(code):
            return make_task(loop, code, **named)
        task: Any = make_task(loop, _contained(owner.name, code), **named)
        # A task that is cancelled before its first step never gets to close its code.
        task.add_done_callback(lambda _: code.close())
        owner.adopt(task)
        return task

    def end() -> None:
        if loop.get_task_factory() is make:
            loop.set_task_factory(previous)

    loop.set_task_factory(make)
    return end


class Unbroken:
    """Runs what must not stop half-way, even where whoever waits for it is cancelled.

    That is no rare case: a plugin that unloads itself from a task of its own ends that task.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, code: Coroutine[Any, Any, Result]) -> Result:
        """Run `code` to its end, and wait for that; it returns or raises what `code` does."""
        # Made directly: the loop's task factory would enter it in the ledger of whoever asks.
        task = asyncio.Task(code, loop=asyncio.get_running_loop(), name="rosey-step")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def settle(self) -> None:
        """Wait until everything has ended."""
        while self._running:
            await asyncio.wait(self._running)
