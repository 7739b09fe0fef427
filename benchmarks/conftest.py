"""How benchmarks measure: one event loop a file, and coroutines timed in rounds of many calls.

What is no call, such as how long a gate is closed, a benchmark measures itself: `extra_info` in
the report has it.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROUND_S = 0.02
"""What a round is calibrated to: long beside the timer and the start of a loop."""

ROUNDS = 40

Repeat = Callable[[int], Coroutine[Any, Any, None]]
"""Does what is measured as many times as it is told, within one run of the loop."""

Measure = Callable[[Repeat], None]

Note = Callable[[Sequence[float]], None]
"""Notes the median and the 99th percentile of what a benchmark has measured itself, in seconds."""


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


@pytest.fixture
def note(benchmark: BenchmarkFixture) -> Note:
    """Enter what a benchmark has measured itself."""

    def enter(durations_s: Sequence[float]) -> None:
        benchmark.extra_info["median"] = statistics.median(durations_s)
        benchmark.extra_info["p99"] = statistics.quantiles(durations_s, n=100)[-1]
        benchmark.pedantic(lambda: None)  # without a call there is no entry in the report

    return enter


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
