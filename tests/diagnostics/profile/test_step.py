"""One large step that lasts is no growth; whatever comes again is."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.diagnostics.profile.result import LEAK_BYTES
from rosey.diagnostics.profile.slope import theil_sen
from rosey.diagnostics.profile.step import Step, lone_step, without

STEP = 147_000


def noisy(growth: float, count: int = 100) -> list[float]:
    """Samples that grow by so much, with some noise."""
    chance = random.Random(7)  # noqa: S311  samples of a test
    return [150_000 + growth * n + chance.uniform(-2_000, 2_000) for n in range(count)]


def stepped(samples: list[float], place: int) -> list[float]:
    return [sample + STEP * (number >= place) for number, sample in enumerate(samples)]


def without_step(samples: Sequence[float]) -> list[float]:
    return without(samples, lone_step(samples))


@pytest.mark.parametrize("place", [1, 2, 30, 60, 97, 99])
def test_step_of_a_table_is_taken_out_wherever_it_comes(place: int) -> None:
    flat = theil_sen(without_step(stepped(noisy(0), place)))

    assert abs(flat.value) < LEAK_BYTES / 4


@pytest.mark.parametrize("place", [10, 50, 90])
def test_leak_is_seen_beside_the_step(place: int) -> None:
    leak = theil_sen(without_step(stepped(noisy(1_024), place)))

    assert leak.low > LEAK_BYTES
    assert leak.value == pytest.approx(1_024, rel=0.2)


@pytest.mark.parametrize("growth", [0, 1_024])
def test_samples_without_a_step_stay_as_they_are(growth: float) -> None:
    samples = noisy(growth)

    assert without_step(samples) == samples


def test_peak_that_goes_again_is_no_step() -> None:
    samples = noisy(0)
    samples[40] += STEP

    assert without_step(samples) == samples


def test_growth_in_leaps_is_growth() -> None:
    leaps = [n // 10 * 10_000.0 for n in range(100)]

    assert theil_sen(without_step(leaps)).low > LEAK_BYTES


def test_steady_growth_and_stillness_have_no_step() -> None:
    assert without_step([5.0] * 10) == [5.0] * 10
    assert without_step([*map(float, range(10))]) == [*map(float, range(10))]
    assert without_step([1.0, 2.0]) == [1.0, 2.0]


def test_step_is_told_with_its_place_and_height() -> None:
    assert lone_step(stepped([5.0] * 100, 30)) == Step(place=30, height=STEP)
    assert lone_step([*[5.0] * 50, *[1_005.0] * 50]) is None  # too low to look like a leak


def test_step_down_is_one_too() -> None:
    samples = [-sample for sample in stepped(noisy(0), 30)]

    assert abs(theil_sen(without_step(samples)).value) < LEAK_BYTES / 4


def test_step_is_seen_beside_peaks_as_high_as_itself() -> None:
    samples = stepped(noisy(0), 60)
    samples[20] += STEP
    samples[90] += STEP

    assert (step := lone_step(samples)) is not None
    assert step.place == 60


@given(
    period=st.integers(2, 49),
    first=st.integers(1, 49),
    heights=st.lists(st.floats(1.0, 1.9), min_size=50, max_size=50),
    growth=st.sampled_from([0, 100]),
)
def test_growth_in_bursts_that_come_again_stays_as_it_is(
    period: int, first: int, heights: list[float], growth: float
) -> None:
    bursts = {first + period * n: STEP * height for n, height in enumerate(heights)}
    samples = [*itertools.accumulate((bursts.get(n, 0.0) for n in range(100)), initial=0.0)]
    leak = [a + b for a, b in zip(noisy(growth), samples[1:], strict=True)]

    assert without_step(leak) == leak
