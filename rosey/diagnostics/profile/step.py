"""A step among samples that came once and lasts: a table that was made larger, and no growth."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_BESIDE = 5
"""How many samples on each side say how high a step is."""

_STANDS_OUT = 10
"""By how much a step exceeds the usual change from one sample to the next."""

_LEAST_BYTES = 128
"""For each sample; a lower step makes no slope that looks like a leak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change that came once and lasts.

    Attributes:
        place: The first sample after it, from 1.
        height: By how much; less than 0 downwards.
    """

    place: int
    height: float


def lone_step(samples: Sequence[float]) -> Step | None:
    """The largest change between two samples, where it stands out, lasts and never came again.

    Python makes its table of all classes larger now and then, by 150 kB where there are many; it
    doubles it, so that a second time is thousands of reloads away. A leak comes again: what grows
    at each reload has no change that stands out, and of what grows in bursts a second one as high
    as half of the first is enough to leave all as it is. One burst among all samples cannot be
    told from a table: so a profile tells of the step, and does not hide it.

    Args:
        samples: At least two, in order.
    """
    steps = [*_high_and_lasting(samples)]
    usual = statistics.median(abs(later - sooner) for sooner, later in itertools.pairwise(samples))
    least = max(_STANDS_OUT * usual, _LEAST_BYTES * len(samples))
    return steps[0] if len(steps) == 1 and abs(steps[0].height) > least else None


def without(samples: Sequence[float], step: Step | None) -> list[float]:
    """The samples as they were but for a step."""
    if step is None:
        return [*samples]
    return [*samples[: step.place], *(sample - step.height for sample in samples[step.place :])]


def _high_and_lasting(samples: Sequence[float]) -> Iterator[Step]:
    """The changes that are at least half as large as the largest one, but for peaks."""
    changes = [later - sooner for sooner, later in itertools.pairwise(samples)]
    least = max(map(abs, changes)) / 2
    for place, change in enumerate(changes, 1):
        before = statistics.median(samples[max(0, place - _BESIDE) : place])
        after = statistics.median(samples[place : place + _BESIDE])
        if abs(change) >= least > 0 and abs(after - before) > abs(change) / 2:
            yield Step(place=place, height=after - before)
