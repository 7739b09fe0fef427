"""A plugin that is held, in a bot: its commands wait as its events do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import dedent

import pytest

from rosey.bot import Bot
from rosey.chat.routed import Routed, Verdict
from rosey.plugins.delivery import mailbox
from rosey.plugins.events import Event
from rosey.plugins.holding.holding import Holding
from tests.bots import bot_of, write_plugin

GREETER = """
async def setup(self):
    self.heard = []

@on("message")
async def hear(self, event, data):
    self.heard.append(data["msg"])

@command("hello", cooldown_s=60)
async def hello(self, ctx):
    await ctx.reply(f"{greeting} after {{len(self.heard)}}")
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    write_plugin(tmp_path, "greeter", GREETER.format(greeting="Hello"))
    async with bot_of(tmp_path) as running:
        yield running


@pytest.fixture
def holding(bot: Bot) -> Holding:
    return bot.plugin_manager.holding


@pytest.fixture
def replies(bot: Bot) -> list[str]:
    """What the bot says."""
    said: list[str] = []
    bot.on("reply", lambda _event, data: said.append(data["msg"]))
    return said


async def test_command_waits_with_the_events_of_its_plugin(
    bot: Bot, holding: Holding, replies: list[str]
) -> None:
    await holding.hold("greeter")

    assert await bot.say("!hello") == []
    assert await bot.say("hm") == []
    assert [event.data["msg"] for event in holding.waiting("greeter") or ()] == ["!hello", "hm"]
    await (await holding.step("greeter"))
    assert replies == ["Hello after 0"]
    await holding.resume("greeter")

    plugin = bot.plugin_manager.get_plugin("greeter")
    assert vars(plugin)["heard"] == ["!hello", "hm"]
    assert replies == ["Hello after 0"]


async def test_other_commands_are_answered_meanwhile(bot: Bot, holding: Holding) -> None:
    await holding.hold("greeter")

    (answer,) = await bot.say("!plugin list")

    assert "greeter" in answer
    assert len(holding.waiting("greeter") or ()) == 1  # its handler's, not the command's


async def test_command_is_answered_by_the_version_that_was_loaded_meanwhile(
    bot: Bot, holding: Holding, tmp_path: Path, replies: list[str]
) -> None:
    await holding.hold("greeter")
    await bot.say("!hello")
    write_plugin(tmp_path, "greeter", GREETER.format(greeting="Good day"))
    await bot.reload("greeter")

    await holding.resume("greeter")

    assert replies == ["Good day after 0"]


async def test_command_that_the_new_version_lacks_is_answered_as_unknown(
    bot: Bot, holding: Holding, tmp_path: Path, replies: list[str]
) -> None:
    await holding.hold("greeter")
    await bot.say("!hello")
    write_plugin(tmp_path, "greeter", GREETER.format(greeting="").replace('"hello"', '"hallo"'))
    await bot.reload("greeter")

    await holding.resume("greeter")

    assert replies == ["There is no command !hello. Did you mean !hallo? !help lists them."]


async def test_command_that_belongs_to_another_plugin_by_now_is_held_with_that(
    bot: Bot, holding: Holding, tmp_path: Path, replies: list[str]
) -> None:
    await holding.hold("greeter")
    await bot.say("!hello")
    write_plugin(tmp_path, "greeter", GREETER.format(greeting="").replace('"hello"', '"hallo"'))
    await bot.reload("greeter")
    write_plugin(
        tmp_path, "heir", '@command("hello")\nasync def hello(self, ctx): await ctx.reply("Mine")'
    )
    await bot.load("heir")
    await holding.hold("heir")

    await holding.resume("greeter")
    assert replies == []
    await holding.resume("heir")

    assert replies == ["Mine"]


async def test_what_became_of_the_command_is_told(
    bot: Bot, holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MOST_HELD", 1)
    verdicts: list[Verdict] = []

    def note(_event: Event, routed: Routed) -> None:
        verdicts.append(routed.verdict)

    bot.router.listeners = (note,)
    await holding.hold("greeter")

    for _ in range(3):
        await bot.bus.emit("message", {"msg": "!hello", "username": "Ada"})

    assert verdicts == [Verdict.HELD, Verdict.HELD, Verdict.BUSY]


async def test_bot_that_stops_has_what_waits_answered(tmp_path: Path) -> None:
    parting = """
    @on("bot.stopping")
    async def part(self, event, data):
        await self.bot.bus.emit("parted", "bye")
    """
    write_plugin(tmp_path, "greeter", GREETER.format(greeting="Hello") + dedent(parting))
    bot = bot_of(tmp_path)
    said: list[str] = []
    bot.on("reply", lambda _event, data: said.append(data["msg"]))
    bot.on("parted", lambda _event, data: said.append(data))
    await bot.start()
    await bot.plugin_manager.holding.hold("greeter")
    await bot.say("!hello")

    await bot.stop()

    assert said == ["Hello after 0", "bye"]


async def test_command_that_waits_at_the_gate_waits_on_where_the_plugin_is_held(
    tmp_path: Path,
) -> None:
    body = """
    @command("wait")
    async def wait(self, ctx):
        self.begun.set()
        await self.go_on.wait()

    @command("hello")
    async def hello(self, ctx): await ctx.reply("Hello")

    async def setup(self):
        import asyncio
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
    """
    write_plugin(tmp_path, "greeter", body)
    limits = {"greeter": {"limits": {"concurrent_handlers": 1}}}
    async with bot_of(tmp_path, plugins={"plugin_config": limits}) as bot:
        plugin = vars(bot.plugin_manager.get_plugin("greeter"))
        waits = asyncio.create_task(bot.say("!wait"))
        await plugin["begun"].wait()
        hello = asyncio.create_task(bot.say("!hello"))
        while not bot.plugin_manager.slots.known("greeter").gate.waiting:  # noqa: ASYNC110  nobody is told who could set an event
            await asyncio.sleep(0)

        await bot.plugin_manager.holding.hold("greeter")

        assert await hello == []
        plugin["go_on"].set()
        await waits
        delivery = await (await bot.plugin_manager.holding.step("greeter"))
        assert delivery.event == "message"
        await bot.plugin_manager.holding.resume("greeter")
