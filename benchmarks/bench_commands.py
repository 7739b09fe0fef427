"""A message comes in, its command is handled, the reply goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.conftest import Measure
from rosey import Bot, Config, Message, Rank, User

PLUGIN = '''"""Answers with what it is told."""

from rosey import CommandContext, Plugin, command


class Echo(Plugin):
    name = "echo"

    @command("echo", help="Say it again.")
    async def echo(self, ctx: CommandContext, times: int, *, text: str) -> None:
        await ctx.reply(text * times)
'''


@pytest.fixture
def bot(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Bot]:
    (tmp_path / "echo.py").write_text(PLUGIN, encoding="utf-8")
    # Each reply is an event: the bot slows down a plugin that replies so often.
    plugins = {"plugin_dirs": [str(tmp_path)], "limits": {"events_per_s": 1_000_000}}
    bot = Bot(Config.from_mapping({"plugins": plugins}))
    runner.run(bot.start())
    yield bot
    runner.run(bot.stop())


def test_command(measure: Measure, runner: asyncio.Runner, bot: Bot) -> None:
    user = User(name="owner", rank=Rank.OWNER)
    message = Message(text="!echo 2 na", user=user, connection=bot.local.name)

    async def talk(calls: int) -> None:
        for _ in range(calls):
            await bot.bus.emit("message", message.data, origin=bot.local.name)

    assert runner.run(bot.say(message.text)) == ["nana"]
    measure(talk)
