"""Which values of a plugin changed lately: found by comparing what was drawn with what is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

MARKED_S = 4.0
"""Seconds for which a value counts as changed lately."""

_NEXT_STEP = (".", "[")


class Lately:
    """What changed of one plugin.

    Args:
        clock: Tells the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[float, Mapping[str, str]]] = {}
        self._changed_at: dict[str, float] = {}

    def note(self, look: str, values: Mapping[str, str]) -> None:
        """Compare a look with the last one of its kind, as far as both have seen the same.

        What changed while nobody looked did not change lately.

        Args:
            look: Which kind: one looks at other values than another.
            values: What there is, by path.
        """
        now = self._clock()
        seen_at, before = self._seen.get(look, (now, values))
        self._seen[look] = now, values
        self._changed_at = {p: at for p, at in self._changed_at.items() if now - at < MARKED_S}
        if now - seen_at < MARKED_S:
            other = (path for path, text in values.items() if before.get(path, text) != text)
            self._changed_at |= dict.fromkeys(other, now)

    def is_new(self, path: str, *, with_below: bool) -> bool:
        """Whether a value changed lately, or where asked for anything that is in it."""
        now = self._clock()
        recent = [p for p, at in self._changed_at.items() if now - at < MARKED_S]
        below = tuple(f"{path}{step}" for step in _NEXT_STEP)
        return any(p == path or (with_below and p.startswith(below)) for p in recent)
