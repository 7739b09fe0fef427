"""Which source tracebacks and `inspect` show for the path of a plugin's file."""

from __future__ import annotations

import contextlib
import linecache
from collections.abc import Iterable, Iterator

from rosey.plugins.loading.sources import Unit

_Lines = tuple[int, None, list[str], str]


class SourceLines:
    """Has Python show the code that runs, whatever was saved since.

    Two generations of a plugin have the same paths, and only one can be shown at a time: that
    which was pinned last, of those that still are.
    """

    def __init__(self) -> None:
        self._pinned: dict[str, dict[str, _Lines]] = {}

    def pin(self, holder: str, units: Iterable[Unit]) -> None:
        """Show some units from now on, until `unpin` is called for their holder."""
        for unit in units:
            path = str(unit.path)
            lines = linecache.cache[path] = _lines(unit)
            self._pinned.setdefault(path, {})[holder] = lines

    def unpin(self, holder: str, units: Iterable[Unit]) -> None:
        """Show what was pinned before under the same paths; nothing happens where none was."""
        for unit in units:
            path = str(unit.path)
            pinned = self._pinned.get(path, {})
            if pinned.pop(holder, None) is None:
                continue
            if pinned:
                linecache.cache[path] = [*pinned.values()][-1]
            else:
                linecache.cache.pop(path, None)
                del self._pinned[path]

    @contextlib.contextmanager
    def showing(self, units: Iterable[Unit]) -> Iterator[None]:
        """Show some units inside the `with` block only."""
        paths = {str(unit.path): unit for unit in units}
        before = {path: linecache.cache.get(path) for path in paths}
        linecache.cache.update({path: _lines(unit) for path, unit in paths.items()})
        try:
            yield
        finally:
            for path, entry in before.items():
                if entry is None:
                    linecache.cache.pop(path, None)
                else:
                    linecache.cache[path] = entry


def _lines(unit: Unit) -> _Lines:
    lines = unit.lines
    # Without a modification time linecache never reads the file again.
    return sum(map(len, lines)), None, lines, str(unit.path)
