"""The gates of some plugins, closed until nothing of theirs is under way, and opened again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rosey.errors import GateOverflowError
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.lanes import Lane
from rosey.plugins.calling.ownership import Call, Owner, current_call

QUIESCE_S = 5.0
"""Seconds that what a plugin is handling has to finish by default when it is reloaded."""


class Closing:
    """Inside `async with`, the gates of some plugins are closed and nothing of theirs is handled.

    Handlers, commands and timers that are under way finish first, and what they emit or call in
    their chain of events passes, as they may wait for it. So does whoever closes the gates from a
    handler of one of the plugins: that handler is not waited for, nor is one that waits to change
    one of the plugins itself. Background tasks go on.

    Args:
        caller: Has what is under way.
        owners: The ledgers of the plugins that serve.
        limit_s: Seconds after which what is still under way is cancelled.

    Attributes:
        cancelled: How many calls had to be cancelled.
        closed_s: Seconds for which the gates were closed, once they are open again.

    Raises:
        GateOverflowError: More events wait than may. The gates are open again.
    """

    def __init__(self, caller: Caller, owners: Sequence[Owner], limit_s: float) -> None:
        self._caller = caller
        self._owners = tuple(owners)
        self._gates = tuple(owner.gate for owner in owners)
        self._limit_s = limit_s
        self._own_call = current_call.get()
        self._quiet: asyncio.Future[None] | None = None
        self._overflow: asyncio.Timeout | None = None
        self._closed_at = 0.0
        self.cancelled = 0
        self.closed_s = 0.0

    async def __aenter__(self) -> Self:
        self._closed_at = time.perf_counter()
        # Rescheduled to the present moment when too many wait: that cancels whatever is awaited.
        self._overflow = asyncio.timeout(None)
        await self._overflow.__aenter__()
        for owner in self._owners:
            owner.gate.close(self._admits, self._overflowed)
        try:
            await self._quiesce()
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # An event that waits at several gates meets the plugins in their order.
        for owner in sorted(self._owners, key=lambda owner: owner.order):
            owner.gate.open()
        self.closed_s = time.perf_counter() - self._closed_at
        assert self._overflow is not None  # noqa: S101  it is entered
        try:
            await self._overflow.__aexit__(kind, error, traceback)
        except TimeoutError:
            names = ", ".join(owner.name for owner in self._owners)
            most_waiting = self._owners[0].gate.most_waiting
            raise GateOverflowError(self._owners[0].name, names, most_waiting) from error

    def _overflowed(self) -> None:
        assert self._overflow is not None  # noqa: S101  it is entered before a gate is closed
        if self._overflow.when() is None:
            self._overflow.reschedule(asyncio.get_running_loop().time())

    async def _quiesce(self) -> None:
        # Whoever was let through when the gates were last opened comes to run first.
        while any(gate.passing for gate in self._gates):  # noqa: ASYNC110  one round is enough
            await asyncio.sleep(0)
        self._quiet = asyncio.get_running_loop().create_future()
        self._caller.end_listeners += (self._look,)
        try:
            self._look()
            await asyncio.wait([self._quiet], timeout=self._limit_s)
        finally:
            self._caller.end_listeners = tuple(
                listener for listener in self._caller.end_listeners if listener != self._look
            )
        await self._cancel(self._under_way())
        self._seal()
        # Whoever emits without a pause has begun something else meanwhile.
        await self._cancel(self._under_way())

    def _look(self) -> None:
        """Seal the gates in the very moment in which nothing is under way."""
        if not self._under_way():
            self._seal()

    def _seal(self) -> None:
        for gate in self._gates:
            gate.seal()
        if self._quiet is not None and not self._quiet.done():
            self._quiet.set_result(None)

    async def _cancel(self, overdue: Sequence[Lane]) -> None:
        self.cancelled += len(overdue)
        for lane in overdue:
            lane.expire(self._limit_s, self._caller.grace_s)
        for lane in overdue:
            await lane.wait()

    def _under_way(self) -> list[Lane]:
        return [lane for lane in self._caller.in_flight(self._owners) if not self._is_own(lane)]

    def _is_own(self, lane: Lane) -> bool:
        """Whether what runs in a lane waits for the gates to be closed."""
        calls = [self._own_call, *self._caller.stalled(self._gates)]
        roots = {_root(call) for call in calls} - {None}
        return _root(lane.call) in roots or any(lane.call is call for call in calls)

    def _admits(self, owner: object, root: int | None) -> bool:
        roots = {_root(lane.call) for lane in self._under_way()} - {None}
        return owner in self._owners or root in roots


def _root(call: Call | None) -> int | None:
    """The chain of events that a call belongs to; None where it belongs to none."""
    event = call[1] if call is not None else None
    return event.root if event is not None else None
