"""Copies of plain data, which belong to nobody else and keep nothing alive."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import itertools
import pathlib
import uuid
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from rosey.diagnostics.state.texts import Redact

NOT_PLAIN: Final = object()
"""Stands for a value that is no plain data, or too much of it."""

_MOST_VALUES = 100_000
_MOST_DEEP = 50
_UNCHANGING = frozenset(
    {bool, int, float, complex, bytes, type(None), range, dt.date, dt.datetime, dt.time}
    | {dt.timedelta, decimal.Decimal, fractions.Fraction, uuid.UUID, type(pathlib.Path())}
)
_MADE_OF: Mapping[type, Callable[[Any, list[Any]], Any]] = {
    dict: lambda _, parts: dict(_pairs(parts)),
    OrderedDict: lambda _, parts: OrderedDict(_pairs(parts)),
    Counter: lambda _, parts: Counter(dict(_pairs(parts))),
    list: lambda _, parts: parts,
    tuple: lambda _, parts: tuple(parts),
    set: lambda _, parts: set(parts),
    frozenset: lambda _, parts: frozenset(parts),
    deque: lambda old, parts: deque(parts, old.maxlen),
}


def plain_copy(value: object, redact: Redact) -> Any:  # noqa: ANN401  data of any shape
    """A copy of numbers, texts, times and Python's own containers of them.

    Args:
        value: Any value.
        redact: Takes secrets out of a text.

    Returns:
        The copy, or `NOT_PLAIN` for a subclass, any other object, what leads to itself, and more
        than 100,000 values.
    """
    return _Copying(redact).copied(value, 0)


class _Copying:
    """One copy, with the room that it has left."""

    def __init__(self, redact: Redact) -> None:
        self._redact = redact
        self._room = _MOST_VALUES

    def copied(self, value: Any, depth: int) -> Any:  # noqa: ANN401  data of any shape
        """The copy of a value, so many steps down."""
        kind = type(value)
        if kind in _UNCHANGING:
            return value
        if kind is str:
            return self._redact(value)
        if kind not in _MADE_OF or depth == _MOST_DEEP or len(value) > self._room:
            return NOT_PLAIN
        self._room -= len(value)
        # A copy in one step: a thread of the plugin may add to it meanwhile.
        held = [*(itertools.chain(*value.items()) if isinstance(value, dict) else value)]
        parts = [self.copied(part, depth + 1) for part in held]
        if any(part is NOT_PLAIN for part in parts):
            return NOT_PLAIN
        return _MADE_OF[kind](value, parts)


def _pairs(parts: list[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(parts[::2], parts[1::2], strict=True)
