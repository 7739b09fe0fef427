"""Deadlines, cancellation and context of code that plugins run."""

from __future__ import annotations

import asyncio
import contextvars
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rosey.errors import DeadlineExceededError, PluginError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Fault, Outcome
from rosey.plugins.events import Event
from tests.plugins.nth import Await

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


@pytest.fixture
async def bus() -> AsyncIterator[PluginEventBus]:
    """An impatient bus."""
    bus = PluginEventBus(Caller(deadline_s=0.01, grace_s=0.01))
    yield bus
    await bus.drain()
    await bus.close()


@pytest.fixture
async def patient() -> AsyncIterator[PluginEventBus]:
    """A bus with the usual deadline."""
    bus = PluginEventBus()
    yield bus
    await bus.drain()
    await bus.close()


async def hang(_event: object = None, _data: object = None) -> None:
    """Wait for ever."""
    await asyncio.Event().wait()


async def test_handler_that_hangs_is_ended_and_named(bus: PluginEventBus) -> None:
    bus.subscribe("roll", hang)

    (handled,) = (await bus.emit("roll")).handled

    assert (handled.handler, handled.outcome) == ("hang", Outcome.TIMED_OUT)
    assert str(handled.error).endswith("Error: hang at roll of rosey did not finish within 0.01 s")
    assert handled.duration_s >= 0.01


async def test_fault_of_a_handler_that_hangs_says_where_it_hung(bus: PluginEventBus) -> None:
    faults: list[Fault] = []
    bus.fault_listeners.append(faults.append)
    bus.subscribe("roll", hang)

    await bus.emit("roll")

    assert "in hang\n    await asyncio.Event().wait()" in faults[0].traceback


async def test_handler_that_will_not_end_is_abandoned_and_named(bus: PluginEventBus) -> None:
    release = asyncio.Event()
    faults: list[dict[str, Any]] = []

    async def stubborn(_event: Event, _data: object) -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    bus.subscribe("roll", stubborn)
    bus.subscribe("plugin.error", lambda _event, data: faults.append(data))
    (handled,) = (await bus.emit("roll")).handled
    await bus.drain()

    assert handled.outcome is Outcome.TIMED_OUT
    assert handled.duration_s >= 0.01
    assert "it did not end when it was cancelled" in str(handled.error)
    assert faults[0]["where"].endswith("stubborn at roll")
    release.set()


async def test_handler_that_swallows_its_deadline_goes_on(bus: PluginEventBus) -> None:
    async def stubborn(_event: Event, _data: object) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)

    bus.subscribe("roll", stubborn)

    assert len((await bus.emit("roll")).handled) == 1


async def test_timeout_in_a_handler_is_its_own(patient: PluginEventBus) -> None:
    async def handle(_event: Event, _data: object) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await asyncio.Event().wait()

    patient.subscribe("roll", handle)

    (handled,) = (await patient.emit("roll")).handled

    assert handled.outcome is Outcome.HANDLED


async def test_task_group_in_a_handler_works(patient: PluginEventBus) -> None:
    async def fail() -> None:
        raise ValueError

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(hang())
            group.create_task(fail())

    async def handle(_event: Event, _data: object) -> None:
        with pytest.raises(ExceptionGroup):
            await both()

    patient.subscribe("roll", handle)

    (handled,) = (await patient.emit("roll")).handled

    assert handled.error is None


async def test_current_task_is_the_same_before_and_after_a_wait(patient: PluginEventBus) -> None:
    seen: list[asyncio.Task[Any] | None] = [asyncio.current_task()]

    async def handle(_event: Event, _data: object) -> None:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        seen.append(asyncio.current_task())

    patient.subscribe("roll", handle)
    await patient.emit("roll")
    seen.append(asyncio.current_task())

    emitter, before, after, emitter_after = seen
    assert before is after
    assert before is not emitter
    assert emitter is emitter_after


async def test_context_variable_outlives_a_wait_but_not_the_handler(
    patient: PluginEventBus,
) -> None:
    seen: list[str] = []

    async def handle(_event: Event, _data: object) -> None:
        variable.set("handler's")
        await asyncio.sleep(0)
        seen.append(variable.get())

    patient.subscribe("roll", handle)
    await patient.emit("roll")

    assert seen == ["handler's"]
    assert variable.get() == "unset"


async def test_context_variable_does_not_reach_the_next_handler(patient: PluginEventBus) -> None:
    seen: list[str] = []

    def handle(_event: Event, _data: object) -> None:
        seen.append(variable.get())
        variable.set("handler's")

    patient.subscribe("roll", handle)
    patient.subscribe("r*", handle)
    await patient.emit("roll")
    await patient.emit("roll")

    assert seen == ["unset"] * 4


@pytest.mark.parametrize("waits", [False, True])
async def test_handler_that_cancels_its_own_task_ends_alone(
    patient: PluginEventBus, *, waits: bool
) -> None:
    async def handle(_event: Event, _data: object) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        if waits:
            await asyncio.Event().wait()

    patient.subscribe("roll", handle)

    for _ in range(3):
        (handled,) = (await patient.emit("roll")).handled
        assert handled.outcome is (Outcome.CANCELLED if waits else Outcome.HANDLED)


async def test_cancelled_emitter_leaves_handlers_running(patient: PluginEventBus) -> None:
    began, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handle(_event: Event, _data: object) -> None:
        began.set()
        await go_on.wait()
        ended.set()

    patient.subscribe("roll", handle)
    emitting = asyncio.ensure_future(patient.emit("roll"))
    await began.wait()
    emitting.cancel()
    await asyncio.wait([emitting])
    go_on.set()

    await ended.wait()


async def test_call_returns_what_the_function_returns(patient: PluginEventBus) -> None:
    async def answer(number: int) -> int:
        await asyncio.sleep(0)
        return number

    assert await patient.caller.call(None, "answer", answer, 5) == 5
    assert await patient.caller.call(None, "answer", lambda: 6) == 6


async def test_call_raises_what_the_function_raises(patient: PluginEventBus) -> None:
    with pytest.raises(ZeroDivisionError):
        await patient.caller.call(None, "answer", lambda: 1 / 0)


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), asyncio.CancelledError()]
)
async def test_what_must_not_leave_a_plugin_becomes_an_error(
    patient: PluginEventBus, error: BaseException
) -> None:
    async def leave() -> None:
        raise error

    with pytest.raises(PluginError, match="setup raised ") as caught:
        await patient.caller.call(None, "setup", leave)

    assert caught.value.__cause__ is error


@pytest.mark.parametrize("deadline_s", [None, 0.001])
async def test_call_that_hangs_exceeds_its_deadline(
    bus: PluginEventBus, deadline_s: float | None
) -> None:
    with pytest.raises(DeadlineExceededError, match=r"setup of rosey did not finish") as caught:
        await bus.caller.call(None, "setup", hang, deadline_s=deadline_s)

    assert caught.value.deadline_s == (deadline_s or 0.01)


async def test_cancelled_call_cancels_the_function(patient: PluginEventBus) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    calling = asyncio.ensure_future(patient.caller.call(None, "setup", wait))
    await began.wait()
    calling.cancel()

    await ended.wait()
    assert calling.cancelled()


async def test_error_thrown_at_whoever_calls_cancels_the_function(
    patient: PluginEventBus,
) -> None:
    ended = asyncio.Event()

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(MemoryError):
        await Await(patient.caller.call(None, "setup", wait), 1, MemoryError()).run()

    await ended.wait()


async def test_closing_ends_what_still_runs() -> None:
    bus = PluginEventBus(Caller(grace_s=0.05))
    calling = asyncio.ensure_future(bus.caller.call(None, "setup", hang))
    await asyncio.sleep(0)

    await bus.close()

    with pytest.raises(PluginError, match="setup raised asyncio"):
        await calling


async def test_closing_a_caller_that_never_called_is_nothing() -> None:
    await Caller().close()


@pytest.mark.parametrize("start", ["emit", "call"])
def test_code_of_a_loop_that_is_gone_is_closed(start: str) -> None:
    log: list[str] = []

    async def wait(*_: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            log.append("closed")

    async def begin(bus: PluginEventBus) -> None:
        bus.subscribe("roll", wait)
        code = bus.emit("roll") if start == "emit" else bus.caller.call(None, "roll", wait)
        _, pending = await asyncio.wait([asyncio.ensure_future(code)], timeout=0)
        assert pending

    loop = asyncio.new_event_loop()
    loop.run_until_complete(begin(PluginEventBus()))
    loop.close()
    del loop
    gc.collect()

    assert log == ["closed"]
