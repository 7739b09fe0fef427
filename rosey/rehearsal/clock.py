"""A clock that stands still until it is moved, in the place of the process's own.

This module knows nothing of Rosey: the clock is in its place before Rosey is imported, which keeps
functions of `time` as default arguments.
"""

from __future__ import annotations

# What these have of `time` they keep: threads that wait for each other need real seconds.
import concurrent.futures
import queue
import subprocess
import threading
import time

__all__ = ["HandMovedClock"]

KEEPING_THE_REAL_CLOCK = (concurrent.futures, queue, subprocess, threading)

_MONOTONIC_START_S = 1_000.0
_NS = 1_000_000_000

_real_sleep, _real_localtime, _real_gmtime = time.sleep, time.localtime, time.gmtime


class HandMovedClock:
    """Tells the time of a rehearsal. It belongs to the thread that makes it.

    Args:
        starts_at_s: Where it begins, in seconds since the epoch.
    """

    def __init__(self, starts_at_s: float) -> None:
        self._starts_at_s = starts_at_s
        self._passed_s = 0.0
        self._thread = threading.get_ident()

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._passed_s += seconds

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._starts_at_s + self._passed_s

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return _MONOTONIC_START_S + self._passed_s

    def sleep(self, seconds: float) -> None:
        """Let time pass at once; a thread that is not the clock's own does wait."""
        if threading.get_ident() == self._thread:
            self.move(seconds)
        else:
            _real_sleep(seconds)

    def localtime(self, seconds: float | None = None) -> time.struct_time:
        """The local time, now or at a moment."""
        return _real_localtime(self.now() if seconds is None else seconds)

    def gmtime(self, seconds: float | None = None) -> time.struct_time:
        """The universal time, now or at a moment."""
        return _real_gmtime(self.now() if seconds is None else seconds)

    def install(self) -> None:
        """Have the module `time` tell this time, until the process ends."""
        told = {
            "time": self.now,
            "time_ns": lambda: int(self.now() * _NS),
            "monotonic": self.monotonic,
            "monotonic_ns": lambda: int(self.monotonic() * _NS),
            "sleep": self.sleep,
            "localtime": self.localtime,
            "gmtime": self.gmtime,
        }
        for name, function in told.items():
            setattr(time, name, function)
