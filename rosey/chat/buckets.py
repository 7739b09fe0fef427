"""Token buckets: so many at once, and then so many a second."""

from __future__ import annotations

import collections
import math
from collections.abc import Hashable
from dataclasses import dataclass

# Of two moments that are so close, neither is before the other: sums of fractions are not exact.
_SAME_S = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often something may happen.

    Attributes:
        per_s: How often in a second, in the long run; above 0.
        burst: How often at once, after a rest; 1 or more.
    """

    per_s: float
    burst: int


class TokenBucket:
    """Lets a burst through, and then as much as its rate says.

    It is told the time and the rate, either of which may jump. A clock that goes back costs
    nobody more than the time in which an empty bucket fills.
    """

    __slots__ = ("_full_at_s",)

    def __init__(self) -> None:
        self._full_at_s = -math.inf

    def wait_s(self, rate: Rate, now_s: float) -> float:
        """Seconds until one more may come; 0 where it may now."""
        self._full_at_s = min(max(self._full_at_s, now_s), now_s + rate.burst / rate.per_s)
        wait_s = self._full_at_s - now_s - (rate.burst - 1) / rate.per_s
        return wait_s if wait_s > _SAME_S else 0.0

    def take(self, rate: Rate, now_s: float) -> bool:
        """Whether one more may come now; where it may, it has."""
        if self.wait_s(rate, now_s) > 0:
            return False
        self._full_at_s += 1 / rate.per_s
        return True


class Buckets:
    """A bucket for each key.

    Args:
        most: How many are remembered; beyond that the one unused for longest begins anew.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._buckets: collections.OrderedDict[Hashable, TokenBucket] = collections.OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: Hashable, rate: Rate, now_s: float) -> bool:
        """Whether one more may come from this key now; where it may, it has."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket()
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket.take(rate, now_s)
