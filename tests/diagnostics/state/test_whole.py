"""A value is told with what is in it, and no code of a plugin is asked."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from rosey.config.environment import Redaction
from rosey.diagnostics.state.whole import whole

CANARY = "canary-hunter2"


class Own:
    """A class of a plugin's own, that must not be asked."""

    def __repr__(self) -> str:
        raise SystemExit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        ("a", "'a'"),
        ({}, "{}"),
        ({"a": [1, (2, "b")], 3: {4}}, "{'a': [1, (2, 'b')], 3: {4}}"),
        (deque([1, 2]), "[1, 2]"),
        ({"it": Own()}, "{'it': <Own>}"),
        ([[[[[[1]]]]]], "[[[[[<list of 1>]]]]]"),
        ([*range(60)], f"[{', '.join(map(str, range(50)))}, 10 more]"),
    ],
)
def test_a_value_is_told_as_python_writes_it(value: object, text: str) -> None:
    assert whole(value, str) == text


def test_what_is_long_is_cut() -> None:
    text = whole({"a": "x" * 150, "b": "y" * 150}, str, 100)

    assert text == f"{{'a': '{'x' * 93}..."


def test_secrets_are_masked() -> None:
    assert CANARY not in whole([{CANARY: CANARY}], Redaction([CANARY]))


def test_what_leads_to_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)

    assert whole(loop, str) == "[[[[[<list of 1>]]]]]"
