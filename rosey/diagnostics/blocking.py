"""Which plugin's code holds the bot's loop: told by a thread that looks at the loop's."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import queue
import sys
import threading
import time
import types
from collections.abc import Callable

from rosey.diagnostics.stacks import Holder, holder_of, is_waiting, stack_of
from rosey.errors import BlockingError
from rosey.plugins.calling.faults import Fault

logger = logging.getLogger(__name__)

NOTICE_S = 0.1
"""Seconds for which code may hold the loop before it is named, by default."""

FAULT_S = 1.0
"""Seconds after which that is a fault of its plugin, by default."""

_LONGEST_PAUSE_S = 1.0

_AGAIN = 10
"""Who still holds the loop is named again when that has lasted so many times as long."""

Blocked = Callable[[str | None, float], object]
"""Told of a plugin, None for code of no plugin, and for how many seconds it held the loop."""


def nobody(_plugin: str | None, _seconds: float) -> None:
    """Tell nobody."""


@dataclasses.dataclass(slots=True, kw_only=True)
class _Hold:
    """Somebody holds the loop.

    Attributes:
        holder: Who was seen at each look.
        since: When the first of them was, by `time.perf_counter`.
        told_after_s: Seconds after which it is worth a line, or another one.
        stack: Where it sat when it was told; empty before.
    """

    holder: Holder
    since: float
    told_after_s: float
    stack: str = ""


class BlockingWatch:
    """Names the code that holds a loop for long, while it does; then it is told for how long.

    A thread looks at the loop's thread once in `notice_s`. Where that waits for something to do,
    the look is all; else the loop is asked to answer, and whoever is seen at each look until it
    does holds it. Time for which the whole process stood still is nobody's.

    Args:
        report: Called with the fault of a plugin that has held the loop for `fault_s`.
        blocked: Called with each plugin that was named. Both are called on the loop, once it is
            free.
        notice_s: Seconds after which code is named; `math.inf` for never. What takes twice as long
            is found for certain. It may be changed at any time, and so may `fault_s`.
        fault_s: Seconds after which it is a fault of its plugin.
    """

    def __init__(
        self,
        report: Callable[[Fault], object],
        blocked: Blocked = nobody,
        *,
        notice_s: float = NOTICE_S,
        fault_s: float = FAULT_S,
    ) -> None:
        self.notice_s = notice_s
        self.fault_s = fault_s
        self._report = report
        self._blocked = blocked
        self._thread: threading.Thread | None = None
        # What wakes the thread before its time. Written in C, unlike an Event: between the end of
        # its pause and its look other threads may run, and the fewer steps there are the better.
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._answered_at = 0.0
        self._is_over = False

    def start(self) -> None:
        """Begin to watch the running loop; called on it, and once."""
        sight = _Sight(asyncio.get_running_loop())
        self._thread = threading.Thread(
            target=self._run, args=[sight], name="rosey-watch", daemon=True
        )
        self._thread.start()

    async def close(self) -> None:
        """Cease, and wait for the thread; nothing happens where none was started."""
        self._is_over = True
        self._bell.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _run(self, sight: _Sight) -> None:
        # The loop was closed meanwhile, or its thread has ended.
        with contextlib.suppress(RuntimeError, OSError):
            while not (self._is_over or sight.loop.is_closed()):
                hold = self._look(sight, None, min(self.notice_s, _LONGEST_PAUSE_S))
                if hold is not None:
                    self._follow(sight, hold)

    def _follow(self, sight: _Sight, hold: _Hold | None) -> None:
        """Look who holds the loop until it answers."""
        sight.loop.call_soon_threadsafe(self._answer)
        while not (self._is_over or self._answered_at) and sight.loop.is_running():
            hold = self._look(sight, hold, min(self.notice_s / 2, _LONGEST_PAUSE_S))
        if hold is not None and self._answered_at:
            self._end(sight, hold, self._answered_at)
        self._answered_at = 0.0

    def _answer(self) -> None:
        self._answered_at = time.perf_counter()
        self._bell.put(None)

    def _look(self, sight: _Sight, hold: _Hold | None, pause_s: float) -> _Hold | None:
        """Pause, then see who holds the loop; `hold` is what the last look has seen."""
        with contextlib.suppress(queue.Empty):
            self._bell.get(timeout=pause_s)
        # First of all: code that gave this thread no turn until now goes on in a moment.
        frame = sight.frame()
        due, stood_still_s = sight.looked_at + pause_s, sight.stood_still_s(pause_s)
        if hold is not None:
            hold.since += stood_still_s
        if not self._answered_at and frame is not None and not is_waiting(frame):
            # Such code began before this look was due.
            since = min(due + stood_still_s, time.perf_counter())
            hold = self._seen(sight, frame, hold, since)
        sight.note_look()
        return hold

    def _seen(
        self, sight: _Sight, frame: types.FrameType, hold: _Hold | None, since: float
    ) -> _Hold:
        holder = holder_of(frame)
        if hold is None or hold.holder != holder:
            if hold is not None:
                self._end(sight, hold, since)
            hold = _Hold(holder=holder, since=since, told_after_s=self.notice_s)
        held_s = time.perf_counter() - hold.since
        if held_s >= hold.told_after_s and sight.loop.is_running():
            hold.stack, hold.told_after_s = stack_of(frame), held_s * _AGAIN
            _log(hold, held_s)
        return hold

    def _end(self, sight: _Sight, hold: _Hold, at: float) -> None:
        """Have it told on the loop for how long it was held, where that was worth a line."""
        if hold.stack:
            sight.loop.call_soon_threadsafe(self._settle, hold.holder, at - hold.since, hold.stack)

    def _settle(self, holder: Holder, held_s: float, stack: str) -> None:
        self._blocked(holder.plugin, held_s)
        if holder.plugin is None or held_s < self.fault_s:
            return
        error = BlockingError(holder.plugin, held_s)
        fault = Fault.of(holder.plugin, str(holder), error)
        seen = f"Traceback (most recent call last):\n{stack}{fault.traceback}"
        self._report(dataclasses.replace(fault, traceback=seen))


def _log(hold: _Hold, held_s: float) -> None:
    plugin = hold.holder.plugin
    logger.warning(
        "%s has held the loop for %.2f s in %s, and sits at\n%s",
        plugin or "code of no plugin",
        held_s,
        hold.holder,
        hold.stack,
        extra={"plugin": plugin},
    )


class _Sight:
    """What can be seen of the running loop and its thread from another thread.

    Attributes:
        loop: The loop.
        looked_at: When the last look was over, by `time.perf_counter`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._thread = threading.get_ident()
        self._clock = _own_clock()
        self.note_look()

    def frame(self) -> types.FrameType | None:
        """The innermost frame of the loop's thread; whoever keeps it keeps a plugin alive."""
        return sys._current_frames().get(self._thread)  # noqa: SLF001  documented, in spite of its name

    def note_look(self) -> None:
        """Note that a look is over, and a pause begins."""
        self.looked_at, self._used_s = time.perf_counter(), self._clock()

    def stood_still_s(self, pause_s: float) -> float:
        """Seconds of a pause that is over which are nobody's, as when a laptop slept meanwhile.

        They are those by which the look is late, less what the loop's thread has worked: code that
        gives other threads no turn makes it late too.
        """
        late_s = time.perf_counter() - self.looked_at - pause_s
        return max(0.0, late_s - (self._clock() - self._used_s)) if late_s > pause_s else 0.0


def _own_clock() -> Callable[[], float]:
    """CPU seconds of the calling thread, for any thread to ask; of all where it has no clock."""
    if hasattr(time, "pthread_getcpuclockid"):
        clock = time.pthread_getcpuclockid(threading.get_ident())
        return lambda: time.clock_gettime(clock)
    return time.process_time  # pragma: no cover  the other systems have no such clock
