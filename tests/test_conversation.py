"""An exchange that is cancelled takes back what it has begun."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rosey.bot import Bot
from rosey.diagnostics.snapshot import plugin_snapshot
from tests.bots import bot_of, write_plugin

SLOW = """
async def setup(self):
    import asyncio
    self.steps = []
    self.begun = asyncio.Event()

@command("late")
async def late(self, ctx):
    await self.wait()
    await ctx.reply("late")

@on("late")
async def heard(self, event, data):
    await self.wait()

@on("soon")
async def soon(self, event, data):
    self.emit_event("late")

async def wait(self):
    import asyncio
    self.begun.set()
    try:
        await asyncio.Event().wait()
    finally:
        self.steps.append("given back")
"""


async def cancelled(bot: Bot, event: str, data: object) -> None:
    """Begin an exchange, and cancel it once a handler waits."""
    plugin = bot.plugin_manager.get_plugin("slow")
    begun: asyncio.Event = vars(plugin)["begun"]
    exchange = asyncio.create_task(bot.exchange(event, data))
    await begun.wait()
    exchange.cancel()
    await asyncio.wait([exchange])
    assert exchange.cancelled()
    assert vars(plugin)["steps"] == ["given back"]


async def test_its_command_is_cancelled_and_that_is_no_fault(tmp_path: Path) -> None:
    write_plugin(tmp_path, "slow", SLOW)

    async with bot_of(tmp_path) as bot:
        await cancelled(bot, "message", {"msg": "!late"})

        assert plugin_snapshot(bot, "slow").fault_count == 0
        assert await bot.say("!help")


async def test_its_handlers_are_cancelled_and_those_of_what_they_led_to(tmp_path: Path) -> None:
    write_plugin(tmp_path, "slow", SLOW)

    async with bot_of(tmp_path) as bot:
        await cancelled(bot, "late", None)

    async with bot_of(tmp_path) as bot:
        await cancelled(bot, "soon", None)

        assert plugin_snapshot(bot, "slow").fault_count == 0


async def test_handlers_of_other_events_go_on(tmp_path: Path) -> None:
    write_plugin(tmp_path, "slow", SLOW)
    go_on, ended = asyncio.Event(), list[str]()

    async def other(*_: object) -> None:
        await go_on.wait()
        ended.append("by itself")

    async with bot_of(tmp_path) as bot:
        bot.on("other", other)
        going_on = bot.bus.emit_soon("other")
        await cancelled(bot, "late", None)
        go_on.set()
        await going_on

    assert ended == ["by itself"]
