"""Frozen dataclasses from the plain values of a file that anybody may have written."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from typing import Any

_MOST = 1e15
"""A larger number is none that Rosey has written."""


class DamagedError(ValueError):
    """Raised when plain values are not what a dataclass takes; the message says where."""


def built(kind: Any, value: object, place: str = "") -> Any:  # noqa: ANN401  a type, and a value of it
    """A value of a type, made of what JSON has for it. Nothing in it is executed.

    Args:
        kind: A dataclass, `str`, `int`, `float`, `tuple[X, ...]`, `Mapping[str, X]`, or one of
            these or None.
        value: What JSON has; keys that the dataclass does not know are passed over.
        place: Where it stands, for messages.

    Raises:
        DamagedError: It is something else.
    """
    origin = typing.get_origin(kind)
    if origin in {types.UnionType, typing.Union}:
        (inner,) = (part for part in typing.get_args(kind) if part is not types.NoneType)
        return None if value is None else built(inner, value, place)
    if dataclasses.is_dataclass(kind):
        return _record(kind, _of(dict, value, place), place)
    if origin is tuple:
        inner = typing.get_args(kind)[0]
        entries = enumerate(_of(list, value, place))
        return tuple(built(inner, entry, f"{place}[{number}]") for number, entry in entries)
    if origin is Mapping:
        inner = typing.get_args(kind)[1]
        pairs = _of(dict, value, place).items()
        return {key: built(inner, entry, f"{place}.{key[:40]}") for key, entry in pairs}
    return _scalar(kind, value, place)


def _record(kind: Any, values: dict[str, Any], place: str) -> Any:  # noqa: ANN401  a dataclass and one of it
    hints = _hints(kind)
    for name in hints:
        if name not in values:
            raise DamagedError(f"{_inside(place, name)} is missing")
    return kind(**{n: built(hint, values[n], _inside(place, n)) for n, hint in hints.items()})


@functools.cache
def _hints(kind: Any) -> Mapping[str, Any]:  # noqa: ANN401  a dataclass
    """The types of a dataclass's fields, by name."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _scalar(kind: type, value: object, place: str) -> object:
    if kind is float and type(value) is int:
        value = float(_sane(value, place))
    if type(value) is not kind:
        raise DamagedError(f"{place} is no {kind.__name__}")
    return _sane(value, place) if isinstance(value, int | float) else value


def _sane(number: float, place: str) -> float:
    if not math.isfinite(number) or abs(number) > _MOST:
        raise DamagedError(f"{place} is out of range")
    return number


def _of(kind: type, value: object, place: str) -> Any:  # noqa: ANN401  of that kind
    if type(value) is not kind:
        raise DamagedError(f"{place or 'it'} is no {'object' if kind is dict else 'list'}")
    return value


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
