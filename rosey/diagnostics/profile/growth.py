"""Which lines of code took more memory at the end than at the beginning."""

from __future__ import annotations

import linecache
import tracemalloc
from collections.abc import Callable, Iterable

from rosey.diagnostics.profile.result import Growth
from rosey.diagnostics.profile.scope import Scope

_MOST_LINES = 10
_LEAST_BYTES = 16.0
"""Less a reload is a list or a dictionary that was made larger once."""


def growth(
    first: tracemalloc.Snapshot,
    last: tracemalloc.Snapshot,
    *,
    reloads: int,
    scope: Scope,
    is_own: Callable[[str], bool],
) -> tuple[Growth, ...]:
    """Compare two moments of a profile. This reads files.

    Args:
        first: The one.
        last: The other.
        reloads: How many lie between them.
        scope: Whose allocations count.
        is_own: Whether a file is the plugin's.

    Returns:
        The lines that grew most, the plugin's own first.
    """
    found = [
        _growth(statistic, reloads, is_own)
        for statistic in last.compare_to(first, "lineno")
        if statistic.size_diff >= _LEAST_BYTES * reloads
        and scope.has(statistic.traceback[0].filename)
    ]
    return _most(found)


def _growth(
    statistic: tracemalloc.StatisticDiff, reloads: int, is_own: Callable[[str], bool]
) -> Growth:
    frame = statistic.traceback[0]
    return Growth(
        file=frame.filename,
        line=frame.lineno,
        code=linecache.getline(frame.filename, frame.lineno).strip(),
        bytes_per_reload=statistic.size_diff / reloads,
        blocks_per_reload=statistic.count_diff / reloads,
        is_own=is_own(frame.filename),
    )


def _most(found: Iterable[Growth]) -> tuple[Growth, ...]:
    ordered = sorted(found, key=lambda one: (not one.is_own, -one.bytes_per_reload))
    return tuple(ordered[:_MOST_LINES])
