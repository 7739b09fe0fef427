"""A plugin that has enough to do lets nobody in, and drops only what it is told to."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from rosey.errors import EventDroppedError
from rosey.plugins.calling.gate import Gate
from rosey.plugins.supervision.limits import WhenFull


class Crowd:
    """Goes into a gate that lets some in at once, and stays there until it is told to leave."""

    def __init__(
        self, most: int, queued: int = sys.maxsize, when_full: WhenFull = WhenFull.WAIT
    ) -> None:
        self.changes: list[bool] = []
        self.drops: list[int] = []
        self.gate = Gate(
            lambda: self.changes.append(self.gate.is_open),
            dropped=lambda: self.drops.append(self.gate.waiting),
        )
        self.gate.limit(most, queued, when_full)
        self.inside: list[int] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def _come(self, number: int) -> None:
        await self.gate.turn()
        self.gate.enter(number, number)
        self.inside.append(number)

    async def come(self, *numbers: int) -> None:
        """Have some come, one after the other."""
        self.tasks += [asyncio.create_task(self._come(number)) for number in numbers]
        await self.settle()

    async def leave(self, number: int) -> None:
        """Have one leave."""
        self.inside.remove(number)
        self.gate.leave(number)
        await self.settle()

    @staticmethod
    async def settle() -> None:
        for _ in range(10):
            await asyncio.sleep(0)


async def test_no_more_are_inside_than_may_be_and_they_keep_their_order() -> None:
    crowd = Crowd(2)
    await crowd.come(1, 2, 3, 4, 5)
    assert (crowd.inside, crowd.gate.waiting, crowd.gate.inside) == ([1, 2], 3, 2)

    await crowd.leave(1)
    assert crowd.inside == [2, 3]
    await crowd.leave(3)
    await crowd.leave(2)

    assert (crowd.inside, crowd.gate.is_open) == ([4, 5], False)


async def test_gate_is_open_again_when_there_is_room_and_nobody_waits() -> None:
    crowd = Crowd(1)
    await crowd.come(1, 2)
    await crowd.leave(1)
    await crowd.leave(2)

    assert crowd.gate.is_open
    assert (crowd.changes[0], crowd.changes[-1]) == (False, True)


async def test_who_leaves_twice_makes_room_once() -> None:
    crowd = Crowd(1)
    await crowd.come(1, 2, 3)
    await crowd.leave(1)

    crowd.gate.leave(1)
    await crowd.settle()

    assert crowd.inside == [2]
    await crowd.leave(2)


async def test_higher_limit_lets_those_in_who_wait() -> None:
    crowd = Crowd(1)
    await crowd.come(1, 2, 3)

    crowd.gate.limit(3, 0, WhenFull.WAIT)
    await crowd.settle()

    assert crowd.inside == [1, 2, 3]


async def test_lower_limit_closes_a_gate_that_is_open() -> None:
    crowd = Crowd(3)
    await crowd.come(1, 2)

    crowd.gate.limit(2, 0, WhenFull.WAIT)

    assert not crowd.gate.is_open


@pytest.mark.parametrize(
    ("when_full", "inside_then"),
    [(WhenFull.DROP_NEWEST, [2, 3]), (WhenFull.DROP_OLDEST, [3, 4]), (WhenFull.WAIT, [2, 3, 4])],
)
async def test_when_too_many_wait_whom_the_limit_names_is_dropped(
    when_full: WhenFull, inside_then: list[int]
) -> None:
    crowd = Crowd(1, 2, when_full)
    await crowd.come(1, 2, 3, 4)

    for number in (1, *inside_then):
        await crowd.leave(number)

    errors = [type(task.exception()) for task in crowd.tasks if task.exception() is not None]
    assert errors == [EventDroppedError] * (4 - 1 - len(inside_then))
    assert len(crowd.drops) == len(errors)


async def test_nobody_is_dropped_while_the_plugin_changes() -> None:
    crowd = Crowd(1, 1, WhenFull.DROP_NEWEST)
    crowd.gate.close(lambda _owner, _root: False, lambda: None)

    await crowd.come(1, 2, 3)
    crowd.gate.open()
    await crowd.settle()

    assert (crowd.inside, crowd.gate.waiting, crowd.drops) == ([1], 2, [])
    for task in crowd.tasks[1:]:
        task.cancel()
    await asyncio.wait(crowd.tasks)


async def test_gate_that_is_closed_for_a_change_stays_so_when_somebody_leaves() -> None:
    crowd = Crowd(1)
    await crowd.come(1, 2)
    crowd.gate.close(lambda _owner, _root: False, lambda: None)

    await crowd.leave(1)
    assert crowd.inside == []
    crowd.gate.open()
    await crowd.settle()

    assert crowd.inside == [2]


async def test_who_is_dropped_and_cancelled_at_once_is_only_gone() -> None:
    crowd = Crowd(1, 1, WhenFull.DROP_OLDEST)
    await crowd.come(1, 2)
    crowd.tasks[1].cancel()

    # At once: who was cancelled has not come to leave.
    third = crowd.gate.turn()
    third.send(None)
    await crowd.settle()
    assert crowd.gate.waiting == 1

    third.close()
    await crowd.leave(1)
    assert crowd.gate.is_open


class Owner:
    """Whose code asks to be let in."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate


@pytest.mark.parametrize(
    ("roots", "owner", "root", "is_let_in"),
    [
        ([7], None, 7, True),
        ([7], None, 8, False),
        ([7], "own", 8, False),
        ([None], "own", 8, True),
        ([None], "other", 8, False),
        ([None], None, None, False),
    ],
)
def test_what_somebody_inside_may_wait_for_is_let_in(
    roots: list[int | None], owner: str | None, root: int | None, *, is_let_in: bool
) -> None:
    gate = Gate()
    gate.limit(1, 1, WhenFull.WAIT)
    for root_inside in roots:
        gate.enter(object(), root_inside)
    who: dict[str | None, Callable[[], Owner]] = {
        "own": lambda: Owner(gate),
        "other": lambda: Owner(Gate()),
    }

    assert gate.admits(who[owner]() if owner else None, root) is is_let_in
