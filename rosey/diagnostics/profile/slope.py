"""How fast something grows, told from samples among which some may be far off."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_STRETCHES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A tenth of the way from the first sample to the last.

    Attributes:
        first: The number of the sample where it begins, from 0.
        last: That of the sample where it ends.
        height: By how much the samples grew in it.
    """

    first: int
    last: int
    height: float

    @property
    def slope(self) -> float:
        """Growth from one sample to the next."""
        return self.height / (self.last - self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Growth from one sample to the next.

    Attributes:
        value: The mean of all stretches but the steepest and the one that falls most.
        low: What all stretches but one grew by at least.
        high: What all stretches but one grew by at most.
    """

    value: float
    low: float
    high: float


def stretches(samples: Sequence[float]) -> list[Stretch]:
    """Cut samples into ten stretches of the same length, or nearly so.

    Args:
        samples: At least ten, in order. Of ten, there are nine stretches.
    """
    count = min(_STRETCHES, len(samples) - 1)
    ends = [round(number * (len(samples) - 1) / count) for number in range(count + 1)]
    return [
        Stretch(first=first, last=last, height=samples[last] - samples[first])
        for first, last in itertools.pairwise(ends)
    ]


def slope(samples: Sequence[float]) -> Slope:
    """The slope of equally distant samples, each of which goes on from the one before it.

    What is gained once stays in all samples after it: so they do not err by chance about a line,
    and the intervals of a regression would be far too sure. How much each stretch gained is
    independent of the others, and the second least and the second most of ten hold the median
    with 98 % confidence (of nine with 96 %), as of any ten draws 11 in 1,024 have fewer than two
    below it.

    Args:
        samples: At least ten, in order.
    """
    ordered = sorted(stretch.slope for stretch in stretches(samples))
    return Slope(value=statistics.fmean(ordered[1:-1]), low=ordered[1], high=ordered[-2])
