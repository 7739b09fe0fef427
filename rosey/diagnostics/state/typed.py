"""A value that somebody has typed, as what stands in its place asks for."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import json
import pathlib
import re
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from rosey.diagnostics.state.texts import echoed
from rosey.errors import UsageError

_AS_PYTHON_WRITES = {"True": True, "False": False, "None": None}
_IN_QUOTES = re.compile(r"'([^']*)'")
_PLAIN = (bool, int, float, complex, list, dict, tuple, set, frozenset, deque)
_FROM_TEXT: Mapping[type, Callable[[str], Any]] = {
    dt.date: dt.date.fromisoformat,
    dt.datetime: dt.datetime.fromisoformat,
    dt.time: dt.time.fromisoformat,
    decimal.Decimal: decimal.Decimal,
    fractions.Fraction: fractions.Fraction,
    uuid.UUID: uuid.UUID,
    type(pathlib.Path()): pathlib.Path,
}


def typed(text: str, old: object) -> Any:  # noqa: ANN401  a value of any type
    """What a text means in place of a value.

    JSON is taken as JSON, and anything else as text, which single quotes may hold as well. Where a
    text stands, a number is text too; where a number stands, text is a mistake, unless it is in
    quotes. A list becomes a tuple, a set or a deque, and text a date, a path, a member of an enum
    or the like, where one stands.

    Args:
        text: As it was typed.
        old: What stands there; None where nothing does.

    Raises:
        UsageError: It can be nothing of the kind.
    """
    value = _read(text)
    kind = type(old)
    if kind is str:
        return value if isinstance(value, str) else text
    as_text = value if isinstance(value, str) else text
    try:
        if issubclass(kind, enum.Enum):
            return kind[as_text]
        if kind in _FROM_TEXT:
            return _FROM_TEXT[kind](as_text)
    except (ValueError, ArithmeticError, KeyError) as error:
        raise UsageError(f"{echoed(text)} is no {kind.__name__}") from error
    if value is text and kind in _PLAIN:
        how = "write JSON, and a text in quotes"
        raise UsageError(f"{echoed(text)} is no {kind.__name__}: {how}")
    return _fitted(value, old)


def _read(text: str) -> Any:  # noqa: ANN401  a value of any type
    """JSON, a text in single quotes, one of Python's constants, or the very text."""
    if (quoted := _IN_QUOTES.fullmatch(text)) is not None:
        return quoted[1]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _AS_PYTHON_WRITES.get(text, text)


def _fitted(value: object, old: object) -> Any:  # noqa: ANN401  a value of any type
    """JSON as the type that stands there, where JSON has none of it."""
    if isinstance(value, list):
        if isinstance(old, deque):
            return deque(value, old.maxlen)
        if type(old) in {tuple, set, frozenset}:
            return _made(type(old), value)
    if type(old) is float and type(value) is int:
        return float(value)
    return value


def _made(kind: Any, entries: list[Any]) -> Any:  # noqa: ANN401  a tuple or a set
    try:
        return kind(entries)
    except TypeError as error:
        raise UsageError(f"no {kind.__name__} can have such entries: {error}") from error
