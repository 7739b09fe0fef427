"""When changed files have settled: a pure machine of changes and the clock."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from pathlib import Path


class Change(enum.Enum):
    """What has happened to a path.

    Attributes:
        WRITING: Something was written; whoever writes has not closed the file yet.
        WRITTEN: The file was written, and closed where the system tells that.
        APPEARED: It was made, or moved here.
        GONE: It was deleted, or moved away.
    """

    WRITING = enum.auto()
    WRITTEN = enum.auto()
    APPEARED = enum.auto()
    GONE = enum.auto()


class _Trace(enum.Enum):
    """What the changes to one path add up to."""

    APPEARED = enum.auto()
    MADE = enum.auto()
    CHANGED = enum.auto()


class Settling:
    """Collects changed paths until nothing has happened for a while.

    Args:
        quiet_s: Seconds without a change after which the paths have settled.
        ceiling_s: Seconds after the first change when they are told whatever still happens.
    """

    def __init__(self, quiet_s: float, ceiling_s: float) -> None:
        self._quiet_s = quiet_s
        self._ceiling_s = ceiling_s
        self._traces: dict[Path, _Trace] = {}
        self._first = self._last = 0.0
        self._empty: set[Path] = set()
        # Since when; kept until the file is closed, so that a log that stays open delays once.
        self._writing: dict[Path, float] = {}

    def note(self, path: Path, change: Change, at: float) -> None:
        """Enter a change.

        Args:
            path: What has changed.
            change: How.
            at: Seconds on a clock that never goes back.
        """
        if change is Change.WRITING:
            self._writing.setdefault(path, at)
        else:
            self._writing.pop(path, None)
            if not self._traces:
                self._first = at
            self._trace(path, change)
        if path in self._traces:
            self._last = at
            self._empty.discard(path)

    def _trace(self, path: Path, change: Change) -> None:
        trace = self._traces.get(path)
        if trace is _Trace.MADE and change is Change.GONE:
            # An editor's temporary file. One that appears and is gone without being written may
            # have been moved over a file that was there before: that is told.
            del self._traces[path]
        elif trace is None and change is Change.APPEARED:
            self._traces[path] = _Trace.APPEARED
        elif trace in (_Trace.APPEARED, _Trace.MADE) and change is Change.WRITTEN:
            self._traces[path] = _Trace.MADE
        elif trace is not _Trace.APPEARED or change is not Change.APPEARED:
            self._traces[path] = _Trace.CHANGED

    def due_at(self) -> float | None:
        """When the paths will have settled if nothing else happens; None where there are none."""
        if not self._traces:
            return None
        ceiling = self._first + self._ceiling_s
        if self._empty:
            return ceiling
        written = max(self._writing.values(), default=-self._ceiling_s) + self._ceiling_s
        return min(max(self._last + self._quiet_s, written), ceiling)

    def ripe(self, at: float) -> frozenset[Path]:
        """The paths that have settled by `at`, unless `take` finds them half-written."""
        due = self.due_at()
        return frozenset() if due is None or due > at else frozenset(self._traces)

    def take(self, at: float, empty: Collection[Path]) -> frozenset[Path]:
        """Take the paths that have settled by `at`.

        Args:
            at: The present, on the clock of `note`.
            empty: Those of `ripe` that are empty files, as a file is between being truncated and
                being written: until the ceiling they wait for that.

        Returns:
            The paths, without those below another one; none if it is too early.
        """
        ripe = self.ripe(at)
        if ripe and at < self._first + self._ceiling_s:
            self._empty = set(ripe.intersection(empty))
            ripe = self.ripe(at)
        if ripe:
            self._traces.clear()
            self._empty.clear()
        return outermost(ripe)


def outermost(paths: Iterable[Path]) -> frozenset[Path]:
    """Drop each path that is below another one, as a folder stands for all that it holds."""
    every = frozenset(paths)
    return frozenset(path for path in every if every.isdisjoint(path.parents))
