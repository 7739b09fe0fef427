"""Code that needs no task of its own until it waits."""

from __future__ import annotations

import asyncio
import contextlib
import math

from rosey.plugins.calling.lanes import Lane


async def suspended(wait: asyncio.Event, log: list[str]) -> None:
    """Wait, and log the end of it."""
    with contextlib.suppress(asyncio.CancelledError):
        await wait.wait()
    log.append("ended")


async def test_code_that_never_suspends_leaves_its_lane_free() -> None:
    free: list[Lane] = []
    log: list[str] = []
    released = asyncio.Event()
    released.set()
    lane = Lane(asyncio.get_running_loop(), free)

    assert lane.begin(suspended(released, log).__await__())
    await lane.wait()

    assert (free, log, lane.is_carrying) == ([lane], ["ended"], False)
    lane.task.cancel()


async def test_code_that_suspends_is_carried_on_by_the_lane() -> None:
    free: list[Lane] = []
    log: list[str] = []
    release = asyncio.Event()
    lane = Lane(asyncio.get_running_loop(), free)
    lane.task.add_done_callback(lambda _: lane.close())

    assert not lane.begin(suspended(release, log).__await__())
    release.set()
    await lane.wait()

    assert (free, log, lane.is_carrying) == ([], ["ended"], True)


async def test_code_without_a_deadline_can_be_ended_once() -> None:
    log: list[str] = []
    lane = Lane(asyncio.get_running_loop(), [])
    lane.task.add_done_callback(lambda _: lane.close())
    lane.begin(suspended(asyncio.Event(), log).__await__())
    lane.arm(math.inf, 1)

    lane.expire(2, 1)
    lane.expire(3, 1)
    await asyncio.wait([lane.task])

    assert (lane.is_expired, lane.limit_s, log) == (True, 2, ["ended"])
