"""A loop in a thread of its own, and what crosses over to it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import logging
import threading
from collections.abc import Iterator

import pytest
from blockbuster import BlockBuster

from rosey.errors import RoseyError
from rosey.workbench.crossing.loop import LoopThread

ASKED = contextvars.ContextVar("ASKED", default="nobody")


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    """A thread that runs; it is stopped after the test."""
    thread = LoopThread("test-loop")
    yield thread
    thread.stop()


async def value() -> int:
    return 7


async def fault() -> None:
    raise ValueError("a fault")


class Waiting:
    """A coroutine that waits, and tells where it is."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.ended = threading.Event()

    async def run(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()


def test_a_result_crosses_over(thread: LoopThread) -> None:
    assert thread.submit(value()).result() == 7


def test_an_error_crosses_over(thread: LoopThread) -> None:
    with pytest.raises(ValueError, match="a fault"):
        thread.submit(fault()).result()


async def test_a_crossing_is_awaited_from_another_loop(thread: LoopThread) -> None:
    assert await thread.submit(value()) == 7
    assert [*await asyncio.gather(thread.submit(value()), thread.submit(value()))] == [7, 7]


def test_a_result_is_waited_for_only_so_long(thread: LoopThread) -> None:
    work = Waiting()
    crossing = thread.submit(work.run())

    with pytest.raises(TimeoutError):
        crossing.result(0)

    assert work.begun.wait(5)
    assert not work.ended.is_set()


def test_the_bots_own_thread_may_not_wait_for_itself(thread: LoopThread) -> None:
    async def wait_for_itself() -> int:
        return thread.submit(value()).result()

    with pytest.raises(RoseyError, match="await instead"):
        thread.submit(wait_for_itself()).result()


def test_cancelled_work_has_ended_once_it_is_joined(thread: LoopThread) -> None:
    work = Waiting()
    crossing = thread.submit(work.run())
    assert work.begun.wait(5)

    assert crossing.cancel()
    assert crossing.join(5)

    assert work.ended.is_set()
    with pytest.raises(concurrent.futures.CancelledError):
        crossing.result()


def test_work_that_is_cancelled_before_it_begins_is_not_done(
    thread: LoopThread, blockbuster: BlockBuster
) -> None:
    blockbuster.deactivate()
    go_on, done = threading.Event(), list[str]()

    async def hold() -> None:
        go_on.wait()

    async def work() -> None:
        done.append("a step")

    holding, crossing = thread.submit(hold()), thread.submit(work())
    crossing.cancel()
    go_on.set()
    holding.result(5)

    assert crossing.join(5)
    assert done == []


async def test_cancelling_what_awaits_cancels_the_work(thread: LoopThread) -> None:
    work = Waiting()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(thread.submit(work.run()), 0.01)

    assert await asyncio.to_thread(work.ended.wait, 5)


def test_work_that_is_cancelled_on_the_loop_is_cancelled_outside(thread: LoopThread) -> None:
    async def give_up() -> None:
        raise asyncio.CancelledError

    crossing = thread.submit(give_up())

    with pytest.raises(concurrent.futures.CancelledError):
        crossing.result()


def test_an_error_after_a_cancellation_is_nobodys(
    thread: LoopThread, caplog: pytest.LogCaptureFixture
) -> None:
    begun = threading.Event()

    async def fail_at_the_end() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("too late")

    crossing = thread.submit(fail_at_the_end())
    assert begun.wait(5)
    crossing.cancel()

    assert crossing.join(5)
    assert thread.submit(value()).result() == 7
    assert caplog.records == []


def test_a_crossing_says_how_it_stands(thread: LoopThread) -> None:
    waiting = thread.submit(Waiting().run())
    failed, done = thread.submit(fault()), thread.submit(value())
    done.result()

    assert "under way" in repr(waiting)
    assert "done" in repr(done)
    assert repr(failed) == "<Crossing: failed with ValueError>"
    waiting.cancel()
    assert repr(waiting) == "<Crossing: cancelled>"


def test_work_does_not_inherit_the_context_of_the_cell(thread: LoopThread) -> None:
    async def who() -> str:
        return ASKED.get()

    ASKED.set("a cell")

    assert thread.submit(who()).result() == "nobody"


def test_a_fault_that_nobody_catches_is_logged(
    thread: LoopThread, caplog: pytest.LogCaptureFixture
) -> None:
    async def leave_a_fault() -> None:
        ran = asyncio.Event()
        asyncio.get_running_loop().call_soon(int, "text")
        asyncio.get_running_loop().call_soon(ran.set)
        await ran.wait()

    thread.submit(leave_a_fault()).result()

    (record,) = caplog.records
    assert (record.name, record.levelno) == ("rosey.workbench.crossing.loop", logging.ERROR)
    assert record.exc_info is not None


def test_stop_cancels_what_is_left_and_what_that_starts() -> None:
    thread, work = LoopThread("test-loop"), Waiting()
    started = []

    async def start_another_at_the_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            started.append(asyncio.get_running_loop().create_task(work.run()))

    crossing = thread.submit(start_another_at_the_end())
    assert not crossing.join(0.01)
    thread.stop()

    assert crossing.join(0)
    assert started[0].cancelled()


def test_a_stopped_loop_takes_no_work() -> None:
    thread = LoopThread("test-loop")
    thread.stop()
    thread.stop()

    with pytest.raises(RoseyError, match="this bot is stopped"):
        thread.submit(value())


def test_a_thread_that_is_blocked_is_given_up(thread: LoopThread, blockbuster: BlockBuster) -> None:
    blockbuster.deactivate()
    entered, gate = threading.Event(), threading.Event()

    async def block() -> None:
        entered.set()
        gate.wait()

    thread.submit(block())
    assert entered.wait(5)

    with pytest.raises(RoseyError, match="something blocks it"):
        thread.stop(0.01)

    gate.set()


@pytest.mark.parametrize("text", ["7", "text"])
def test_threads_serve_while_the_interpreter_exits(
    thread: LoopThread, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What concurrent.futures sets when the interpreter exits, before the bot is stopped.
    monkeypatch.setattr(concurrent.futures.thread, "_shutdown", True)

    async def use_a_thread() -> int:
        try:
            return await asyncio.to_thread(int, text)
        except ValueError:
            return 7

    assert thread.submit(use_a_thread()).result(5) == 7


def test_loop_that_a_plugin_stops_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    thread = LoopThread()

    async def stop() -> None:
        asyncio.get_running_loop().stop()

    async def answer() -> int:
        return 42

    thread.submit(stop()).result(5)
    assert thread.submit(answer()).result(5) == 42
    thread.stop()
    assert "it goes on" in caplog.text
