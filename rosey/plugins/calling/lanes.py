"""Lanes: tasks that stand ready, so that plugin code needs none of its own until it waits.

Code that finishes at once leaves its lane free for the next call. Code that suspends keeps the
lane and is carried on by its task, so that `asyncio.current_task()` and context variables are the
same before and after, as `asyncio.timeout` and task groups require.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import math
import sys
import types
from collections.abc import Generator
from time import perf_counter
from typing import Any, Final

from rosey.plugins.calling.ownership import Call, current_call

Code = Generator[Any, Any, None]
"""What a lane steps through: what `__await__` of a coroutine gives."""

_ENDED: Final = object()

if sys.version_info >= (3, 12):  # pragma: no cover  each Python runs one of the branches
    from asyncio.tasks import _swap_current_task
else:  # pragma: no cover  as above
    # What asyncio's own functions for it share in Python 3.11, which will not change any more.
    _running: dict[asyncio.AbstractEventLoop, asyncio.Task[Any]]
    _running = vars(asyncio.tasks)["_current_tasks"]

    def _swap_current_task(
        loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any] | None
    ) -> asyncio.Task[Any] | None:
        outer = _running.get(loop)
        if task is None:
            _running.pop(loop, None)
        else:
            _running[loop] = task
        return outer


class _Job:
    """Code that has suspended, with the context that all of its steps run in."""

    __slots__ = ("_code", "_step", "_waiting_on")

    def __init__(self, context: contextvars.Context, code: Code, waiting_on: Any) -> None:  # noqa: ANN401  whatever the loop's futures yield
        self._step = context.run
        self._code = code
        self._waiting_on = waiting_on

    @types.coroutine
    def carry_on(self, *, is_cancelled: bool) -> Code:
        """Run the code from where it waits to its end.

        Args:
            is_cancelled: It cancelled its own task before it first waited, and hears of it there.
        """
        step, code, waiting_on = self._step, self._code, self._waiting_on
        try:
            if is_cancelled:
                waiting_on = step(code.throw, asyncio.CancelledError())
            while True:
                try:
                    value = yield waiting_on
                except GeneratorExit:
                    step(code.close)
                    raise
                except BaseException as error:  # noqa: BLE001  it belongs to the code, which contains it
                    waiting_on = step(code.throw, error)
                else:
                    waiting_on = step(code.send, value)
        except StopIteration:
            return

    def cancel(self) -> None:
        """Cancel the code in the name of a task that never ran, so that it cannot wait again."""
        with contextlib.suppress(StopIteration):
            self._step(self._code.throw, asyncio.CancelledError())
        self._step(self._code.close)


class Lane:
    """A task that carries on what has begun in its name.

    Args:
        loop: Where its task runs.
        free: The lane enters itself here when it can be used again.

    Attributes:
        context: What the code runs in; there is one only until it ends.
        is_carrying: The code has suspended and the lane belongs to it.
        is_expired: The deadline has passed and the code was cancelled.
        is_abandoned: It did not end even then, and nobody waits for it.
        is_called_off: Whoever asked for it has cancelled it, which is no fault of it.
        limit_s: Seconds that the code had, where it is expired.
        suspended_at: When the code first waited, by `time.perf_counter`; 0 until then.
        ended: Done when the code has ended or was abandoned; None until it suspends.
    """

    __slots__ = (
        "_baton",
        "_free",
        "_job",
        "_loop",
        "_timer",
        "context",
        "ended",
        "is_abandoned",
        "is_called_off",
        "is_carrying",
        "is_expired",
        "limit_s",
        "suspended_at",
        "task",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, free: list[Lane]) -> None:
        self._loop = loop
        self._free = free
        self.is_carrying = self.is_expired = self.is_abandoned = self.is_called_off = False
        self.suspended_at = self.limit_s = 0.0
        self.ended: asyncio.Future[None] | None = None
        self._baton = loop.create_future()
        self._job: _Job | None = None
        self._timer: asyncio.TimerHandle | None = None
        # Made directly: the loop's task factory would enter it in the ledger of whoever emits.
        self.task = asyncio.Task(
            self._carry(), loop=loop, context=contextvars.Context(), name="rosey-lane"
        )

    def begin(self, code: Code) -> bool:
        """Run `code`, which contains its own faults, until it ends or suspends.

        Returns:
            Whether it has ended.
        """
        # Made for each code: what it sets is not for the next one, nor kept alive by the lane.
        context = self.context = contextvars.Context()
        outer = _swap_current_task(self._loop, self.task)
        try:
            # `next` with a default tells the end without an exception, which is faster.
            waiting_on = context.run(next, code, _ENDED)
        finally:
            _swap_current_task(self._loop, outer)
        if waiting_on is _ENDED:
            del self.context
            if not self.task.cancelling():
                self._free.append(self)
            return True
        self.is_carrying = True
        self.suspended_at = perf_counter()
        self.ended = self._loop.create_future()
        self._job = _Job(context, code, waiting_on)
        if not self._baton.done():
            self._baton.set_result(None)
        return False

    @property
    def call(self) -> Call | None:
        """Whose code has suspended in it, and the event that it handles."""
        return self.context.get(current_call)

    def is_thrown_away(self, error: BaseException) -> bool:
        """Whether an error that its code got is Python's own, as nobody will carry the code on.

        Code can raise the same by itself, while the lane runs it.
        """
        is_end = isinstance(error, GeneratorExit)
        return is_end and asyncio.current_task(self._loop) is not self.task

    async def wait(self) -> None:
        """Wait until the code has ended or was abandoned; at once where it never suspended."""
        if self.ended is not None:
            await self.ended

    def arm(self, deadline_s: float, grace_s: float) -> None:
        """Cancel the code after `deadline_s` seconds, if ever, and abandon it `grace_s` later."""
        if deadline_s < math.inf:
            self._timer = self._loop.call_later(deadline_s, self.expire, deadline_s, grace_s)

    def expire(self, limit_s: float, grace_s: float) -> None:
        """Cancel the code, which has had `limit_s` seconds, and abandon it `grace_s` later."""
        if self.is_expired:
            return
        if self._timer is not None:
            self._timer.cancel()
        self.is_expired = True
        self.limit_s = limit_s
        self.task.cancel()
        self._timer = self._loop.call_later(grace_s, self._abandon)

    def call_off(self) -> None:
        """Cancel the code, as whoever asked for it does not want it any more."""
        self.is_called_off = True
        self.task.cancel()

    def _abandon(self) -> None:
        self.is_abandoned = True
        self._end()

    def _end(self) -> None:
        if self.ended is not None and not self.ended.done():
            self.ended.set_result(None)

    async def _carry(self) -> None:
        is_cancelled = False
        try:
            await self._baton
        except asyncio.CancelledError:
            if self._job is None:
                raise
            is_cancelled = True
        assert self._job is not None  # noqa: S101  the baton is passed with the job
        job, self._job = self._job, None
        await job.carry_on(is_cancelled=is_cancelled)

    def close(self) -> None:
        """Note that the task has ended in which code had suspended; call it once.

        Code that the task never came to carry on is cancelled.
        """
        if self._timer is not None:
            self._timer.cancel()
        if self._job is not None:
            self._job.cancel()
        self._end()
        # Lane and task lead to each other: what the code has set would wait for the collector.
        del self.context
