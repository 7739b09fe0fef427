"""Threads emit no faster than the loop can take it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from rosey.errors import EventDroppedError
from rosey.plugins.delivery.from_threads import FromThreads


@pytest.fixture
async def held() -> AsyncIterator[asyncio.Event]:
    """What the code of a thread waits for."""
    release = asyncio.Event()
    yield release
    release.set()


async def test_thread_gives_up_where_too_many_are_on_their_way_for_long(
    held: asyncio.Event,
) -> None:
    threads, loop = FromThreads(most_at_once=1, wait_most_s=0.01), asyncio.get_running_loop()
    first = await asyncio.to_thread(threads.run, held.wait(), loop)

    with pytest.raises(EventDroppedError, match="wait for what emit_threadsafe gives"):
        await asyncio.to_thread(threads.run, held.wait(), loop)

    held.set()
    assert await asyncio.wrap_future(first)


async def test_thread_goes_on_when_fewer_are_on_their_way(held: asyncio.Event) -> None:
    threads, loop = FromThreads(most_at_once=1), asyncio.get_running_loop()
    await asyncio.to_thread(threads.run, held.wait(), loop)

    second = asyncio.ensure_future(asyncio.to_thread(threads.run, held.wait(), loop))
    held.set()

    assert await asyncio.wrap_future(await second)


async def test_thread_of_the_loop_never_waits(held: asyncio.Event) -> None:
    threads, loop = FromThreads(most_at_once=1), asyncio.get_running_loop()

    futures = [threads.run(held.wait(), loop) for _ in range(3)]

    held.set()
    assert await asyncio.gather(*map(asyncio.wrap_future, futures)) == [True] * 3


def test_loop_that_is_closed_takes_nobodys_place() -> None:
    threads, loop = FromThreads(most_at_once=1, wait_most_s=0.01), asyncio.new_event_loop()
    loop.close()

    for _ in range(2):
        with pytest.raises(RuntimeError, match="closed"):
            threads.run(asyncio.sleep(0), loop)
