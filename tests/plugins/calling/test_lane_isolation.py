"""Handlers that share a lane do not meet: not by cancellation, not by context, not in memory."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import weakref
from collections.abc import AsyncIterator

import pytest

from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Outcome
from rosey.plugins.events import Delivery, Event

colour: contextvars.ContextVar[object] = contextvars.ContextVar("colour", default="none")


@pytest.fixture
async def bus() -> AsyncIterator[PluginEventBus]:
    running = PluginEventBus()
    yield running
    await running.drain()
    await running.close()


def outcomes(delivery: Delivery) -> list[Outcome]:
    return [handled.outcome for handled in delivery.handled]


def cancel_own_task() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


async def end_cancelled(*_: object) -> None:
    cancel_own_task()


async def wait_cancelled(*_: object) -> None:
    cancel_own_task()
    await asyncio.sleep(0)


async def wait(*_: object) -> None:
    await asyncio.sleep(0)


async def test_handler_that_cancels_its_task_before_the_task_ever_ran_is_reported(
    bus: PluginEventBus,
) -> None:
    bus.subscribe("go", wait_cancelled)

    assert outcomes(await bus.emit("go")) == [Outcome.CANCELLED]


async def test_handler_that_cancels_its_task_in_a_used_lane_is_reported(
    bus: PluginEventBus,
) -> None:
    bus.subscribe("warm up", lambda *_: None)
    bus.subscribe("go", wait_cancelled)
    await bus.emit("warm up")
    await asyncio.sleep(0)

    assert outcomes(await bus.emit("go")) == [Outcome.CANCELLED]


async def test_handler_may_survive_the_cancellation_of_its_task(bus: PluginEventBus) -> None:
    async def survive(_event: Event, data: list[str]) -> None:
        with pytest.raises(asyncio.CancelledError):
            await wait_cancelled()
        await asyncio.sleep(0)
        data.append("survived")

    log: list[str] = []
    bus.subscribe("warm up", lambda *_: None)
    bus.subscribe("go", survive)
    await bus.emit("warm up")
    await asyncio.sleep(0)

    assert outcomes(await bus.emit("go", log)) == [Outcome.HANDLED]
    assert log == ["survived"]


async def test_handler_that_cancels_its_task_and_ends_does_not_cancel_those_after_it(
    bus: PluginEventBus,
) -> None:
    for handler in (end_cancelled, wait, end_cancelled, wait):
        bus.subscribe("go", handler)
    bus.subscribe("go", wait, -1)

    assert outcomes(await bus.emit("go")) == [Outcome.HANDLED] * 5


async def test_context_variables_of_a_handler_last_while_it_waits(bus: PluginEventBus) -> None:
    async def paint(_event: Event, data: list[object]) -> None:
        colour.set("red")
        await asyncio.sleep(0)
        data.append(colour.get())

    seen: list[object] = []
    bus.subscribe("go", paint)
    await bus.emit("go", seen)

    assert seen == ["red"]
    assert colour.get() == "none"


async def test_context_variables_of_a_handler_do_not_reach_the_next_event(
    bus: PluginEventBus,
) -> None:
    seen: list[object] = []
    bus.subscribe("paint", lambda *_: colour.set("red"))
    bus.subscribe("look", lambda *_: seen.append(colour.get()))

    await bus.emit("paint")
    await bus.emit("look")

    assert seen == ["none"]


async def test_context_variables_of_a_handler_do_not_reach_the_next_one(
    bus: PluginEventBus,
) -> None:
    seen: list[object] = []
    bus.subscribe("go", lambda *_: colour.set("red"))
    bus.subscribe("go", lambda *_: seen.append(colour.get()))
    bus.subscribe("go", lambda *_: seen.append(colour.get()), -1)

    await bus.emit("go")

    assert seen == ["none", "none"]


async def test_idle_lane_keeps_nothing_of_a_handler_alive(bus: PluginEventBus) -> None:
    class Plugin:
        def handle(self, *_: object) -> None:
            colour.set(self)

    plugin = Plugin()
    reference = weakref.ref(plugin)
    subscription = bus.subscribe("go", plugin.handle)
    await bus.emit("go", plugin)
    subscription.cancel()

    del plugin, subscription
    gc.collect()

    assert reference() is None
