"""Ten thousand messages a second for ten seconds cost a bot next to nothing."""

from __future__ import annotations

import dataclasses
import gc
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.chat.buckets import Rate
from rosey.chat.connection import Link
from rosey.chat.model import Message, User
from rosey.chat.rules import Rules
from tests.bots import bot_of, write_plugin
from tests.clock import Clock
from tests.floods.channel import Channel, Seat

pytestmark = pytest.mark.no_loop_debug(reason="it would trace each of a hundred thousand messages")

MESSAGES = 100_000
PER_S = 10_000
BLOCKS_MOST = 5_000
"""Room for what happens to be alive; an object kept for each message would take 100,000."""

COUNTS = """
heard = 0

@on("message")
async def hear(self, event, data):
    self.heard += 1

@command("ping")
async def ping(self, ctx):
    await ctx.reply("pong")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_plugin(tmp_path, "ear", COUNTS)
    return tmp_path


async def flooded(bot: Bot, link: Link, seat: Seat, go_on: Callable[[], None]) -> int:
    """Send it all, and a command of an admin's once a second; tells how much of it was handled."""
    receive = await seat.receive
    ada = User(name="Ada L.", account="ada")
    blocks: list[int] = []
    for number in range(1, MESSAGES + 1):
        go_on()
        receive(Message(text="spam", user=User(name=f"user{number}"), connection="net"))
        if number % PER_S == 0:
            await receive(Message(text="!ping", user=ada, connection="net"))
            await bot.bus.drain()
            gc.collect()
            blocks.append(sys.getallocatedblocks())
    assert max(blocks[1:]) - blocks[0] < BLOCKS_MOST
    heard: int = vars(bot.plugin_manager.get_plugin("ear"))["heard"]
    assert heard + sum(link.dropped.values()) == MESSAGES + MESSAGES // PER_S
    return heard


async def test_flood_is_dropped_and_counted_and_an_admin_is_answered(folder: Path) -> None:
    channel, clock = Channel(), Clock()
    async with bot_of(folder, accounts={"ada": "admin"}) as bot:
        seat = channel.seat("rosey")
        rules = Rules(permissions=lambda: bot.router.permissions)
        link = Link(seat, bot.bus, rules=rules, wait=clock.wait, clock=clock)
        link.start()

        heard = await flooded(bot, link, seat, lambda: clock.advance(1 / PER_S))
        await link.close()

    # A burst of 200, 50 a second, and the admin.
    assert heard == pytest.approx(200 + 500 + 10, abs=2)
    assert channel.said_by("rosey") == ["pong"] * 10


async def test_flood_at_full_speed_costs_a_bot_as_it_is_built_no_memory(folder: Path) -> None:
    channel = Channel()
    seat = channel.seat("rosey")
    async with bot_of(folder, connection=seat, accounts={"ada": "admin"}) as bot:
        await flooded(bot, bot.connection, seat, lambda: None)

    assert channel.said_by("rosey") == ["pong"] * 10


async def test_limits_of_a_changed_configuration_hold_for_the_next_message(folder: Path) -> None:
    seat = Channel().seat("rosey")
    async with bot_of(folder, connection=seat) as bot:
        receive = await seat.receive
        flood = dataclasses.replace(bot.config.flood, user=Rate(per_s=0.01, burst=1))
        bot.config = dataclasses.replace(bot.config, flood=flood)

        for _ in range(3):
            await receive(Message(text="hi", user=User(name="bob"), connection="net"))

        assert bot.connection.dropped == {"user": 2}
