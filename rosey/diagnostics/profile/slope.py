"""How fast something grows, told from samples among which some may be far off."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Growth from one sample to the next.

    Attributes:
        value: The likeliest.
        low: What it is at least, with 95 % confidence where the samples are independent.
        high: What it is at most, with the same.
    """

    value: float
    low: float
    high: float


def theil_sen(samples: Sequence[float]) -> Slope:
    """The slope of equally distant samples: the median of those between any two of them.

    A fourth of the samples may be anything without moving it much. The spread is that of P. K.
    Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968.

    Args:
        samples: At least two, in order.
    """
    count = len(samples)
    slopes = sorted(
        (samples[later] - samples[sooner]) / (later - sooner)
        for sooner in range(count)
        for later in range(sooner + 1, count)
    )
    z = statistics.NormalDist().inv_cdf((1 + _CONFIDENCE) / 2)
    spread = z * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    lowest = max(0, math.floor((len(slopes) - spread) / 2) - 1)
    return Slope(
        value=statistics.median(slopes), low=slopes[lowest], high=slopes[len(slopes) - 1 - lowest]
    )
