"""A loop on a hand-moved clock waits for others, and never for the time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from rosey.rehearsal.clock import HandMovedClock
from rosey.rehearsal.loop import HandMovedLoop

HOUR_S = 3_600.0


def run(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401  whatever the work gives
    """Run it on such a loop; gives what it returns, and the seconds that passed on the clock."""
    clock = HandMovedClock(0.0)
    with asyncio.Runner(loop_factory=lambda: HandMovedLoop(clock)) as runner:
        return runner.run(work), clock.now()


def test_waits_end_in_the_order_in_which_they_are_due() -> None:
    ended: list[float] = []

    async def wait(seconds: float) -> None:
        await asyncio.sleep(seconds)
        ended.append(seconds)

    async def work() -> None:
        await asyncio.gather(wait(3 * HOUR_S), wait(HOUR_S), wait(0.001))

    began = time.monotonic()
    assert run(work()) == (None, 3 * HOUR_S)
    assert ended == [0.001, HOUR_S, 3 * HOUR_S]
    assert time.monotonic() - began < 5


def test_a_thread_is_not_overtaken_by_the_clock() -> None:
    async def work() -> str:
        release = threading.Event()
        threading.Timer(0.05, release.set).start()
        async with asyncio.timeout(HOUR_S):
            return "released" if await asyncio.to_thread(release.wait) else "given up"

    assert run(work()) == ("released", 0.0)


def test_a_timer_becomes_due_in_real_seconds_while_a_thread_is_under_way() -> None:
    async def work() -> None:
        release = threading.Event()
        try:
            async with asyncio.timeout(0.05):
                await asyncio.to_thread(release.wait)
        finally:
            release.set()

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        run(work())
    assert time.monotonic() - began >= 0.05


def test_a_connection_is_not_overtaken_by_the_clock() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline()).upper())
        writer.close()
        await writer.wait_closed()

    async def work() -> bytes:
        async with (
            await asyncio.start_server(answer, "127.0.0.1", 0) as server,
            asyncio.timeout(60),
        ):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"hello\n")
            answered = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answered

    assert run(work()) == (b"HELLO\n", 0.0)


def test_the_clock_sleeps_for_its_own_thread_only() -> None:
    clock = HandMovedClock(10.0)
    clock.sleep(HOUR_S)
    began = time.monotonic()
    thread = threading.Thread(target=clock.sleep, args=[0.05])
    thread.start()
    thread.join()

    assert clock.now() == 10.0 + HOUR_S
    assert time.monotonic() - began >= 0.05


def test_the_clock_tells_the_date() -> None:
    clock = HandMovedClock(0.0)
    clock.move(24 * HOUR_S)

    assert clock.gmtime()[:3] == (1970, 1, 2)
    assert clock.gmtime(0.0) == time.gmtime(0.0)
    assert clock.localtime() == time.localtime(24 * HOUR_S)
    assert clock.monotonic() - HandMovedClock(0.0).monotonic() == 24 * HOUR_S
