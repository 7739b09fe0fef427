"""While a gate is closed everybody waits in order, and nobody overtakes when it opens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from rosey.plugins.calling.gate import Gate


def nobody(_owner: object, _root: int | None) -> bool:
    return False


def nothing() -> None:
    """Tell nobody."""


def closed(**options: int) -> Gate:
    gate = Gate(**options)  # type: ignore[arg-type]  # the options are those of a gate
    gate.close(nobody, nothing)
    return gate


class Walkers:
    """Go through a gate, and leave their numbers behind it."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.through: list[int] = []

    async def walk(self, number: int, then: Callable[[], object] = nothing) -> None:
        await self.gate.turn()
        self.through.append(number)
        then()

    async def start(self, *numbers: int) -> list[asyncio.Task[None]]:
        """Send some up to the gate."""
        tasks = [asyncio.create_task(self.walk(number)) for number in numbers]
        await asyncio.sleep(0)
        return tasks


async def test_open_gate_lets_everybody_through_at_once() -> None:
    walkers = Walkers(Gate())

    await walkers.start(1, 2)

    assert walkers.through == [1, 2]


async def test_closed_gate_is_opened_for_all_in_their_order() -> None:
    walkers = Walkers(closed())
    tasks = await walkers.start(1, 2, 3)
    assert walkers.through == []

    walkers.gate.open()
    await asyncio.gather(*tasks)

    assert walkers.through == [1, 2, 3]
    assert walkers.gate.is_open


async def test_who_comes_while_others_are_let_through_waits_behind_them() -> None:
    walkers = Walkers(closed())
    tasks = await walkers.start(1, 2)

    walkers.gate.open()
    late = asyncio.create_task(walkers.walk(4))
    # Nobody has run yet: one who did not wait would be the first.
    tasks.append(asyncio.create_task(walkers.walk(3)))
    assert not walkers.gate.is_open
    await asyncio.gather(late, *tasks)

    assert walkers.through == [1, 2, 4, 3]
    assert walkers.gate.is_open


async def test_gate_that_is_closed_again_keeps_back_whoever_was_not_let_through() -> None:
    walkers = Walkers(closed())
    tasks = await walkers.start(1, 2)
    walkers.gate.open()
    walkers.gate.close(nobody, nothing)
    tasks += await walkers.start(3)

    assert (walkers.through, walkers.gate.passing) == ([1, 2], 0)
    walkers.gate.open()
    await asyncio.gather(*tasks)

    assert walkers.through == [1, 2, 3]


@pytest.mark.parametrize("moment", ["waiting", "let through"])
async def test_who_is_cancelled_holds_nobody_up(moment: str) -> None:
    walkers = Walkers(closed())
    first, second, third = await walkers.start(1, 2, 3)
    if moment == "waiting":
        second.cancel()
        await asyncio.wait([second])
        walkers.gate.open()
    else:
        walkers.gate.open()
        second.cancel()

    await asyncio.wait([first, second, third])

    assert walkers.through == [1, 3]
    assert (walkers.gate.is_open, walkers.gate.passing) == (True, 0)


async def test_who_is_cancelled_in_the_moment_of_opening_holds_nobody_up() -> None:
    walkers = Walkers(closed())
    first, second = await walkers.start(1, 2)

    first.cancel()
    walkers.gate.open()
    await asyncio.wait([first, second])

    assert (walkers.through, walkers.gate.is_open) == ([2], True)


def test_gate_admits_whom_it_is_told_to_until_it_is_sealed() -> None:
    gate = Gate()
    assert gate.admits("dice", 1)

    gate.close(lambda owner, root: owner == "dice" or root == 2, nothing)
    assert (gate.admits("dice", 1), gate.admits("quiz", 2), gate.admits("quiz", 1)) == (
        True,
        True,
        False,
    )

    gate.seal()
    assert not gate.admits("dice", 2)


async def test_overflow_is_told_and_everybody_waits_on() -> None:
    told: list[str] = []
    gate = Gate(most_waiting=2)
    gate.close(nobody, lambda: told.append("overflow"))
    walkers = Walkers(gate)

    tasks = await walkers.start(1, 2)
    assert told == []
    tasks += await walkers.start(3)
    assert told == ["overflow"]

    gate.open()
    await asyncio.gather(*tasks)
    assert walkers.through == [1, 2, 3]


async def test_change_is_told_when_it_closes_and_when_all_are_through() -> None:
    states: list[bool] = []
    gate = Gate(lambda: states.append(gate.is_open))
    walkers = Walkers(gate)

    gate.close(nobody, nothing)
    tasks = await walkers.start(1)
    gate.open()
    assert states == [False]
    await asyncio.gather(*tasks)

    assert states == [False, True]
