"""What changed lately is known for a while."""

from __future__ import annotations

import pytest

from rosey.workbench.panel.areas.state.lately import MARKED_S, Lately
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lately(clock: Clock) -> Lately:
    return Lately(clock)


def test_value_that_became_another_is_new_for_a_while(lately: Lately, clock: Clock) -> None:
    lately.note("tree", {"a": "1", "b": "1"})
    assert not lately.is_new("a", with_below=False)

    lately.note("tree", {"a": "2", "b": "1", "c": "first seen"})
    assert [lately.is_new(path, with_below=False) for path in "abc"] == [True, False, False]

    clock.now_s += MARKED_S
    assert not lately.is_new("a", with_below=False)


def test_what_is_in_a_value_counts_where_it_is_asked_for(lately: Lately) -> None:
    lately.note("look", {"games[0].points": "1", "gamesome": "1"})
    lately.note("look", {"games[0].points": "2", "gamesome": "2"})

    assert lately.is_new("games", with_below=True)
    assert lately.is_new("games[0]", with_below=True)
    assert not lately.is_new("games", with_below=False)
    assert not lately.is_new("game", with_below=True)


def test_looks_of_different_kinds_are_not_compared(lately: Lately) -> None:
    lately.note("tree", {"a": "<dict of 1>"})
    lately.note("look", {"a": "{1: 2}"})

    assert not lately.is_new("a", with_below=True)


def test_what_changed_while_nobody_looked_is_not_new(lately: Lately, clock: Clock) -> None:
    lately.note("tree", {"a": "1"})
    clock.now_s += MARKED_S
    lately.note("tree", {"a": "2"})

    assert not lately.is_new("a", with_below=False)
