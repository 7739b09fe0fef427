"""Events to handlers, beside the loop that calls them without any bus, and beside blinker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from blinker import Signal

from benchmarks.conftest import Measure
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.ledger import Ledger

Handler = Callable[..., Coroutine[Any, Any, None]]

UNRELATED = 1_000


def make_handlers(count: int) -> list[Handler]:
    """Make handlers that do nothing: what is left is the way to them."""

    def make() -> Handler:
        async def handler(event: object, data: object = None) -> None:
            pass

        return handler

    return [make() for _ in range(count)]


async def ignore(*_: object) -> None:
    """Handle what is never emitted."""


@pytest.fixture
def bus(runner: asyncio.Runner) -> Iterator[PluginEventBus]:
    bus = PluginEventBus()
    yield bus
    runner.run(bus.close())


def measure_emit(measure: Measure, bus: PluginEventBus, handlers: int) -> None:
    """Measure `emit`, once it is seen to reach all handlers."""

    async def emit(calls: int) -> None:
        for _ in range(calls):
            await bus.emit("measured", 1)

    async def check(calls: int) -> None:
        assert len((await bus.emit("measured", 1)).handled) == handlers
        await emit(calls)

    measure(check)


@pytest.mark.parametrize("count", [1, 10])
def test_plain_loop(measure: Measure, count: int) -> None:
    handlers = make_handlers(count)

    async def call(calls: int) -> None:
        for _ in range(calls):
            for handler in handlers:
                await handler("measured")

    measure(call)


@pytest.mark.parametrize("count", [1, 10])
def test_blinker(measure: Measure, count: int) -> None:
    signal = Signal()
    handlers = make_handlers(count)  # blinker refers to them weakly
    for handler in handlers:
        signal.connect(handler)

    async def send(calls: int) -> None:
        for _ in range(calls):
            await signal.send_async("measured", data=1)

    measure(send)


@pytest.mark.parametrize("count", [1, 10])
def test_emit(measure: Measure, bus: PluginEventBus, count: int) -> None:
    for handler in make_handlers(count):
        bus.subscribe("measured", handler)

    measure_emit(measure, bus, count)


def test_emit_to_ten_plugins(measure: Measure, bus: PluginEventBus) -> None:
    for number, handler in enumerate(make_handlers(10)):
        ledger = Ledger(f"plugin_{number}", bus.caller, bus.report, order=number)
        bus.subscribe("measured", handler, owner=ledger)

    measure_emit(measure, bus, 10)


@pytest.mark.parametrize("pattern", ["unrelated.{}", "unrelated.{}.*"], ids=["names", "patterns"])
def test_emit_beside_unrelated(measure: Measure, bus: PluginEventBus, pattern: str) -> None:
    for handler in make_handlers(10):
        bus.subscribe("measured", handler)
    for number in range(UNRELATED):
        bus.subscribe(pattern.format(number), ignore)

    measure_emit(measure, bus, 10)


def test_emit_to_a_handler_that_waits(measure: Measure, bus: PluginEventBus) -> None:
    async def wait(*_: object) -> None:
        await asyncio.sleep(0)

    bus.subscribe("measured", wait)

    measure_emit(measure, bus, 1)
