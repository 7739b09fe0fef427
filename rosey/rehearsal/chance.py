"""Chance that is the same each time, in a process that is for nothing else."""

from __future__ import annotations

import itertools
import random
import weakref


class Chance:
    """Makes `random` repeatable: its functions, and each `random.Random()` that is given no seed.

    Args:
        seed: What everything depends on.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made: weakref.WeakKeyDictionary[random.Random, int] = weakref.WeakKeyDictionary()

    def install(self) -> type[random.Random]:
        """Take over from here on: what was imported from `random` before stays as it is.

        Returns:
            What `random.Random` is now.
        """
        numbers, made, seed = itertools.count(), self._made, self._seed

        class Repeatable(random.Random):
            """A generator that is seeded where nobody has done so."""

            def __init__(self, x: float | str | bytes | bytearray | None = None) -> None:
                super().__init__(x)
                if x is None:
                    made[self] = next(numbers)
                    self.seed(f"{seed} {made[self]}")

        # It is pickled by the name that it takes over.
        Repeatable.__module__ = "random"
        Repeatable.__qualname__ = Repeatable.__name__ = "Random"
        random.seed(seed)
        random.Random = Repeatable  # type: ignore[misc]  # this process is for nothing else
        return Repeatable

    def begin(self, place: int) -> None:
        """Begin anew, so that what was drawn before makes no difference.

        Args:
            place: What comes now; at the same place the same is drawn.
        """
        random.seed(f"{self._seed} {place}")
        for generator, number in self._made.items():
            generator.seed(f"{self._seed} {number} {place}")
