"""What it costs to watch for code that blocks the loop, while none does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bench_dispatch import make_handlers, measure_emit
from benchmarks.conftest import Measure
from rosey.diagnostics.blocking import BlockingWatch
from rosey.plugins.bus import PluginEventBus

WATCHED_S = 10.0
MINUTE_S = 60.0


async def wait() -> None:
    """Do nothing."""
    await asyncio.sleep(WATCHED_S)


async def work() -> None:
    """Be at work all the time, in steps that let everybody else have their turn."""
    end = time.perf_counter() + WATCHED_S
    while time.perf_counter() < end:  # noqa: ASYNC110  it waits for nothing
        await asyncio.sleep(0)


@pytest.fixture
def watch(runner: asyncio.Runner) -> Iterator[BlockingWatch]:
    """A watch of the loop, as each bot has one."""

    async def start() -> BlockingWatch:
        watch = BlockingWatch(print)
        watch.start()
        return watch

    watch = runner.run(start())
    yield watch
    runner.run(watch.close())


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("occupation", [wait, work], ids=["idle", "busy"])
def test_watching(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    occupation: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    (thread,) = (t for t in threading.enumerate() if t.name == "rosey-watch")
    clock = time.pthread_getcpuclockid(thread.ident or 0)
    before_s = time.clock_gettime(clock)

    runner.run(occupation())

    used_s = time.clock_gettime(clock) - before_s
    benchmark.extra_info["minute"] = used_s / WATCHED_S * MINUTE_S
    benchmark.pedantic(lambda: None)  # without a call there is no entry in the report


@pytest.mark.parametrize("is_watched", [True, False], ids=["watched", "alone"])
def test_emit_in_sight(
    measure: Measure,
    runner: asyncio.Runner,
    request: pytest.FixtureRequest,
    is_watched: bool,  # noqa: FBT001  a parameter of the benchmark
) -> None:
    bus = PluginEventBus()
    (handler,) = make_handlers(1)
    bus.subscribe("measured", handler)
    if is_watched:
        request.getfixturevalue("watch")

    measure_emit(measure, bus, 1)

    runner.run(bus.close())
