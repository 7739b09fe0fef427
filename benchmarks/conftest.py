"""How benchmarks measure: one event loop a file, and coroutines timed in rounds of many calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROUND_S = 0.02
"""What a round is calibrated to: long beside the timer and the start of a loop."""

ROUNDS = 40

Repeat = Callable[[int], Coroutine[Any, Any, None]]
"""Does what is measured as many times as it is told, within one run of the loop."""

Measure = Callable[[Repeat], None]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """Keep one loop for all benchmarks of a file."""
    with asyncio.Runner() as running:
        yield running


@pytest.fixture
def measure(benchmark: BenchmarkFixture, runner: asyncio.Runner) -> Measure:
    """Time what takes microseconds: rounds of so many calls that the loop's start does not count.

    How many calls a round has stands in the benchmark's `extra_info`: the summary divides by it.
    """

    def run(repeat: Repeat) -> None:
        calls = _calibrated(runner, repeat)
        benchmark.extra_info["calls"] = calls
        benchmark.pedantic(lambda: runner.run(repeat(calls)), rounds=ROUNDS, warmup_rounds=2)

    return run


def _calibrated(runner: asyncio.Runner, repeat: Repeat) -> int:
    """How many calls fill a round."""
    calls = 1
    while True:
        started = time.perf_counter()
        runner.run(repeat(calls))
        took_s = time.perf_counter() - started
        if took_s >= ROUND_S / 4:
            return max(1, round(calls * ROUND_S / took_s))
        calls *= 4
