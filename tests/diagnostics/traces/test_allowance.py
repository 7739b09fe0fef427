"""An allowance is a share of the time that goes by."""

from __future__ import annotations

from rosey.diagnostics.traces.allowance import Allowance
from tests.clock import Clock


def test_what_is_spent_comes_back_with_time() -> None:
    clock = Clock()
    allowance = Allowance(0.1, saved_s=10.0, clock=clock)

    with allowance.spending():
        clock.advance(2.0)
    assert not allowance.is_left

    clock.advance(9.0)
    assert allowance.is_left


def test_no_more_is_saved_than_can_be_spent_at_once() -> None:
    clock = Clock()
    allowance = Allowance(0.5, saved_s=2.0, clock=clock)
    clock.advance(1_000.0)
    assert allowance.is_left

    with allowance.spending():
        clock.advance(2.5)

    assert not allowance.is_left
