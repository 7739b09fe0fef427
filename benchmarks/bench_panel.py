"""What an open panel costs the bot, and what it sends to the browser, in a real kernel.

The kernel is a process of its own, as a notebook's is; here is the front end that looks at it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.bots import write_plugin
from tests.workbench.kernel import Kernel
from tests.workbench.panel.front_end import FrontEnd

EVENTS_A_SECOND = 1_000
FLOOD_S = 5.0
ROUNDS = 10
"""With a panel and without, in turn: what else the machine does meets both."""

BURST = 20_000
"""Events of a round, in which the panel is drawn several times."""

LISTENER = """
@on("measured")
async def measured(self, event, data):
    pass
"""

# On the bot's own loop, as fast as it can.
EMITTING = """
import asyncio, time

async def burst(count):
    bus = bot._bot.bus
    began = time.perf_counter()
    for n in range(count):
        await bus.emit("measured", {"n": n})
        if n % 50 == 0:
            await asyncio.sleep(0)
    return (time.perf_counter() - began) / count

async def flood(seconds, a_second):
    bus, began = bot._bot.bus, time.perf_counter()
    for n in range(int(seconds * a_second)):
        await bus.emit("measured", {"n": n})
        ahead = n / a_second - (time.perf_counter() - began)
        if ahead > 0:
            await asyncio.sleep(ahead)
    return time.perf_counter() - began

def measure(coroutine):
    return bot.access.loop_for('a benchmark').submit(coroutine).result()
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel whose bot has one plugin, and events enough that its traces are full."""
    folder = tmp_path_factory.mktemp("panel")
    write_plugin(folder / "plugins", "listener", LISTENER)
    with Kernel(folder) as running:
        running.run("%load_ext rosey\n%rosey start")
        running.run(EMITTING)
        running.value("measure(burst(5_000))")
        yield running


@pytest.fixture
def front(kernel: Kernel) -> Iterator[FrontEnd]:
    """A view of a panel that lists the events; nobody looks yet."""
    kernel.run('panel = bot.panel("events")')
    yield FrontEnd(kernel)
    kernel.run("panel.close()")


def test_panel_dispatch(benchmark: BenchmarkFixture, kernel: Kernel, front: FrontEnd) -> None:
    took: dict[str, list[float]] = {"watched": [], "alone": []}
    for _ in range(ROUNDS):
        for kind, word in (("watched", "ping"), ("alone", "leave")):
            front.say(word)
            is_watched = word == "ping"
            while kernel.value("panel._pulse._is_watched()") is not is_watched:
                pass
            took[kind].append(kernel.value(f"measure(burst({BURST}))"))

    benchmark.extra_info |= {kind: statistics.median(times) for kind, times in took.items()}
    benchmark.pedantic(lambda: None)


def test_panel_flood(benchmark: BenchmarkFixture, kernel: Kernel, front: FrontEnd) -> None:
    front.say("ping")
    front.wait_for("measured")
    before = len(front.messages), front.bytes
    took_s = kernel.value(f"measure(flood({FLOOD_S}, {EVENTS_A_SECOND}))")
    front.take()

    benchmark.extra_info["messages"] = (len(front.messages) - before[0]) / took_s
    benchmark.extra_info["bytes"] = (front.bytes - before[1]) / took_s
    benchmark.pedantic(lambda: None)
