"""Messages are let through; of those that are dropped each episode is told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rosey.chat.admission import Reason
from rosey.chat.buckets import Rate
from rosey.chat.damper import Line
from rosey.chat.episodes import QUIET_S
from rosey.chat.intake import Intake
from rosey.chat.model import Message, User
from rosey.chat.rules import FloodLimits, Rules
from rosey.plugins.bus import PluginEventBus
from tests.clock import Clock

FLOOD = FloodLimits(user=Rate(per_s=1.0, burst=2), channel=Rate(per_s=1.0, burst=10))


class Door:
    """An intake, and what is told of it."""

    def __init__(self, bus: PluginEventBus) -> None:
        self.bus = bus
        self.clock = Clock()
        rules = Rules(flood=lambda: FLOOD)
        self.intake = Intake("net", bus, rules, wait=self.clock.wait, clock=self.clock)
        self.told: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        for event in ("message.dropped", "user.ignored"):
            bus.subscribe(event, lambda e, data: self.told.put_nowait((e.name, data)))

    def say(self, text: str = "hi", user: str = "bob") -> Line | None:
        message = Message(text=text, user=User(name=user), connection="net")
        return self.intake.admit(message, "rosey")


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    bus = PluginEventBus()
    door = Door(bus)
    yield door
    await door.intake.close()
    await bus.drain()
    await bus.close()


def facts(**facts: object) -> dict[str, object]:
    return {"connection": "net", **facts}


async def test_flood_is_told_at_its_beginning_and_at_its_end(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    heard = [door.say() for _ in range(100)]
    door.clock.advance(0.5)
    door.say()
    assert sum(line is not None for line in heard) == 2
    assert caplog.messages == [
        "net: messages are dropped: more come from bob than one user may send"
    ]

    await asyncio.sleep(0)
    door.clock.advance(QUIET_S)

    assert await door.told.get() == (
        "message.dropped",
        facts(user="bob", reason="user", count=99, seconds=0.5),
    )
    assert caplog.messages[1:] == ["net: 99 messages of bob were dropped within 0.5 s"]
    assert door.intake.dropped == {Reason.USER: 99}


async def test_flood_that_goes_on_is_told_when_it_is_over(door: Door) -> None:
    for _ in range(100):
        door.say()
    for _ in range(10):
        await asyncio.sleep(0)
        door.clock.advance(QUIET_S - 1)
        for _ in range(100):
            door.say()
    assert door.told.empty()

    await asyncio.sleep(0)
    door.clock.advance(QUIET_S)
    await asyncio.sleep(0)
    door.clock.advance(QUIET_S)

    name, data = await door.told.get()
    assert (name, data["count"]) == ("message.dropped", door.intake.dropped[Reason.USER])


async def test_next_flood_is_told_too(door: Door) -> None:
    for _ in range(2):
        for _ in range(10):
            door.say()
        await asyncio.sleep(0)
        door.clock.advance(QUIET_S)

        assert (await door.told.get())[1]["count"] == 8


async def test_flood_of_many_is_one_of_the_channel(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(1_000):
        door.say(user=f"user{number}")

    await door.intake.close()

    assert await door.told.get() == (
        "message.dropped",
        facts(user=None, reason="channel", count=990, seconds=0.0),
    )
    assert caplog.messages == [
        "net: messages are dropped: more come than all users together may send",
        "net: 990 messages of several users were dropped within 0.0 s",
    ]


async def test_who_is_taken_for_a_machine_is_told_once(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        line = door.say("hi\nERROR forged", user="bob\n" + "b" * 1_000_000)
        door.clock.advance(0.5)
        if line is not None:
            door.intake.spoke(line, "hello")

    name, data = await door.told.get()
    assert (name, data["seconds"], len(data["user"])) == ("user.ignored", 60.0, 40)
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("net: bob\\nbbb")
    assert caplog.messages[0].endswith(
        "bb answers each answer, as machines do, and is ignored for 60 s"
    )
    assert door.intake.dropped == {Reason.IGNORED: 3}


async def test_own_lines_are_counted_and_not_told(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        assert door.say(user="Rosey") is None

    await door.intake.close()

    assert door.intake.dropped == {Reason.OWN: 3}
    assert caplog.messages == []


async def test_surrogate_halves_in_a_name_reach_log_and_event(door: Door) -> None:
    for _ in range(3):
        door.say(user="b\ud800b")

    await door.intake.close()

    assert (await door.told.get())[1]["user"] == "b\ufffdb"
