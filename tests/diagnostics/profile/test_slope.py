"""The slope of samples, and how sure it is."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.diagnostics.profile.result import LEAK_BYTES
from rosey.diagnostics.profile.slope import Slope, slope, stretches

TABLE = 147_000
"""What Python's table of all classes takes more when it is made larger, in a busy notebook."""

SAMPLES = st.lists(st.integers(-1_000_000, 1_000_000), min_size=10, max_size=120)


def noisy(growth: float, count: int = 100) -> list[float]:
    """Samples that grow by so much, with some noise."""
    chance = random.Random(7)  # noqa: S311  samples of a test
    return [150_000 + growth * n + chance.uniform(-2_000, 2_000) for n in range(count)]


def stepped(samples: Sequence[float], *places: int, height: float = TABLE) -> list[float]:
    """The samples, each of which from some places on is higher by so much more."""
    rises = accumulate(height * places.count(number) for number in range(len(samples)))
    return [sample + rise for sample, rise in zip(samples, rises, strict=True)]


@pytest.mark.parametrize("count", [10, 11, 12, 20, 21, 100, 1_000])
def test_stretches_are_of_one_length_and_go_from_the_first_sample_to_the_last(count: int) -> None:
    found = stretches([7 * number for number in range(count)])

    assert len(found) == min(10, count - 1)
    assert (found[0].first, found[-1].last) == (0, count - 1)
    assert {one.slope for one in found} == {7}
    lengths = {one.last - one.first for one in found}
    assert max(lengths) - min(lengths) <= 2


def test_stretch_holds_the_sample_at_which_it_rises() -> None:
    for place in range(2, 42):
        (risen,) = (one for one in stretches([*[0] * place, *[5] * (44 - place)]) if one.height)
        assert risen.first <= place <= risen.last
        assert risen.height == 5


@pytest.mark.parametrize("count", [10, 20, 33, 100])
def test_line_is_found(count: int) -> None:
    assert slope([7 + 3 * n for n in range(count)]) == Slope(value=3, low=3, high=3)
    assert slope([7 - 3 * n for n in range(count)]).value == pytest.approx(-3, rel=0.2)


def test_stretches_at_the_ends_of_the_order_do_not_count() -> None:
    gained = [0, 5, 5, 900, 5, 5, 5, -700, 5, 6]

    found = slope([*accumulate(gained, initial=0)])

    assert found.value == pytest.approx(36 / 8)
    assert (found.low, found.high) == (0, 6)


@pytest.mark.parametrize("place", [1, 2, 30, 60, 97, 99])
def test_table_that_is_made_larger_is_no_growth_wherever_that_is(place: int) -> None:
    assert abs(slope(stepped(noisy(0), place)).value) < LEAK_BYTES / 2


@pytest.mark.parametrize("places", [(2, 8), (5, 11), (7, 14), (4, 16)])
def test_two_tables_are_no_leak_in_a_short_profile(places: tuple[int, int]) -> None:
    found = slope(stepped([5.0] * 20, *places, height=3_500))

    assert found.low == 0
    assert found.value < LEAK_BYTES


def test_many_tables_are_never_surely_a_leak() -> None:
    # Memory that grows so now and then made each slope between distant samples look like one.
    for seed in range(200):
        chance = random.Random(seed)  # noqa: S311  samples of a test
        places = chance.sample(range(1, 20), 4)
        assert slope(stepped([5.0] * 20, *places, height=3_000)).low <= LEAK_BYTES


@pytest.mark.parametrize("place", [10, 50, 90])
@pytest.mark.parametrize("count", [100, 1_000])
def test_leak_is_seen_beside_a_table(place: int, count: int) -> None:
    leak = slope(stepped(noisy(1_024, count), place))

    assert leak.low > LEAK_BYTES
    assert leak.value == pytest.approx(1_024, rel=0.2)


def test_peak_that_goes_again_is_no_growth() -> None:
    for place in range(1, 99):
        peak = [5.0] * 100
        peak[place] += TABLE
        assert slope(peak) == Slope(value=0, low=0, high=0)


@pytest.mark.parametrize("count", [60, 100])
def test_what_comes_and_goes_hides_neither_a_leak_nor_stillness(count: int) -> None:
    # As what a panel draws meanwhile.
    chance = random.Random(3)  # noqa: S311  samples of a test
    peaks = [30_000 * (chance.random() < 0.3) for _ in range(count)]

    assert slope(peaks) == Slope(value=0, low=0, high=0)
    leak = slope([1_024 * n + peak for n, peak in enumerate(peaks)])
    assert leak.low > LEAK_BYTES
    assert leak.value == pytest.approx(1_024, rel=0.2)


def test_growth_in_leaps_is_growth() -> None:
    assert slope([n // 10 * 10_000.0 for n in range(101)]).low > LEAK_BYTES


@given(
    period=st.integers(2, 45),
    first=st.integers(1, 45),
    heights=st.lists(st.floats(1.0, 1.9), min_size=50, max_size=50),
)
def test_bursts_that_come_again_are_not_taken_for_flat(
    period: int, first: int, heights: list[float]
) -> None:
    bursts = {first + period * n: TABLE * height for n, height in enumerate(heights)}

    assert slope([*accumulate(bursts.get(n, 0.0) for n in range(100))]).value > LEAK_BYTES


@given(SAMPLES)
def test_value_lies_between_its_bounds(samples: list[int]) -> None:
    found = slope(samples)

    assert found.low <= found.value <= found.high or found.low == pytest.approx(found.high)


def test_bounds_hold_for_nineteen_of_twenty_where_each_reload_gains_by_chance() -> None:
    chance = random.Random(5)  # noqa: S311  samples of a test
    series = [[*accumulate(chance.gauss(3, 10) for _ in range(60))] for _ in range(400)]

    hits = sum(found.low <= 3 <= found.high for found in map(slope, series))

    assert 380 <= hits < 400
