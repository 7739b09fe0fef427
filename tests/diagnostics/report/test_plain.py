"""Dataclasses are built of plain values that fit, and of no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from rosey.diagnostics.report.plain import DamagedError, built


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One inside another."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """With all kinds of fields."""

    name: str
    count: int
    leaf: Leaf | None
    leaves: tuple[Leaf, ...]
    texts: Mapping[str, str]


PLAIN: dict[str, Any] = {
    "name": "x",
    "count": 1,
    "leaf": {"at": 2},
    "leaves": [{"at": 1.5}],
    "texts": {"a": "b"},
}


def test_values_that_fit_become_a_dataclass() -> None:
    assert built(Whole, PLAIN) == Whole(
        name="x", count=1, leaf=Leaf(at=2.0), leaves=(Leaf(at=1.5),), texts={"a": "b"}
    )


def test_nothing_where_nothing_may_be_and_more_than_is_known() -> None:
    assert built(Whole, {**PLAIN, "leaf": None, "later": [1]}).leaf is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": 1}, "name is no str"),
        ({"name": None}, "name is no str"),
        ({"count": True}, "count is no int"),
        ({"count": 1.0}, "count is no int"),
        ({"count": 10**40}, "count is out of range"),
        ({"leaf": []}, "leaf is no object"),
        ({"leaf": {}}, "leaf.at is missing"),
        ({"leaf": {"at": float("inf")}}, "leaf.at is out of range"),
        ({"leaf": {"at": "1"}}, "leaf.at is no float"),
        ({"leaves": {}}, "leaves is no list"),
        ({"leaves": [{"at": 1}, 2]}, "leaves[1] is no object"),
        ({"texts": {"a": 1}}, "texts.a is no str"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(DamagedError) as caught:
        built(Whole, {**PLAIN, **change})

    assert str(caught.value) == reason
