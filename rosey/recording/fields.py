"""The fields of each kind of line in a recording, and what may stand in them.

No schema of marshmallow: a long recording has half a million lines.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from rosey.chat.model import Rank
from rosey.recording.records import MOST_CHARS, VERSION

Fields = Mapping[str, Callable[[object], object]]
"""By a field's name, what gives its value, or raises a ValueError that says what it must be."""

_LATEST_S = 1e10
_LONGEST_S = 1e8


def read_fields(fields: Fields, values: Mapping[str, object]) -> dict[str, Any]:
    """The values of a line, with their types.

    Raises:
        ValueError: One is missing, is none of the fields, or may not stand there.
    """
    if values.keys() != fields.keys():
        if missing := sorted(fields.keys() - values.keys()):
            raise ValueError(f"{', '.join(missing)} is missing")
        raise ValueError("it has fields that are not known")
    read: dict[str, Any] = {}
    for name, value_of in fields.items():
        try:
            read[name] = value_of(values[name])
        except ValueError as error:
            raise ValueError(f"{name} {error}") from None
    return read


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MOST_CHARS + 1:
        raise ValueError(f"must be a text of at most {MOST_CHARS:,} characters")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _number(value: object) -> int:
    if type(value) is not int:
        raise ValueError("must be a whole number")
    return value


def _number_or_none(value: object) -> int | None:
    return None if value is None else _number(value)


def _version(value: object) -> int:
    if _number(value) != VERSION:
        raise ValueError(f"must be {VERSION}")
    return VERSION


def _seconds(value: object, most: float) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most:
        return float(value)
    raise ValueError(f"must be seconds, 0 to {most:g}")


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004  what is wrong is the file
    return value


def _rank(value: object) -> Rank:
    return Rank.parse(_text(value))


def _versions(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("must be an object")  # noqa: TRY004  as above
    return {_text(name): _text(version) for name, version in value.items()}


HEADER: Fields = MappingProxyType({
    "rosey_recording": _version,
    "began_at": functools.partial(_seconds, most=_LATEST_S),
    "prefix": _text,
    "rosey": _text,
    "plugins": _versions,
})  # fmt: skip

HEARD: Fields = MappingProxyType({
    "heard": _number,
    "at_s": functools.partial(_seconds, most=_LONGEST_S),
    "user": _text,
    "rank": _rank,
    "account": _text_or_none,
    "connection": _text,
    "private": _truth,
    "text": _text,
})  # fmt: skip

SAID: Fields = MappingProxyType({
    "said": _text,
    "at_s": functools.partial(_seconds, most=_LONGEST_S),
    "answers": _number_or_none,
    "plugin": _text_or_none,
    "connection": _text,
    "to": _text_or_none,
})  # fmt: skip
