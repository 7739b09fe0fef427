"""What a plugin has used: quantiles of which no value is kept."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.plugins.supervision.account import Account, Durations, Sketch


def sketch_of(*durations: float) -> Sketch:
    sketch = Sketch()
    for duration in durations:
        sketch.note(duration)
    return sketch


def test_nothing_noted_took_no_time() -> None:
    assert Sketch().durations() == Durations()


@given(st.lists(st.floats(1e-6, 1e3), min_size=1), st.randoms())
def test_quantiles_are_off_by_five_percent_at_most(
    noted: list[float], order: random.Random
) -> None:
    order.shuffle(noted)
    told = sketch_of(*noted).durations()

    exact = sorted(noted)
    for share, quantile in ((0.5, told.p50_s), (0.95, told.p95_s), (0.99, told.p99_s)):
        wanted = exact[math.ceil(share * len(exact)) - 1]
        assert quantile == pytest.approx(wanted, rel=0.05)


def test_count_and_total_are_exact() -> None:
    told = sketch_of(0.25, 0.5, 1.0).durations()

    assert (told.count, told.total_s) == (3, 1.75)


def test_folding_in_between_changes_nothing() -> None:
    sketch = sketch_of(0.25, 0.5)
    sketch.fold()
    sketch.note(1.0)

    assert sketch.durations() == sketch_of(0.25, 0.5, 1.0).durations()


def test_what_was_folded_is_not_kept() -> None:
    sketch = sketch_of(*[0.1] * 1_000)
    sketch.fold()

    assert sketch._fresh == []  # noqa: SLF001  nothing public tells it


@pytest.mark.parametrize("duration_s", [0.0, 1e-12, 1e9])
def test_what_is_beyond_the_scale_counts(duration_s: float) -> None:
    told = sketch_of(duration_s).durations()

    assert told.count == 1
    assert math.isfinite(told.p50_s)


def test_plugin_that_emits_as_much_as_it_may_need_not_wait() -> None:
    account = Account()

    waits = [account.charge(100, 100, now) for now in range(50)]

    assert waits == [0] * 50


def test_plugin_that_emits_twice_as_much_waits_once_its_burst_is_spent() -> None:
    account = Account()

    waits = [account.charge(200, 100, now) for now in range(5)]

    assert waits == [0, 1, 2, 3, 4]
