"""A value as somebody would type it, to put another one in its place."""

from __future__ import annotations

import contextlib
import enum
import json
from collections.abc import Iterator
from typing import Any

from rosey.diagnostics.state.plain import NOT_PLAIN, plain_copy
from rosey.diagnostics.state.texts import Redact
from rosey.diagnostics.state.typed import typed
from rosey.errors import UsageError

_MOST_CHARS = 10_000


def as_typed(value: object, redact: Redact) -> str | None:
    """A text of one line that `typed` makes the same value of.

    Args:
        value: Any value.
        redact: Takes secrets out of a text.

    Returns:
        None for what cannot be typed so, and for what holds a secret.
    """
    if issubclass(type(value), enum.Enum):
        name: str = value._name_  # type: ignore[attr-defined]  # an enum's
        return name
    copy = plain_copy(value, redact)
    if copy is NOT_PLAIN or copy != value:
        return None
    return next((text for text in _ways(copy) if _means(text, copy)), None)


def _ways(value: Any) -> Iterator[str]:  # noqa: ANN401  plain data of any shape
    """How a value may be typed, what people would think of first."""
    if isinstance(value, str):
        yield value
    is_listed = not isinstance(value, str | bytes | dict) and hasattr(value, "__iter__")
    with contextlib.suppress(TypeError, ValueError):
        yield json.dumps([*value] if is_listed else value)
    yield str(value)


def _means(text: str, value: object) -> bool:
    if not text.isprintable() or text != text.strip() or len(text) > _MOST_CHARS:
        return False
    try:
        meant = typed(text, value)
    except UsageError:
        return False
    return type(meant) is type(value) and bool(meant == value)
