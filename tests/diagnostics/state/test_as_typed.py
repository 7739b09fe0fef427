"""A value is offered as a text that means the same value."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
from collections import Counter, deque
from typing import Any

import pytest

from rosey.config.environment import Redaction
from rosey.diagnostics.state.as_typed import as_typed
from rosey.diagnostics.state.typed import typed

CANARY = "canary-hunter2"


class Colour(enum.Enum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
        ("ann", "ann"),
        ("two words", "two words"),
        ("17", "17"),
        ("'quoted'", "\"'quoted'\""),
        (" space", '" space"'),
        ("two\nlines", '"two\\nlines"'),
        ([1, "a"], '[1, "a"]'),
        ((1, 2), "[1, 2]"),
        ({3}, "[3]"),
        (deque([1], 3), "[1]"),
        ({"a": {"b": None}}, '{"a": {"b": null}}'),
        (dt.date(2026, 1, 31), "2026-01-31"),
        (dt.time(5, 30), "05:30:00"),
        (decimal.Decimal("1.10"), "1.10"),
        (Colour.RED, "RED"),
    ],
)
def test_text_means_the_value(value: object, text: str) -> None:
    assert as_typed(value, Redaction()) == text
    assert typed(text, value) == value


@pytest.mark.parametrize(
    "value",
    [{1: 2}, [(1, 2)], object(), Counter(a=1), float("nan"), 1j, b"x", "x" * 20_000, CANARY],
)
def test_what_cannot_be_typed_and_what_is_secret_has_no_text(value: Any) -> None:  # noqa: ANN401  of any type
    assert as_typed(value, Redaction([CANARY])) is None
