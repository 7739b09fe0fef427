"""How plugin code is called: contained, owned and bounded."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import weakref
from asyncio import get_running_loop
from collections.abc import Callable, Container, Iterator
from typing import Any

from rosey.errors import DeadlineExceededError, PluginError
from rosey.plugins.calling.faults import describe
from rosey.plugins.calling.gate import Gate
from rosey.plugins.calling.lanes import Lane
from rosey.plugins.calling.ownership import Call, Owner, current_call
from rosey.plugins.supervision.account import Account
from rosey.plugins.supervision.limits import DEADLINE_S

GRACE_S = 1.0
"""Seconds that cancelled code has to end before nobody waits for it any longer."""


class Caller:
    """Calls plugin code in lanes of one loop.

    Args:
        deadline_s: Seconds for each call that has no other limit, from where it first waits.
        grace_s: Seconds after which cancelled code that does not end is abandoned.

    Attributes:
        accounts: Those of the plugins that are called.
        end_listeners: Called each time that code which had suspended has ended, or waits for
            somebody to change a plugin.
    """

    def __init__(self, *, deadline_s: float = DEADLINE_S, grace_s: float = GRACE_S) -> None:
        self.deadline_s = deadline_s
        self.grace_s = grace_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free: list[Lane] = []
        self._carrying: set[Lane] = set()
        self._stalled: list[tuple[Gate, Call]] = []
        self.accounts: weakref.WeakSet[Account] = weakref.WeakSet()
        self.end_listeners: tuple[Callable[[], None], ...] = ()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop on which plugins are called.

        Raises:
            RuntimeError: Nothing was called yet, so that nobody knows.
        """
        if self._loop is None:
            message = "no event loop runs plugins yet: start the bot first"
            raise RuntimeError(message)
        return self._loop

    def bind(self) -> asyncio.AbstractEventLoop:
        """Make the running loop the one on which plugins are called.

        Raises:
            RuntimeError: Another loop is, and is not closed.
        """
        loop = get_running_loop()
        if self._loop is not loop:
            if self._loop is not None and not self._loop.is_closed():
                message = "plugins are called on the bot's loop; use emit_threadsafe from elsewhere"
                raise RuntimeError(message)
            self._loop = loop
            self._free.clear()
        return loop

    def lane(self) -> Lane:
        """A lane that is free, on the running loop; see `bind`."""
        if self._loop is not get_running_loop():
            self.bind()
        return self._free.pop() if self._free else Lane(self.loop, self._free)

    def carry(self, lane: Lane, deadline_s: float | None = None) -> None:
        """Give code that has suspended in `lane` its deadline."""
        self._carrying.add(lane)
        self._enter(lane)
        lane.task.add_done_callback(lambda _: self._done(lane))
        lane.arm(self.deadline_s if deadline_s is None else deadline_s, self.grace_s)

    @staticmethod
    def _enter(lane: Lane) -> None:
        """Have a plugin's gate know that a call of it is under way, hooks of its own aside."""
        owner, event = lane.call or (None, None)
        if owner is None or owner.is_staged:
            return
        assert lane.ended is not None  # noqa: S101  the code has suspended
        gate = owner.gate
        gate.enter(lane, event.root if event is not None else None)
        lane.ended.add_done_callback(lambda _: gate.leave(lane))

    def _done(self, lane: Lane) -> None:
        self._carrying.discard(lane)
        lane.close()
        self._tell()

    def _tell(self) -> None:
        for listener in self.end_listeners:
            listener()

    @contextlib.contextmanager
    def stalled_at(self, gate: Gate) -> Iterator[None]:
        """Note that the running call waits until others have changed the plugin with this gate."""
        call = current_call.get()
        if call is None:
            yield
            return
        self._stalled.append((gate, call))
        self._tell()
        try:
            yield
        finally:
            self._stalled.remove((gate, call))

    def stalled(self, gates: Container[Gate]) -> list[Call]:
        """The calls that wait until the plugins with these gates have been changed."""
        return [call for gate, call in self._stalled if gate in gates]

    def in_flight(self, owners: Container[Owner | None]) -> list[Lane]:
        """The lanes in which code of these owners has suspended and was not abandoned."""
        return [
            lane
            for lane in self._carrying
            if not lane.is_abandoned and lane.call is not None and lane.call[0] in owners
        ]

    def call_off(self, root: int) -> None:
        """Cancel all code that has suspended while it handles what one root cause has led to."""
        for lane in [*self._carrying]:
            _, event = lane.call or (None, None)
            if event is not None and event.root == root:
                lane.call_off()

    async def call(
        self,
        owner: Owner | None,
        where: str,
        function: Callable[..., object],
        *arguments: object,
        deadline_s: float | None = None,
    ) -> Any:  # noqa: ANN401  whatever the function returns
        """Call a function or coroutine function of a plugin.

        Args:
            owner: The plugin's ledger: what the function takes is entered there.
            where: What the call is, for messages: `setup`, `!roll`.
            function: What to call.
            *arguments: What to call it with.
            deadline_s: Seconds that it has, counted from where it first waits; by default those of
                the plugin's limits.

        Returns:
            What the function returned.

        Raises:
            Exception: What the function raised.
            DeadlineExceededError: It took too long.
            PluginError: It raised what must not leave a plugin: SystemExit, CancelledError.
        """
        if deadline_s is None and owner is not None:
            deadline_s = owner.limits.deadline_s
        call = _Call(owner, _cause(), function, arguments)
        lane = self.lane()
        if not lane.begin(call.run(lane).__await__()):
            self.carry(lane, deadline_s)
            try:
                await lane.wait()
            except (Exception, asyncio.CancelledError):
                lane.task.cancel()
                raise
        name = owner.name if owner is not None else "rosey"
        if lane.is_expired:
            raise DeadlineExceededError(name, where, lane.limit_s) from call.error
        if call.error is None:
            return call.value
        if isinstance(call.error, Exception):
            raise call.error
        raise PluginError(name, f"{where} raised {describe(call.error)}") from call.error

    async def close(self) -> None:
        """Cancel what is still running in lanes, and wait until it has ended or is abandoned."""
        tasks = [lane.task for lane in (*self._free, *self._carrying)]
        self._free.clear()
        for task in tasks:
            task.cancel()
        # A handler that closes its own bot cannot wait for itself.
        if waited := [task for task in tasks if task is not asyncio.current_task()]:
            await asyncio.wait(waited, timeout=self.grace_s)
        self._loop = None


def _cause() -> Any:  # noqa: ANN401  the event; its type is defined above this layer
    call = current_call.get()
    return call[1] if call is not None else None


class _Call:
    """One function on its way: keeps its value or its error."""

    __slots__ = ("_arguments", "_cause", "_function", "_owner", "error", "value")

    def __init__(
        self,
        owner: Owner | None,
        cause: object,
        function: Callable[..., object],
        arguments: tuple[object, ...],
    ) -> None:
        self._owner = owner
        self._cause = cause
        self._function = function
        self._arguments = arguments
        self.value: object = None
        self.error: BaseException | None = asyncio.CancelledError()

    async def run(self, lane: Lane) -> None:
        current_call.set((self._owner, self._cause))
        try:
            value = self._function(*self._arguments)
            self.value = await value if inspect.isawaitable(value) else value
            self.error = None
        except BaseException as error:  # whatever plugin code raises is contained here
            if lane.is_thrown_away(error):
                raise
            self.error = error
