"""Numbers in their order, of which any place can be looked up, and any number taken out."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

RUN = 512
"""Numbers that stand in one list, before it is cut in two: so few are moved at little cost."""


class Order:
    """Numbers in their order, each at most once."""

    def __init__(self) -> None:
        self._runs: list[list[int]] = []
        self._lasts: list[int] = []

    def add(self, number: int) -> None:
        """Put in a number that is not there."""
        if not self._runs:
            self._runs, self._lasts = [[number]], [number]
            return
        place = min(bisect.bisect_left(self._lasts, number), len(self._runs) - 1)
        run = self._runs[place]
        bisect.insort(run, number)
        self._lasts[place] = run[-1]
        if len(run) > RUN:
            self._runs.insert(place + 1, run[RUN // 2 :])
            del run[RUN // 2 :]
            self._lasts.insert(place, run[-1])

    def remove(self, number: int) -> None:
        """Take out a number that is there."""
        place = bisect.bisect_left(self._lasts, number)
        run = self._runs[place]
        del run[bisect.bisect_left(run, number)]
        if run:
            self._lasts[place] = run[-1]
        else:
            del self._runs[place], self._lasts[place]

    def highest(self, first: int, count: int) -> list[int]:
        """Numbers from a place on, the highest first.

        Args:
            first: How many higher ones are passed by.
            count: How many at most.
        """
        found: list[int] = []
        for run in self._from(first):
            found += run[: count - len(found)]
            if len(found) == count:
                break
        return found

    def _from(self, first: int) -> Iterator[list[int]]:
        """The runs from a place on, each the highest first."""
        for run in reversed(self._runs):
            if first < len(run):
                yield run[len(run) - 1 - first :: -1]
            first = max(0, first - len(run))
