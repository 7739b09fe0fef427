"""Plain data is copied; anything else is not touched."""

from __future__ import annotations

import datetime as dt
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

import pytest

from rosey.config.environment import Redaction
from rosey.diagnostics.state.plain import NOT_PLAIN, plain_copy

CANARY = "canary-hunter2"


class Own(list[int]):
    """A list of somebody's own."""

    def __len__(self) -> int:
        raise AssertionError


@pytest.mark.parametrize(
    "value",
    [
        1,
        None,
        "x",
        b"bytes",
        dt.date(2026, 1, 2),
        {"a": [1, (2, {3}), frozenset({4})]},
        Counter("aab"),
        OrderedDict(b=1, a=2),
        deque([1, 2], 5),
    ],
)
def test_plain_data_is_copied_as_it_is(value: object) -> None:
    copy = plain_copy(value, str)

    assert copy == value
    assert type(copy) is type(value)


def test_copy_shares_nothing_that_can_change() -> None:
    inner: list[int] = []
    outer = {"inner": inner}

    plain_copy(outer, str)["inner"].append(1)

    assert inner == []
    assert plain_copy(deque([1], 5), str).maxlen == 5


def endless() -> list[Any]:
    """A list that leads to itself."""
    found: list[Any] = []
    found.append(found)
    return found


@pytest.mark.parametrize(
    "value",
    [
        object(),
        len,
        Own(),
        [Own()],
        {"deep": [{"er": object()}]},
        defaultdict(list),
        endless(),
        [0] * 100_001,
        [[0] * 60_000, [0] * 60_000],
    ],
    ids=[*map(str, range(9))],
)
def test_anything_else_is_not_plain(value: object) -> None:
    assert plain_copy(value, str) is NOT_PLAIN


def test_secret_is_masked_in_the_copy() -> None:
    assert plain_copy({CANARY: [CANARY]}, Redaction([CANARY])) == {"<secret>": ["<secret>"]}
