"""What is typed becomes what stands in its place asks for."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import pathlib
from collections import deque

import pytest

from rosey.diagnostics.state.typed import typed
from rosey.errors import UsageError


class Colour(enum.Enum):
    RED = 1


@pytest.mark.parametrize(
    ("text", "old", "value"),
    [
        ("5", None, 5),
        ("5", 1, 5),
        ("6", "1", "6"),
        ('"5"', "1", "5"),
        ("[1]", "x", "[1]"),
        ("five", None, "five"),
        ('"five"', 1, "five"),
        ("5", 1.0, 5.0),
        ("true", False, True),
        ("True", False, True),
        ("None", 5, None),
        ('{"a": [1]}', {}, {"a": [1]}),
        ("[1, 2]", [], [1, 2]),
        ("[1, 2]", (), (1, 2)),
        ("[1, 1]", {2}, {1}),
        ("[1, 2, 3]", deque([0], 2), deque([2, 3], 2)),
        ("1.10", decimal.Decimal(1), decimal.Decimal("1.10")),
        ("2026-01-02", dt.date(2000, 1, 1), dt.date(2026, 1, 2)),
        ('"a/b"', pathlib.Path(), pathlib.Path("a/b")),
        ("RED", Colour.RED, Colour.RED),
        ("text", object(), "text"),
        ("'a b'", "x", "a b"),
        ("'5'", 1, "5"),
        ("'it's'", "x", "'it's'"),
    ],
)
def test_text_is_taken_as_what_stands_there(text: str, old: object, value: object) -> None:
    taken = typed(text, old)

    assert taken == value
    assert type(taken) is type(value)


@pytest.mark.parametrize(
    ("text", "old", "reason"),
    [
        ("five", 1, "'five' is no int: write JSON, and a text in quotes"),
        ("five", [], "'five' is no list"),
        ("soon", dt.date(2000, 1, 1), "'soon' is no date"),
        ("five", decimal.Decimal(1), "'five' is no Decimal"),
        ("BLUE", Colour.RED, "'BLUE' is no Colour"),
        ("[[1]]", {2}, "no set can have such entries"),
        ("[" * 100_000, 1, "is no int"),
        ("9" * 5_000, 1, r"\A'9{40}'\.\.\. is no int"),
    ],
)
def test_what_does_not_fit_is_refused(text: str, old: object, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        typed(text, old)
