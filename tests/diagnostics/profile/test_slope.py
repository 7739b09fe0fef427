"""The slope of samples, and how sure it is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.diagnostics.profile.slope import theil_sen

NUMBERS = st.integers(-1_000_000, 1_000_000)
SAMPLES = st.lists(NUMBERS, min_size=2, max_size=40)


@pytest.mark.parametrize(
    ("samples", "value"),
    [
        ([5, 5], 0),
        ([1, 3], 2),
        ([0, 10, 20, 30], 10),
        ([30, 20, 10, 0], -10),
        ([0, 0, 0, 9_000, 0, 0, 0, 0], 0),
        ([0, 10, 20, -5_000, 40, 50, 60, 70], 10),
    ],
)
def test_slope_is_that_of_most_samples(samples: list[int], value: float) -> None:
    assert theil_sen(samples).value == value


def test_few_samples_leave_the_bounds_far_apart() -> None:
    found = theil_sen([0, 1, 2, 9, 4])

    assert (found.low, found.value, found.high) == (-5, 1, 7)


def test_outliers_do_not_move_the_bounds() -> None:
    samples = [10 * x for x in range(50)]
    samples[7], samples[31] = 90_000, -90_000

    found = theil_sen(samples)

    assert (found.low, found.value, found.high) == (10, 10, 10)


@given(SAMPLES)
def test_value_lies_between_its_bounds(samples: list[int]) -> None:
    found = theil_sen(samples)

    assert found.low <= found.value <= found.high


@given(SAMPLES, st.integers(-1_000, 1_000), NUMBERS)
def test_growth_that_is_added_is_found(samples: list[int], growth: int, start: int) -> None:
    before = theil_sen(samples)
    after = theil_sen([start + y + growth * x for x, y in enumerate(samples)])

    for name in ("value", "low", "high"):
        assert getattr(after, name) == pytest.approx(getattr(before, name) + growth, abs=1e-6)


@given(SAMPLES)
def test_the_other_way_round_it_falls(samples: list[int]) -> None:
    forth, back = theil_sen(samples), theil_sen(samples[::-1])

    assert (back.low, back.value, back.high) == pytest.approx(
        (-forth.high, -forth.value, -forth.low)
    )


def test_bounds_hold_for_nineteen_of_twenty() -> None:
    chance = random.Random(5)  # noqa: S311  nothing is kept secret
    series = [[3 * x + chance.gauss(0, 10) for x in range(30)] for _ in range(200)]
    found = [theil_sen(samples) for samples in series]

    hits = sum(one.low <= 3 <= one.high for one in found)

    assert 180 <= hits <= 199
