"""Gates close around what is under way: it ends first, and may still reach its own plugin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from rosey.errors import DeadlineExceededError, GateOverflowError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Outcome
from rosey.plugins.calling.gate import Gate
from rosey.plugins.events import Delivery
from rosey.plugins.ledger import Ledger
from rosey.plugins.life.closing import Closing

LIMIT_S = 10.0

Handler = Callable[..., Any]


class Bench:
    """A bus with two plugins, dice and quiz, and a handler that waits until it is told to go on."""

    def __init__(self) -> None:
        self.bus = PluginEventBus(Caller(deadline_s=20, grace_s=0.01))
        self.dice, self.quiz = self.ledger("dice"), self.ledger("quiz")
        self.go_on = asyncio.Event()
        self.log: list[object] = []

    def ledger(self, name: str) -> Ledger:
        gate = Gate(self.bus.forget_routes, most_waiting=3)
        return Ledger(name, self.bus.caller, self.bus.report, gate=gate)

    def on(self, owner: Ledger, event: str, handler: Handler, priority: int = 0) -> None:
        self.bus.subscribe(event, handler, priority, owner=owner)

    async def wait(self, _event: object, data: object) -> None:
        self.log.append(("begins", data))
        await self.go_on.wait()
        self.log.append(("ends", data))

    def note(self, _event: object, data: object) -> None:
        self.log.append(data)

    def closing(self, limit_s: float = LIMIT_S) -> Closing:
        return Closing(self.bus.caller, [self.dice], limit_s)

    async def close_while(self, *emitted: tuple[str, object]) -> asyncio.Task[Closing]:
        """Close the gate of dice, with events under way."""
        for name, data in emitted:
            self.bus.emit_soon(name, data)
        await asyncio.sleep(0)

        async def close() -> Closing:
            closing = self.closing()
            async with closing:
                self.log.append("quiet")
            return closing

        task = asyncio.create_task(close())
        await asyncio.sleep(0)
        return task


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await made.bus.drain()
    await made.bus.close()


async def test_what_is_under_way_ends_first(bench: Bench) -> None:
    bench.on(bench.dice, "roll", bench.wait)
    closing = await bench.close_while(("roll", 1), ("roll", 2))
    assert bench.log == [("begins", 1), ("begins", 2)]

    bench.go_on.set()

    assert (await closing).closed_s > 0
    assert bench.log[2:] == [("ends", 1), ("ends", 2), "quiet"]


async def test_events_wait_and_come_in_order_when_it_opens(bench: Bench) -> None:
    bench.on(bench.dice, "roll", bench.note)
    bench.on(bench.quiz, "roll", lambda _event, data: bench.log.append(("quiz", data)))

    async with bench.closing():
        rolls = [bench.bus.emit_soon("roll", number) for number in range(3)]
        await asyncio.sleep(0)
        assert bench.log == [("quiz", 0), ("quiz", 1), ("quiz", 2)]
        bench.log.clear()
    rolls.append(bench.bus.emit_soon("roll", 3))
    deliveries = await asyncio.gather(*rolls)

    assert [entry for entry in bench.log if isinstance(entry, int)] == [0, 1, 2, 3]
    assert [len(delivery.handled) for delivery in deliveries] == [2, 2, 2, 2]


async def test_emit_right_after_it_opens_does_not_overtake(bench: Bench) -> None:
    bench.on(bench.dice, "roll", bench.note)
    async with bench.closing():
        waiting = bench.bus.emit_soon("roll", 1)
        await asyncio.sleep(0)

    await bench.bus.emit("roll", 2)

    assert waiting.done()
    assert bench.log == [1, 2]


async def test_events_that_come_as_it_opens_keep_their_order(bench: Bench) -> None:
    """The task in which the second one waits comes to run sooner than that of the first."""
    bench.on(bench.dice, "roll", bench.note)
    bench.bus.subscribe("outer", lambda _event, _data: bench.bus.emit("inner"))
    bench.bus.subscribe("inner", lambda _event, _data: None)
    await bench.bus.emit("inner")
    await asyncio.sleep(0)
    async with bench.closing():
        bench.bus.emit_soon("outer")
        rolls = [bench.bus.emit_soon("roll", number) for number in range(3)]
        await asyncio.sleep(0)
    await asyncio.gather(*rolls)

    assert bench.log == [0, 1, 2]


async def emits(bench: Bench, name: str) -> None:
    """Emit from a handler of dice that is under way."""
    await bench.go_on.wait()
    await bench.bus.emit(name, "inner")


def by_way_of_another(bench: Bench) -> None:
    bench.on(bench.quiz, "inner", lambda _event, data: bench.bus.emit("third", data))
    bench.on(bench.dice, "third", bench.note)


def filter_by_way_of_another(bench: Bench) -> None:
    bench.on(bench.quiz, "inner", lambda _event, data: bench.bus.apply_filters("score", data))
    bench.bus.add_filter("score", bench.log.append, owner=bench.dice)


def timer(bench: Bench) -> None:
    ticked = asyncio.Event()

    def tick() -> None:
        if bench.go_on.is_set():
            ticked.set()

    async def handle(_event: object, data: object) -> None:
        await ticked.wait()
        bench.log.append(data)

    bench.dice.every(0.001, tick, "tick")
    bench.on(bench.dice, "inner", handle)


CHAINS: dict[str, Callable[[Bench], object]] = {
    "event": lambda bench: bench.on(bench.dice, "inner", bench.note),
    "event by way of another plugin": by_way_of_another,
    "filter by way of another plugin": filter_by_way_of_another,
    "timer": timer,
}


@pytest.mark.parametrize("chain", CHAINS)
async def test_what_is_under_way_may_wait_for_its_own_plugin(bench: Bench, chain: str) -> None:
    CHAINS[chain](bench)
    bench.on(bench.dice, "roll", lambda _event, _data: emits(bench, "inner"))
    closing = await bench.close_while(("roll", None))

    bench.go_on.set()

    assert (await closing).cancelled == 0
    assert bench.log == ["inner", "quiet"]
    await bench.dice.close()


async def test_timer_that_is_under_way_may_wait_for_its_own_plugin(bench: Bench) -> None:
    bench.on(bench.dice, "inner", bench.note)
    began = asyncio.Event()

    async def tick() -> None:
        began.set()
        await emits(bench, "inner")

    bench.dice.every(0.001, tick, "tick")
    await began.wait()
    closing = await bench.close_while()
    bench.go_on.set()

    assert (await closing).cancelled == 0
    await bench.dice.close()
    assert bench.log[0] == "inner"


async def test_task_that_keeps_its_plugin_busy_does_not_keep_the_gate_from_closing(
    bench: Bench,
) -> None:
    async def suspend(_event: object, _data: object) -> None:
        await asyncio.sleep(0)

    async def spin() -> None:
        while True:
            await bench.bus.emit("roll")

    bench.on(bench.dice, "roll", suspend)
    bench.dice.create_task(spin())

    closing = await (await bench.close_while())

    assert closing.cancelled == 0
    await bench.dice.close()


async def test_what_outlasts_the_limit_is_cancelled_and_named(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.on(bench.dice, "roll", bench.wait)
    bench.on(bench.quiz, "roll", bench.note)
    delivery = bench.bus.emit_soon("roll", 1)
    await asyncio.sleep(0)

    async with bench.closing(limit_s=0.01) as closing:
        pass

    assert closing.cancelled == 1
    outcomes = {handled.plugin: handled.outcome for handled in (await delivery).handled}
    assert outcomes == {"dice": Outcome.TIMED_OUT, "quiz": Outcome.HANDLED}
    assert "dice failed in Bench.wait at roll" in caplog.text


async def test_what_begins_while_others_are_cancelled_is_cancelled_too(bench: Bench) -> None:
    async def roll_again() -> None:
        while True:
            await bench.bus.emit("roll", "again")

    bench.on(bench.dice, "roll", bench.wait)
    bench.dice.create_task(roll_again())
    await asyncio.sleep(0)

    async with bench.closing(limit_s=0.01) as closing:
        bench.go_on.set()
        await asyncio.sleep(0)
        assert ("ends", "again") not in bench.log

    assert closing.cancelled == 2
    await bench.dice.close()


async def test_what_will_not_end_is_left_behind_and_not_waited_for_again(bench: Bench) -> None:
    async def stubborn(_event: object, _data: object) -> None:
        while not bench.go_on.is_set():
            try:
                await bench.go_on.wait()
            except asyncio.CancelledError:
                bench.log.append("no")

    bench.on(bench.dice, "roll", stubborn)
    delivery: asyncio.Task[Delivery] = bench.bus.emit_soon("roll")
    await asyncio.sleep(0)

    async with bench.closing(limit_s=0.01):
        assert bench.log == ["no"]
    async with bench.closing() as again:
        assert again.cancelled == 0

    bench.go_on.set()
    assert (await delivery).handled[0].outcome is Outcome.TIMED_OUT


async def test_call_that_outlasts_the_limit_says_how_long_it_had(bench: Bench) -> None:
    call = asyncio.create_task(bench.bus.caller.call(bench.dice, "!roll", bench.go_on.wait))
    await asyncio.sleep(0)

    async with bench.closing(limit_s=0.01):
        pass

    with pytest.raises(DeadlineExceededError, match=r"!roll of dice did not finish within 0.01 s"):
        await call


async def test_whoever_closes_the_gates_of_its_own_plugin_is_not_waited_for(bench: Bench) -> None:
    async def close(_event: object, _data: object) -> None:
        async with bench.closing():
            bench.log.append("quiet")

    bench.on(bench.dice, "roll", close)

    (handled,) = (await bench.bus.emit("roll")).handled

    assert handled.outcome is Outcome.HANDLED
    assert bench.log == ["quiet"]


async def test_too_many_events_open_the_gate_again_and_none_is_lost(bench: Bench) -> None:
    bench.on(bench.dice, "roll", bench.note)

    async def close() -> None:
        async with bench.closing():
            for number in range(5):
                bench.bus.emit_soon("roll", number)
            await asyncio.Event().wait()

    with pytest.raises(GateOverflowError, match="more than 3 events came while dice"):
        await close()
    await bench.bus.drain()

    assert bench.log == [0, 1, 2, 3, 4]


async def test_too_many_events_while_it_waits_open_the_gate_again(bench: Bench) -> None:
    bench.on(bench.dice, "wait", bench.wait)
    bench.on(bench.dice, "roll", bench.note)
    closing = await bench.close_while(("wait", 1))

    rolls = [bench.bus.emit_soon("roll", number) for number in range(5)]

    with pytest.raises(GateOverflowError):
        await closing
    bench.go_on.set()
    await asyncio.gather(*rolls)
    assert [entry for entry in bench.log if isinstance(entry, int)] == [0, 1, 2, 3, 4]


async def test_timer_that_is_due_while_nothing_passes_waits_too(bench: Bench) -> None:
    ticked = asyncio.Event()
    bench.dice.gate.most_waiting = 0

    async def close() -> None:
        async with bench.closing():
            bench.dice.every(0.001, ticked.set, "tick")
            await ticked.wait()

    with pytest.raises(GateOverflowError):
        await close()

    await ticked.wait()
    await bench.dice.close()


async def test_gate_that_is_closed_at_once_again_waits_for_whom_it_has_let_through(
    bench: Bench,
) -> None:
    bench.on(bench.dice, "roll", bench.wait)
    async with bench.closing():
        bench.bus.emit_soon("roll", 1)
        await asyncio.sleep(0)
    bench.go_on.set()

    async with bench.closing():
        assert bench.log == [("begins", 1), ("ends", 1)]


async def test_handler_whose_plugin_is_changed_by_what_it_calls_is_not_waited_for(
    bench: Bench,
) -> None:
    async def close() -> None:
        async with bench.closing():
            bench.log.append("quiet")

    bench.on(bench.dice, "roll", lambda _event, _data: bench.bus.emit("inner"))
    bench.bus.subscribe("inner", lambda _event, _data: close())

    await bench.bus.emit("roll")

    assert bench.log == ["quiet"]


async def test_cancelled_closing_opens_the_gate(bench: Bench) -> None:
    bench.on(bench.dice, "wait", bench.wait)
    closing = await bench.close_while(("wait", 1))

    closing.cancel()
    await asyncio.wait([closing])

    assert closing.cancelled()
    assert bench.dice.gate.is_open
    bench.go_on.set()


async def change_places(bench: Bench, old: Ledger, *new: tuple[str, Handler, int]) -> Ledger:
    """Let another generation of dice take over."""
    ledger = Ledger("dice", bench.bus.caller, bench.bus.report, gate=old.gate)
    old.withdraw()
    for event, handler, priority in new:
        bench.on(ledger, event, handler, priority)
    return ledger


async def test_event_that_waits_goes_to_the_handlers_that_there_are_then(bench: Bench) -> None:
    bench.on(bench.dice, "roll", lambda _event, data: bench.log.append(("old", data)))
    bench.on(bench.quiz, "roll", bench.note, priority=5)
    async with bench.closing():
        delivery = bench.bus.emit_soon("roll", 1)
        await asyncio.sleep(0)
        high, low = (lambda _e, d: bench.log.append(("high", d))), bench.wait
        await change_places(bench, bench.dice, ("roll", high, 9), ("r*", low, 0))
        bench.go_on.set()

    await delivery

    assert bench.log == [1, ("high", 1), ("begins", 1), ("ends", 1)]


async def test_event_does_not_come_twice_where_a_plugin_has_had_it_in_part(bench: Bench) -> None:
    """Its handler of priority 9 has run; what the new version has there is not called again."""
    bench.on(bench.dice, "roll", bench.note, priority=9)
    bench.on(bench.quiz, "roll", bench.wait, priority=5)
    bench.on(bench.dice, "roll", bench.note, priority=1)
    delivery = bench.bus.emit_soon("roll", 1)
    await asyncio.sleep(0)
    async with bench.closing():
        new = [("roll", lambda _e, _d, p=p: bench.log.append(("new", p)), p) for p in (9, 7, 1, 0)]
        await change_places(bench, bench.dice, *new)

    bench.go_on.set()
    await delivery

    assert bench.log == [1, ("begins", 1), ("ends", 1), ("new", 1), ("new", 0)]


async def test_event_that_is_stopped_meanwhile_goes_no_further(bench: Bench) -> None:
    bench.on(bench.dice, "roll", bench.note)
    bench.on(bench.quiz, "roll", lambda event, _data: event.stop())
    async with bench.closing():
        delivery = bench.bus.emit_soon("roll", 1)
        await asyncio.sleep(0)

    assert [handled.plugin for handled in (await delivery).handled] == ["quiz"]


async def test_event_whose_plugin_is_gone_is_delivered_to_the_others(bench: Bench) -> None:
    bench.on(bench.dice, "roll", bench.note)
    bench.on(bench.quiz, "roll", lambda _event, data: bench.log.append(("quiz", data)))
    async with bench.closing():
        delivery = bench.bus.emit_soon("roll", 1)
        await asyncio.sleep(0)
        await bench.dice.close()

    await delivery

    assert bench.log == [("quiz", 1)]


async def test_emitter_that_is_cancelled_at_the_gate_loses_no_event(bench: Bench) -> None:
    bench.on(bench.dice, "roll", bench.note)
    code: Coroutine[Any, Any, Delivery] = bench.bus.emit("roll", 1)
    async with bench.closing():
        emitting = asyncio.create_task(code)
        await asyncio.sleep(0)
        emitting.cancel()
        await asyncio.wait([emitting])
    await bench.bus.emit("roll", 2)

    assert bench.log == [1, 2]


async def test_filter_waits_and_is_the_one_that_there_is_then(bench: Bench) -> None:
    bench.bus.add_filter("score", lambda value: value * 10, owner=bench.dice)
    bench.bus.add_filter("score", lambda value: value + 1, priority=5)
    async with bench.closing():
        filtering = asyncio.create_task(bench.bus.apply_filters("score", 1))
        await asyncio.sleep(0)
        ledger = await change_places(bench, bench.dice)
        bench.bus.add_filter("score", lambda value: value * 100, owner=ledger)

    assert await filtering == 200
