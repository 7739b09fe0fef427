"""The gate of a plugin: what is meant for it waits here while it changes or is too busy."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

from rosey.errors import EventDroppedError
from rosey.plugins.supervision.limits import WhenFull

MOST_WAITING: Final = 10_000
"""How many may wait at a gate; one more, and whoever closed it has to give up."""

Admits = Callable[[Any, int | None], bool]
"""Whether what this owner's code begins, in the chain of this root event, must not wait."""


def _nobody(_owner: object, _root: int | None) -> bool:
    return False


def _nothing() -> None:
    """Tell nobody."""


class Gate:
    """Where events and commands wait while a plugin changes generations, or has enough to do.

    It belongs to the plugin, not to a generation: whoever waits meets the generation that serves
    when the gate opens. Nobody overtakes: as long as somebody waits, newcomers wait behind.

    Args:
        changed: Called when it begins or ceases to be open.
        dropped: Called for each that is dropped as too many wait.
        most_waiting: How many may wait while it is closed.

    Attributes:
        is_open: Nobody has to wait. Read it before `turn`, which costs more.
        most_waiting: How many may wait while it is closed.
    """

    __slots__ = (
        "_admits",
        "_changed",
        "_dropped",
        "_entering",
        "_inside",
        "_is_closed",
        "_most_inside",
        "_most_queued",
        "_overflowed",
        "_passing",
        "_waiting",
        "_when_full",
        "is_open",
        "most_waiting",
    )

    def __init__(
        self,
        changed: Callable[[], None] = _nothing,
        *,
        dropped: Callable[[], None] = _nothing,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self.is_open = True
        self._changed = changed
        self._dropped = dropped
        self.most_waiting = most_waiting
        self._is_closed = False
        self._admits: Admits = _nobody
        self._overflowed: Callable[[], object] = _nothing
        self._waiting: collections.deque[_Turn] = collections.deque()
        self._passing: collections.deque[_Turn] = collections.deque()
        self._inside: dict[object, int | None] = {}
        self._entering: int | None = None
        self._most_inside = self._most_queued = sys.maxsize
        self._when_full = WhenFull.WAIT

    @property
    def passing(self) -> int:
        """How many have been let through and have not come to run yet."""
        return len(self._passing)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting) + len(self._passing)

    @property
    def inside(self) -> int:
        """How many calls of the plugin have suspended and are not over."""
        return len(self._inside)

    @property
    def handling(self) -> int:
        """How many of those handle events."""
        return sum(root is not None for root in self._inside.values())

    def limit(self, most_inside: int, most_queued: int, when_full: WhenFull) -> None:
        """Let no more in than the plugin may have under way.

        Args:
            most_inside: How many calls may be under way; what comes more waits.
            most_queued: How many may wait for that.
            when_full: What becomes of those that come then.
        """
        self._most_inside, self._most_queued = most_inside, most_queued
        self._when_full = when_full
        self._look()

    def enter(self, call: object, root: int | None) -> None:
        """Note that a call is under way.

        Args:
            call: Whatever tells it from others.
            root: The chain of events that it belongs to; None where it belongs to none.
        """
        self._inside[call] = root
        if self.is_open and self._is_full:
            self.is_open = False
            self._changed()

    @contextlib.contextmanager
    def entering(self, root: int) -> Iterator[None]:
        """Count what begins in the `with` block, which has no await, as under way from its start.

        Args:
            root: The chain of events that it belongs to.
        """
        outer, self._entering = self._entering, root
        try:
            yield
        finally:
            self._entering = outer

    def leave(self, call: object) -> None:
        """Note that a call is over; nothing happens where it never was."""
        if self._inside.pop(call, self) is not self:
            self._look()

    @property
    def _is_full(self) -> bool:
        return len(self._inside) >= self._most_inside

    def _look(self) -> None:
        """See whether it should be open."""
        if self.is_open and self._is_full:
            self.is_open = False
            self._changed()
        elif not self.is_open:
            self._release()

    def close(self, admits: Admits, overflowed: Callable[[], object]) -> None:
        """Let nobody through any more, but for those that what is running may wait for.

        Args:
            admits: Who need not wait, until `seal`.
            overflowed: Called when too many wait. They go on waiting: open the gate soon.
        """
        self._is_closed = True
        self._admits, self._overflowed = admits, overflowed
        self.is_open = False
        self._changed()

    def seal(self) -> None:
        """Let nobody through at all."""
        self._admits = _nobody

    def open(self) -> None:
        """Let those who wait through, in the order in which they came; then it is open."""
        self.seal()
        self._is_closed = False
        self._overflowed = _nothing
        self._release()

    def admits(self, owner: object, root: int | None) -> bool:
        """Whether something need not wait.

        Args:
            owner: Whose code began it.
            root: The first event of the chain that it belongs to, by id; None outside of chains.
        """
        if self.is_open or self._admits(owner, root):
            return True
        # What is under way may wait for it, and would wait for ever.
        return not self._is_closed and self._leads_inside(owner, root)

    def _leads_inside(self, owner: Any, root: int | None) -> bool:  # noqa: ANN401  its type is defined above this layer
        roots = self._inside.values()
        if root is not None and (root in roots or root == self._entering):
            return True
        return owner is not None and owner.gate is self and None in roots

    async def turn(self, event: object = None) -> None:
        """Wait for one's turn; go on without an await, or somebody overtakes.

        Args:
            event: What event waits, for `let_out`.

        Raises:
            EventDroppedError: Too many wait for the plugin to have less to do.
        """
        if self.is_open:
            return
        loop = asyncio.get_running_loop()
        turn = _Turn(loop.create_future(), event)
        self._make_room()
        self._waiting.append(turn)
        if len(self._waiting) > self.most_waiting:
            self._overflowed()
        try:
            await turn.called
            while not self._may_pass(turn):
                turn.called = loop.create_future()
                await turn.called
        finally:
            self._leave(turn)

    def let_out(self, is_put_aside: Callable[[object], bool]) -> None:
        """Let those go on, in their order, who do not come to the plugin after all.

        Args:
            is_put_aside: Whether an event is one that does not; asked in the order of waiting.
        """
        turns = [*self._passing, *self._waiting]
        for turn in turns:
            turn.is_out = is_put_aside(turn.event)
        self._passing = collections.deque(turn for turn in self._passing if not turn.is_out)
        self._waiting = collections.deque(turn for turn in self._waiting if not turn.is_out)
        for turn in turns:
            if turn.is_out or turn in self._passing:
                turn.call()
        self._release()

    def _make_room(self) -> None:
        """Drop somebody where too many wait; while the plugin changes, nobody is."""
        is_full = not self._is_closed and len(self._waiting) >= self._most_queued
        if not is_full or self._when_full is WhenFull.WAIT:
            return
        self._dropped()
        if self._when_full is WhenFull.DROP_NEWEST:
            raise EventDroppedError
        self._waiting[0].drop()
        self._waiting.popleft()

    def _may_pass(self, turn: _Turn) -> bool:
        if turn.is_out:
            return True
        if self._is_full and turn in self._passing:
            # Whoever was let through together has filled the plugin: the others wait on.
            self._waiting.extendleft(reversed(self._passing))
            self._passing.clear()
        # Tasks that were called at once wake in any order.
        return bool(self._passing) and self._passing[0] is turn

    def _leave(self, turn: _Turn) -> None:
        if turn not in self._passing:
            if turn in self._waiting:  # it was cancelled, and not dropped
                self._waiting.remove(turn)
            return
        self._passing.remove(turn)
        if self._passing:
            self._passing[0].call()
        else:
            self._release()

    def _release(self) -> None:
        """Let everybody through who waits now; who comes before they have run waits behind."""
        if self._is_closed or self._passing or self._is_full:
            return
        room = self._most_inside - len(self._inside)
        while self._waiting and len(self._passing) < room:
            self._passing.append(self._waiting.popleft())
        for turn in self._passing:
            turn.call()
        if not self._passing and not self.is_open:
            self.is_open = True
            self._changed()


class _Turn:
    """One who waits at a gate."""

    __slots__ = ("called", "event", "is_out")

    def __init__(self, called: asyncio.Future[None], event: object) -> None:
        self.called = called
        self.event = event
        self.is_out = False

    def call(self) -> None:
        """Let it go on."""
        # One whose waiter was cancelled this very moment is done already, and leaves too.
        if not self.called.done():
            self.called.set_result(None)

    def drop(self) -> None:
        """Let it go on with nothing."""
        if not self.called.done():
            self.called.set_exception(EventDroppedError())
