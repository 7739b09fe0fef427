"""Chains of events end, and who floods the bus is slowed down, not the others."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault
from rosey.plugins.delivery.flow import EVENTS_PER_BREATH, Flow
from rosey.plugins.events import Event
from rosey.plugins.ledger import Ledger


class Bench:
    """A bus with one plugin, whose faults are kept."""

    def __init__(self) -> None:
        self.bus = PluginEventBus()
        self.faults: list[Fault] = []
        self.bus.fault_listeners.append(self.faults.append)
        self.dice = Ledger("dice", self.bus.caller, self.bus.report)

    def limit(self, **limits: Any) -> None:  # noqa: ANN401  those of Limits
        self.dice.limit(dataclasses.replace(self.dice.limits, **limits))

    async def as_dice(self, code: Callable[[], Awaitable[object]]) -> object:
        """Run code of the plugin, in no chain of events."""
        return await self.bus.caller.call(self.dice, "code", code)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.bus.drain()
    await bench.bus.close()


async def test_cause_may_lead_to_no_more_events_than_the_limit(bench: Bench) -> None:
    bench.limit(events_per_cause=10)
    refused: list[str | None] = []

    async def roll(*_: object) -> None:
        deliveries = [await bench.bus.emit("rolled") for number in range(12)]
        refused.extend(delivery.refused for delivery in deliveries)

    bench.bus.subscribe("roll", roll, owner=bench.dice)
    await bench.bus.emit("roll")

    assert [reason is None for reason in refused] == [True] * 10 + [False] * 2
    assert [(fault.plugin, fault.where) for fault in bench.faults] == [("dice", "emit rolled")]
    assert "events_per_cause" in bench.faults[0].error


async def test_each_cause_has_its_own_budget(bench: Bench) -> None:
    bench.limit(events_per_cause=3)

    async def roll(*_: object) -> None:
        for _number in range(3):
            await bench.bus.emit("rolled")

    bench.bus.subscribe("roll", roll, owner=bench.dice)
    for _ in range(5):
        await bench.bus.emit("roll")

    assert bench.faults == []


async def test_what_grows_as_a_tree_is_ended_too(bench: Bench) -> None:
    bench.limit(events_per_cause=100)
    heard: list[int] = []

    async def grow(event: Event, _data: object) -> None:
        heard.append(event.hops)
        await asyncio.gather(bench.bus.emit("grow"), bench.bus.emit("grow"))

    bench.bus.subscribe("grow", grow, owner=bench.dice)
    await bench.bus.emit("grow")

    assert len(heard) <= 101


async def test_who_goes_on_emitting_what_is_refused_can_be_cancelled(bench: Bench) -> None:
    bench.limit(events_per_cause=1, deadline_s=0.05)

    async def flood(*_: object) -> None:
        while True:
            await bench.bus.emit("rolled")

    bench.bus.subscribe("roll", flood, owner=bench.dice)
    delivery = await bench.bus.emit("roll")

    assert [handled.outcome for handled in delivery.handled] == ["timed out"]


async def test_others_come_to_run_while_somebody_emits_without_a_pause(bench: Bench) -> None:
    turns: list[int] = []

    async def watch() -> None:
        while True:
            turns.append(len(turns))
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    for _ in range(5 * EVENTS_PER_BREATH):
        await bench.bus.emit("rolled")
    watching.cancel()

    assert 5 <= len(turns) < 100


async def test_flooding_plugin_is_named_once_and_waits(bench: Bench) -> None:
    bench.limit(events_per_s=100 * EVENTS_PER_BREATH)
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    flow = Flow(bench.bus.caller, bench.bus.report, clock=lambda: sum(waits), wait=wait)

    async def flood() -> None:
        for number in range(1, 300):
            await flow.breathe(Event("rolled", None, None, number, None, None))

    await bench.as_dice(flood)

    assert [fault.plugin for fault in bench.faults] == ["dice"]
    assert "events_per_s" in bench.faults[0].error
    assert bench.dice.account.is_flooding
    assert sum(waits) == pytest.approx(299 / 100 - 2)


async def test_plugin_that_pauses_is_no_flood(bench: Bench) -> None:
    clock = [0.0]
    flow = Flow(bench.bus.caller, bench.bus.report, clock=lambda: clock[0])

    async def emit() -> None:
        for number in range(1, 300):
            clock[0] += EVENTS_PER_BREATH / bench.dice.limits.events_per_s
            await flow.breathe(Event("rolled", None, None, number, None, None))

    await bench.as_dice(emit)

    assert bench.faults == []


async def test_durations_are_folded_as_events_come(bench: Bench) -> None:
    async def roll(*_: object) -> None:
        pass

    bench.bus.subscribe("roll", roll, owner=bench.dice)
    for _ in range(2 * EVENTS_PER_BREATH):
        await bench.bus.emit("roll")

    sketch = bench.dice.account.handled
    assert len(sketch._fresh) < EVENTS_PER_BREATH  # noqa: SLF001  nothing public tells it
    assert sketch.durations().count == 2 * EVENTS_PER_BREATH


async def test_events_on_their_way_are_counted_until_they_are_handled(bench: Bench) -> None:
    go_on = asyncio.Event()

    async def wait(*_: object) -> None:
        await go_on.wait()

    bench.bus.subscribe("roll", wait)

    async def emit() -> None:
        for _ in range(3):
            bench.bus.emit_soon("roll")

    await bench.as_dice(emit)
    assert bench.dice.account.pending == 3
    go_on.set()
    await bench.bus.drain()

    assert bench.dice.account.pending == 0


async def test_fault_in_a_listener_to_faults_of_a_chain_is_told_once_more(bench: Bench) -> None:
    async def fail(*_: object) -> None:
        with contextlib.suppress(ZeroDivisionError):
            await bench.bus.emit("plugin.error")

    bench.bus.subscribe("plugin.error", fail, owner=bench.dice)
    await bench.bus.emit("plugin.error")

    assert [fault.error.partition(":")[2] for fault in bench.faults] == [
        " it tells of itself: do not answer an event that your own has led to"
    ]
