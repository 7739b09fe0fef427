"""A command waits for its work only so long."""

from __future__ import annotations

import _thread
import asyncio
from collections.abc import Iterator

import pytest

from rosey.errors import RoseyError
from rosey.workbench.crossing.loop import LoopThread
from rosey.workbench.crossing.waiting import wait


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    """A thread that runs; it is stopped after the test."""
    thread = LoopThread("test-loop")
    yield thread
    thread.stop()


def test_work_that_takes_too_long_is_cancelled(thread: LoopThread) -> None:
    given_back: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_back.append("all of it")

    with pytest.raises(RoseyError, match=r"it took longer than 0\.05 s and is cancelled"):
        wait(thread.submit(work()), 0.05)

    assert given_back == ["all of it"]


def test_a_timeout_of_the_work_itself_is_its_own(thread: LoopThread) -> None:
    async def work() -> None:
        raise TimeoutError("the network is slow")

    with pytest.raises(TimeoutError, match="the network is slow"):
        wait(thread.submit(work()))


def test_work_without_a_deadline_is_waited_for(thread: LoopThread) -> None:
    async def work() -> str:
        return "done"

    assert wait(thread.submit(work()), None) == "done"


def test_an_interrupt_is_heard_that_does_not_wake_whoever_waits(thread: LoopThread) -> None:
    # One that comes between Python's last look for signals and the wait itself does not either.
    late: list[str] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, _thread.interrupt_main)
        loop.call_later(10, late.append, "not heard")
        await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        wait(thread.submit(work()), 20)

    assert not late
