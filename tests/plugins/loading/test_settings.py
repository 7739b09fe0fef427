"""How changed sections meet settings that were given by hand, as tables."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.plugins.loading.settings import carried_over, is_same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ],
)
def test_settings_are_the_same_where_a_file_would_be(one: object, other: object) -> None:
    assert is_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ([1, 2], [2, 1]),
        ([1], [1, 2]),
        ([1], [True]),
        (1, True),
        (1, 1.0),
        ([], {}),
        ("1", 1),
    ],
)
def test_settings_are_others_where_a_file_would_be(one: object, other: object) -> None:
    assert not is_same(one, other)


@pytest.mark.parametrize(
    ("given", "old", "new", "wanted"),
    [
        ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": 1}, {}, {}),
        ({}, {}, {"a": 1}, {"a": 1}),
        ({"a": 9}, {"a": 1}, {"a": 1}, {"a": 9}),
        ({"a": 9}, {"a": 1}, {"a": 1, "b": 2}, {"a": 9, "b": 2}),
        ({"a": 9}, {"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 9}, {"a": 1}, {}, {}),
        ({"mine": 9}, {"a": 1}, {"a": 2}, {"mine": 9, "a": 2}),
        ({"mine": 9}, {}, {"mine": 2}, {"mine": 2}),
        ({"a": 1}, {"a": 1}, {"a": True}, {"a": True}),
    ],
)
def test_last_word_on_a_setting_counts(
    given: dict[str, Any], old: dict[str, Any], new: dict[str, Any], wanted: dict[str, Any]
) -> None:
    carried = carried_over(given, old, new)

    assert is_same(carried, wanted)
