"""When a panel is drawn: seldom enough for a flood of events, soon enough for a click."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable

NAME = "rosey-panel"

PAUSE_S = 0.15
"""Seconds between two drawings at the least, so that a flood of events floods no browser.

Each may bring two messages, the trees and the answer to what a view said: 14 a second at the most.
"""

SHARE = 0.1
"""How much of a processor drawing may take: what costs much is drawn more seldom."""

TICK_S = 1.0
"""Seconds after which it is drawn anew although nothing tells of a change: times go on."""


class Pulse:
    """Draws again and again, in a thread of its own, while somebody looks.

    Args:
        draw: Draws once.
        is_watched: Whether anybody looks; nothing is drawn, and no time spent, while nobody does.
        stamp: Tells by another value that there is something new; to be cheap.
    """

    def __init__(
        self,
        draw: Callable[[], None],
        is_watched: Callable[[], bool],
        stamp: Callable[[], Hashable],
    ) -> None:
        self._draw = draw
        self._is_watched = is_watched
        self._stamp = stamp
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=NAME, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Draw as soon as may be: somebody has done something, or looks again."""
        self._wake.set()

    def close(self) -> None:
        """Draw no more; waits for a drawing that is under way."""
        self._closing.set()
        self._wake.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        drawn: Hashable = None
        drawn_at = idle_s = 0.0
        while not self._closing.is_set():
            is_woken = self._wake.wait(idle_s if self._is_watched() else None)
            self._wake.clear()
            idle_s = PAUSE_S
            if self._closing.is_set() or not self._is_watched():
                continue
            began, stamp = time.monotonic(), self._stamp()
            if is_woken or stamp != drawn or began - drawn_at >= TICK_S:
                drawn, drawn_at = stamp, began
                cost_s = self._draw_once()
                self._closing.wait(PAUSE_S)
                # Who clicks waits for no more than that.
                idle_s = max(cost_s / SHARE - PAUSE_S, 0.0)

    def _draw_once(self) -> float:
        """Draw, and tell how many seconds of a processor that took; waiting for the bot is none."""
        before = time.thread_time()
        self._draw()
        return time.thread_time() - before
