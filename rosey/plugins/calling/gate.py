"""The gate of a plugin: while it is closed, what is meant for the plugin waits its turn."""

from __future__ import annotations

import asyncio
import collections
from collections.abc import Callable
from typing import Any, Final

MOST_WAITING: Final = 10_000
"""How many may wait at a gate; one more, and whoever closed it has to give up."""

Admits = Callable[[Any, int | None], bool]
"""Whether what this owner's code begins, in the chain of this root event, must not wait."""


def _nobody(_owner: object, _root: int | None) -> bool:
    return False


def _nothing() -> None:
    """Tell nobody."""


class Gate:
    """Where events and commands wait while the generations of a plugin change places.

    It belongs to the plugin, not to a generation: whoever waits meets the generation that serves
    when the gate opens. Nobody overtakes: as long as somebody waits, newcomers wait behind.

    Args:
        changed: Called when it begins or ceases to be open.
        most_waiting: How many may wait.

    Attributes:
        is_open: Nobody has to wait. Read it before `turn`, which costs more.
        most_waiting: How many may wait.
    """

    __slots__ = (
        "_admits",
        "_changed",
        "_is_closed",
        "_overflowed",
        "_passing",
        "_waiting",
        "is_open",
        "most_waiting",
    )

    def __init__(
        self, changed: Callable[[], None] = _nothing, *, most_waiting: int = MOST_WAITING
    ) -> None:
        self.is_open = True
        self._changed = changed
        self.most_waiting = most_waiting
        self._is_closed = False
        self._admits: Admits = _nobody
        self._overflowed: Callable[[], object] = _nothing
        self._waiting: collections.deque[_Turn] = collections.deque()
        self._passing: collections.deque[_Turn] = collections.deque()

    @property
    def passing(self) -> int:
        """How many have been let through and have not come to run yet."""
        return len(self._passing)

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
        return self.is_open or self._admits(owner, root)

    async def turn(self) -> None:
        """Wait for one's turn; go on without an await, or somebody overtakes."""
        if self.is_open:
            return
        loop = asyncio.get_running_loop()
        turn = _Turn(loop.create_future())
        self._waiting.append(turn)
        if len(self._waiting) > self.most_waiting:
            self._overflowed()
        try:
            await turn.called
            if self._passing[0] is not turn:
                # Tasks that were called at once wake in any order.
                turn.called = loop.create_future()
                await turn.called
        finally:
            self._leave(turn)

    def _leave(self, turn: _Turn) -> None:
        if turn not in self._passing:
            self._waiting.remove(turn)
            return
        self._passing.remove(turn)
        if self._passing:
            self._passing[0].call()
        else:
            self._release()

    def _release(self) -> None:
        """Let everybody through who waits now; who comes before they have run waits behind."""
        if self._is_closed or self._passing:
            return
        self._waiting, self._passing = self._passing, self._waiting
        for turn in self._passing:
            turn.call()
        if not self._passing and not self.is_open:
            self.is_open = True
            self._changed()


class _Turn:
    """One who waits at a gate."""

    __slots__ = ("called",)

    def __init__(self, called: asyncio.Future[None]) -> None:
        self.called = called

    def call(self) -> None:
        """Let it go on."""
        # One whose waiter was cancelled this very moment is done already, and leaves too.
        if not self.called.done():
            self.called.set_result(None)
