"""Faults that come again and again: each is kept once, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rosey.plugins.calling.faults import Fault

REPEATS_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A fault, and how often it has come.

    Attributes:
        fault: As it came last.
        count: How often it came.
        since: When it came first, in seconds since the epoch.
    """

    fault: Fault
    count: int
    since: float


class Repeats:
    """The last `REPEATS_KEPT` different faults of the generation that serves.

    Faults are the same where the same place tells the same error.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Repeated] = {}

    def __iter__(self) -> Iterator[Repeated]:
        """Those that are kept, newest last."""
        return iter([*self._kept.values()])

    def note(self, fault: Fault) -> None:
        """Count a fault in."""
        same = fault.where, fault.error
        before = self._kept.pop(same, None)
        count, since = (before.count, before.since) if before is not None else (0, fault.at)
        self._kept[same] = Repeated(fault=fault, count=count + 1, since=since)
        if len(self._kept) > REPEATS_KEPT:
            del self._kept[next(iter(self._kept))]

    def clear(self) -> None:
        """Forget all: another generation serves."""
        self._kept.clear()
