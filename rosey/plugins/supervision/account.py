"""What a plugin has used, counted at all times."""

from __future__ import annotations

import bisect
import itertools
import math
from collections import Counter
from dataclasses import dataclass

BURST_S = 2.0
"""Seconds in which a plugin may emit as much as in the long run, but at once."""

# Each bound is a tenth above the last: a quantile is off by 5 % at most.
_RATIO = 1.1
_FIRST_S, _LAST_S = 1e-7, 1e4
_BOUNDS = tuple(
    _FIRST_S * _RATIO**n
    for n in range(math.ceil(math.log(_LAST_S / _FIRST_S) / math.log(_RATIO)) + 1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How long something took, many times.

    Attributes:
        count: How many times.
        total_s: Seconds, all of them together.
        p50_s: Seconds that half of them did not exceed; 5 % off at most, 0 where there are none.
        p95_s: The same for 95 of 100.
        p99_s: The same for 99 of 100.
    """

    count: int = 0
    total_s: float = 0.0
    p50_s: float = 0.0
    p95_s: float = 0.0
    p99_s: float = 0.0


class Sketch:
    """Quantiles of durations of which none is kept.

    Attributes:
        note: Takes a duration in seconds. It costs no more than appending to a list, so that it
            can be called for each event.
    """

    __slots__ = ("_buckets", "_fresh", "_total_s", "note")

    def __init__(self) -> None:
        self._fresh: list[float] = []
        self._buckets: Counter[int] = Counter()
        self._total_s = 0.0
        self.note = self._fresh.append

    def fold(self) -> None:
        """Take in what was noted; call it now and then, as until then each duration is kept."""
        # Without a step of Python's own for each: this is the cost of being always on.
        self._buckets.update(map(bisect.bisect_left, itertools.repeat(_BOUNDS), self._fresh))
        self._total_s += math.fsum(self._fresh)
        self._fresh.clear()

    def durations(self) -> Durations:
        """What was noted so far."""
        self.fold()
        return Durations(
            count=self._buckets.total(),
            total_s=self._total_s,
            p50_s=self._quantile(0.50),
            p95_s=self._quantile(0.95),
            p99_s=self._quantile(0.99),
        )

    def _quantile(self, share: float) -> float:
        wanted = share * self._buckets.total()
        reached = 0
        for bucket in sorted(self._buckets):
            reached += self._buckets[bucket]
            if reached >= wanted:
                return _BOUNDS[min(bucket, len(_BOUNDS) - 1)] / math.sqrt(_RATIO)
        return 0.0


class Account:
    """What one plugin has used since it was discovered, whatever generation served.

    Attributes:
        handled: The durations of its handlers and commands, waiting included.
        blocked_s: Seconds for which its code has held the loop.
        pending: Events that it has emitted without waiting, and that are not handled yet.
        dropped: Events that were dropped as too many waited for it.
        is_flooding: Whether it was slowed down when last looked at, as it emits too much.
        replies: What it has said.
        refused_replies: What it was not allowed to say.
    """

    __slots__ = (
        "__weakref__",
        "_may_emit_at",
        "blocked_s",
        "dropped",
        "handled",
        "is_flooding",
        "pending",
        "refused_replies",
        "replies",
    )

    def __init__(self) -> None:
        self.handled = Sketch()
        self.blocked_s = 0.0
        self.pending = self.dropped = self.replies = self.refused_replies = 0
        self.is_flooding = False
        self._may_emit_at = -math.inf

    def settle(self) -> None:
        """Note that one of the events which it has emitted without waiting is handled."""
        self.pending -= 1

    def charge(self, events: int, rate: float, now: float) -> float:
        """Note that it has emitted some events.

        Args:
            events: How many.
            rate: How many a second it may emit in the long run.
            now: The time.

        Returns:
            Seconds that it has to wait before it emits more; 0 where it has been quiet enough in
            the last `BURST_S`.
        """
        self._may_emit_at = max(self._may_emit_at, now - BURST_S) + events / rate
        return max(0.0, self._may_emit_at - now)
