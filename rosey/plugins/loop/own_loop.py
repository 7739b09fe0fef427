"""What bots change of the loop that they run on, together with everybody else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from rosey.plugins.calling.ownership import current_call
from rosey.plugins.ledger import Ledger
from rosey.plugins.loop.guard import guard
from rosey.plugins.loop.tasks import owned_task
from rosey.plugins.loop.unobserved import Unobserved


def own_loop(loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    """Own what plugin code does on `loop`, and keep it from what is everybody's there.

    Each task that it starts is entered in that plugin's ledger; what fails unnoticed is that
    plugin's fault; it cannot stop the loop. Bots that share a loop share this.

    Returns:
        A function that ends it; call it once.
    """
    factory = loop.get_task_factory()
    if not isinstance(factory, _Owning):
        factory = _Owning(loop)
    factory.users += 1
    return factory.leave


class _Owning:
    """The task factory of a loop on which plugins run, until the last bot leaves.

    Attributes:
        users: How many bots there are.
        exception_handler: The one that belongs to it, for whoever puts the loop in order.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.users = 0
        self._previous: Any = loop.get_task_factory()
        self._loop = loop
        self._unobserved = Unobserved(loop)
        self.exception_handler = self._unobserved.handle
        self._undo = contextlib.ExitStack()
        loop.set_task_factory(self)
        self._undo.callback(self._put_back)
        self._unobserved.open()
        self._undo.callback(self._unobserved.close)
        # Last, so that it ends first: a plugin may well stop its own bot.
        self._undo.callback(guard(loop))

    def __call__(self, loop: asyncio.AbstractEventLoop, code: Any, **named: Any) -> Any:  # noqa: ANN401  asyncio's own signature
        make = self._previous or _make_task
        call = current_call.get()
        if call is None or not isinstance(call[0], Ledger) or not asyncio.iscoroutine(code):
            return make(loop, code, **named)
        task = owned_task(call[0], call, code, lambda owned: make(loop, owned, **named))
        self._unobserved.follow(task, call)
        return task

    def leave(self) -> None:
        self.users -= 1
        if self.users == 0:
            self._undo.close()

    def _put_back(self) -> None:
        # One that somebody has put around it since stays.
        if self._loop.get_task_factory() is self:
            self._loop.set_task_factory(self._previous)


def _make_task(loop: asyncio.AbstractEventLoop, code: Any, **named: Any) -> asyncio.Task[Any]:  # noqa: ANN401  asyncio's own signature
    return asyncio.Task(code, loop=loop, **named)
