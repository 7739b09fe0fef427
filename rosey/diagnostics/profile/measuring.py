"""Measuring what Python has allocated, with all that comes and goes by itself out of the way."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import tracemalloc
from array import array
from collections.abc import Iterator

from rosey.diagnostics.profile.scope import Scope

_CANCELLED_TIMERS = 250
_FAR_S = 3_600.0


class Samples:
    """What was allocated after each reload; to add to them allocates nothing that stays.

    Args:
        count: How many there will be.
        scope: Whose allocations count.

    Attributes:
        allocated: Bytes that Python had allocated since the tracing began, as far as they count.
        blocks: Blocks of memory that it had allocated in all.
    """

    def __init__(self, count: int, scope: Scope) -> None:
        self._scope = scope
        # A list of samples would itself grow by 2.6 blocks a reload.
        self.allocated = array("q", bytes(8 * count))
        self.blocks = array("q", bytes(8 * count))

    async def take(self, number: int) -> None:
        """Take a sample of this moment, on the loop on which the bot runs.

        Args:
            number: Its place, from 0.
        """
        await _drop_cancelled_timers()
        # Each new class leaves names in the cache of 4,096 attributes: it fills for 1,000 reloads.
        sys._clear_type_cache()  # noqa: SLF001  documented, in spite of its name
        gc.collect()
        self.blocks[number] = sys.getallocatedblocks()
        by_file = tracemalloc.take_snapshot().statistics("filename")
        self.allocated[number] = sum(
            one.size for one in by_file if self._scope.has(one.traceback[0].filename)
        )


@contextlib.contextmanager
def tracing() -> Iterator[None]:
    """Trace allocations inside a `with` block, and put the collector and the tracing back then.

    What exists already is frozen meanwhile, so that a collection takes less than a millisecond.
    Where somebody else has frozen objects or traces, that is left as it is.
    """
    is_frozen, is_traced = gc.get_freeze_count() > 0, tracemalloc.is_tracing()
    gc.collect()
    with contextlib.ExitStack() as put_back:
        if not is_frozen:
            put_back.callback(gc.unfreeze)
            gc.freeze()
        if not is_traced:
            put_back.callback(tracemalloc.stop)
            tracemalloc.start(1)
        yield


async def _drop_cancelled_timers() -> None:
    """Have asyncio let go of timers that were cancelled.

    It does so only once there are more than 100, and more than others: until then they make a
    saw-tooth of 20 kB, as each reload cancels three.
    """
    loop = asyncio.get_running_loop()
    for timer in [loop.call_later(_FAR_S, _nothing) for _ in range(_CANCELLED_TIMERS)]:
        timer.cancel()
    await asyncio.sleep(0)


def _nothing() -> None:
    """What a timer that never ends would do."""
