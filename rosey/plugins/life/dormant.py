"""What stands in for a plugin that is not loaded until it is used."""

from __future__ import annotations

import asyncio
import contextvars
import math
from collections.abc import Callable

from rosey.plugins.calling.gate import Gate
from rosey.plugins.ledger import Ledger

FIRST_RETRY_S = 10.0
LAST_RETRY_S = 600.0


def retry_s(failures: int) -> float:
    """Wait before the next use of a plugin that could not be loaded loads it.

    Args:
        failures: How many loads have failed in a row, 1 or more.

    Returns:
        Seconds, `FIRST_RETRY_S` to `LAST_RETRY_S`, doubling each time.
    """
    return min(math.ldexp(FIRST_RETRY_S, min(failures - 1, 10)), LAST_RETRY_S)


class Dormant:
    """Stands where a plugin's commands and handlers will be, and has it loaded when one is used.

    Its gate is closed meanwhile: whoever comes wakes it, and waits there, in order, as at a reload,
    for the generation that serves when the gate opens. For some time after a load that failed the
    gate is open, and who comes then meets what stands in.

    Args:
        ledger: Has what stands in.
        gate: The plugin's.
        waits_for: What is used, as `command:WORD` or `event:NAME`.
        wake: Begins to load the plugin; called once for each load.
        holds_up: Whether a load would wait for code of this owner: that must not wait for the load.
    """

    def __init__(
        self,
        ledger: Ledger,
        gate: Gate,
        *,
        waits_for: tuple[str, ...],
        wake: Callable[[], object],
        holds_up: Callable[[object], bool],
    ) -> None:
        self.ledger = ledger
        self.waits_for = waits_for
        self._gate = gate
        self._wake = wake
        self._holds_up = holds_up
        self._is_waking = False
        self._failures = 0
        self._retry: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Wait to be used."""
        self._retry = None
        self._gate.close(self._admits, _go_on_waiting)

    def fail(self) -> None:
        """Let those who wait go on without the plugin, and wait anew after some time."""
        self._is_waking = False
        self._failures += 1
        self._cancel_retry()
        self._gate.open()
        loop = asyncio.get_running_loop()
        # In a context of its own: that of a plugin's code would keep the plugin alive.
        context = contextvars.Context()
        self._retry = loop.call_later(retry_s(self._failures), self.begin, context=context)

    def give_way(self) -> None:
        """Take away what stands in, for others to stand there; who waits goes on waiting."""
        self._cancel_retry()
        self.ledger.withdraw()

    def end(self) -> None:
        """Take away what stands in; who waits goes on with what serves now, if anything does."""
        self.give_way()
        self._gate.open()

    async def pass_over(self, _event: object, _data: object) -> None:
        """Stand in for a handler whose plugin could not be loaded."""

    def _admits(self, owner: object, _root: int | None) -> bool:
        if self._holds_up(owner):
            return True
        if not self._is_waking:
            self._is_waking = True
            self._wake()
        return False

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None


def _go_on_waiting() -> None:
    """Too many wait: the deadlines of the load end that, and no event is lost for it."""
