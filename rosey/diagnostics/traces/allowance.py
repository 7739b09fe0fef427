"""An allowance of time, so that who watches does not hold up whom it watches."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from time import perf_counter


class Allowance:
    """A share of the time that goes by, to be spent on something.

    Args:
        share: How much of the time, 0 to 1.
        saved_s: Seconds of time gone by whose share can be saved up and spent at once.
        clock: Seconds.
    """

    def __init__(
        self, share: float, saved_s: float = 1.0, clock: Callable[[], float] = perf_counter
    ) -> None:
        self._share = share
        self._most_s = share * saved_s
        self._clock = clock
        self._left_s = self._most_s
        self._seen_at = clock()

    @property
    def is_left(self) -> bool:
        """Whether there is time to spend."""
        now = self._clock()
        self._left_s = min(self._most_s, self._left_s + self._share * (now - self._seen_at))
        self._seen_at = now
        return self._left_s > 0

    @contextlib.contextmanager
    def spending(self) -> Iterator[None]:
        """Spend the time that the `with` block takes."""
        started = self._clock()
        try:
            yield
        finally:
            self._left_s -= self._clock() - started
