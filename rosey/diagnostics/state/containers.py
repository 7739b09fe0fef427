"""Python's containers, read by their own methods: a plugin's subclass has no say in it."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

SCALARS: Final = frozenset({bool, int, float, complex, str, bytes, type(None)})
"""Types whose values hold nothing else."""

Place = tuple[Any, Any]
"""A key, or a place counted from 0, and what is there."""

_BASES = (dict, list, tuple, set, frozenset, deque)
_LAST = 5


def base_of(kind: type) -> Any:  # noqa: ANN401  the type itself, of whatever it holds
    """Which of Python's containers a class is, or is made of; None where it is none."""
    if kind in _BASES:
        return kind
    return next((base for base in _BASES if issubclass(kind, base)), None)


def size_of(container: Any) -> int:  # noqa: ANN401  any container
    """How much is in a container."""
    size: int = base_of(type(container)).__len__(container)
    return size


def entries_of(container: Any) -> Iterator[Any]:  # noqa: ANN401  any container
    """What is in a container; the keys of a dict."""
    entries: Iterator[Any] = base_of(type(container)).__iter__(container)
    return entries


def ends_of(container: Any, most: int) -> tuple[list[Place], list[Place]]:  # noqa: ANN401  any container but a set
    """What is at the beginning of a container and, where there is more than `most`, at its end.

    Returns:
        Keys, or places, with the values there: the first ones, and the last five.
    """
    base, size = base_of(type(container)), size_of(container)
    first, last = (size, 0) if size <= most else (most - _LAST, _LAST)
    if base is dict:
        pairs = dict.items(container)
        ends = [*itertools.islice(reversed(pairs), last)][::-1]
        return [*itertools.islice(pairs, first)], ends

    def at(places: range) -> list[Place]:
        return [(place, base.__getitem__(container, place)) for place in places]

    return at(range(first)), at(range(size - last, size))
