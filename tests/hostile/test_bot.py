"""Whatever is said to a bot, it answers it or is silent, and goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.chat.model import Message, Rank, User
from tests.bots import bot_of, write_plugin
from tests.hostile.corpus import HOSTILE, name

ECHO = """
@command("echo")
async def echo(self, ctx, *, text: str = ""):
    await ctx.reply(text)

@command("secret", rank=Rank.OWNER)
async def secret(self, ctx):
    await ctx.reply("the secret")

@on("message")
async def on_message(self, event, data):
    self.last = data["msg"]
"""


async def test_bot_echoes_everything_and_obeys_nothing(tmp_path: Path) -> None:
    write_plugin(tmp_path, "parrot", ECHO)
    async with bot_of(tmp_path) as bot:
        for text in HOSTILE:
            # Halves of surrogate pairs are replaced where they come in.
            heard = Message(text=text, user=User(name="x"), connection="local").text
            assert await bot.say(f"!echo {text}") == [heard.strip()], name(text)
        assert bot.failures == {}
        assert bot.plugin_manager.list_plugins() == ["parrot"]


async def test_bot_survives_every_line_and_every_name(tmp_path: Path) -> None:
    write_plugin(tmp_path, "parrot", ECHO)
    async with bot_of(tmp_path) as bot:
        faults: list[object] = []
        bot.bus.subscribe("plugin.error", lambda _, data: faults.append(data))
        for text in HOSTILE:
            await bot.say(text, user=text)
            await bot.say(f"!{text}", user=text)
        await bot.bus.drain()
        assert faults == []
        assert await bot.say("!echo still here") == ["still here"]


async def test_no_name_gives_rank(tmp_path: Path) -> None:
    write_plugin(tmp_path, "parrot", ECHO)
    async with bot_of(tmp_path, accounts={"admin": "owner"}) as bot:
        for text in (*HOSTILE, "admin"):
            replies = await bot.say("!secret", user=text, rank=Rank.GUEST)
            assert replies == ["!secret needs the rank owner."], name(text)


@pytest.mark.parametrize("action", ["info", "load"])
async def test_hostile_name_of_a_plugin_is_answered_briefly(tmp_path: Path, action: str) -> None:
    write_plugin(tmp_path, "parrot", ECHO)
    async with bot_of(tmp_path) as bot:
        for text in HOSTILE:
            replies = await bot.say(f"!plugin {action} {text}")
            assert len(replies) == 1, name(text)
            assert len(replies[0]) < 500, name(text)
        assert bot.plugin_manager.list_plugins() == ["parrot"]
