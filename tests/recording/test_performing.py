"""The users' half of a chat is said again, at the pace that is asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.chat.model import Rank
from rosey.recording.performing import Performance, perform
from rosey.recording.records import Heard
from tests.bots import bot_of, write_plugin
from tests.recording.chats import heard

TALKER = """
@command("who")
async def who(self, ctx):
    await ctx.reply(f"{ctx.user.name} {ctx.rank} {ctx.message.connection}")

@command("slow")
async def slow(self, ctx):
    import asyncio
    await asyncio.sleep(0.01)
    await ctx.reply("slow")

@command("task")
async def task(self, ctx):
    self.create_task(self.bot.send_message("from a task"))

@command("fail")
async def fail(self, ctx):
    raise ValueError("no hunter2")
"""


async def performed(
    bot: Bot, *messages: Heard, speed: float | None = None, ends_s: float = 0.0
) -> Performance:
    return await perform(
        bot.bus,
        messages,
        speed=speed,
        ends_s=ends_s,
        redact=lambda text: text.replace("hunter2", "***"),
        before=lambda _: None,
    )


async def test_each_message_is_said_by_its_user_on_the_local_connection(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "talker", TALKER)

    async with bot_of(tmp_path / "plugins") as bot:
        result = await performed(bot, heard(1, "!who", "bob", rank=Rank.ADMIN), heard(2, "hello"))

    assert result.answers == {1: ("bob admin local",)}
    assert result.faults == ()


async def test_at_full_speed_each_message_waits_for_the_last_one(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "talker", TALKER)
    begun: list[int | None] = []

    async with bot_of(tmp_path / "plugins") as bot:
        bot.on("reply", lambda *_: begun.append(None))
        await perform(
            bot.bus,
            [heard(1, "!slow"), heard(2, "!who")],
            speed=None,
            redact=str,
            before=lambda message: begun.append(message.id if message is not None else None),
        )

    assert begun == [1, None, 2, None]


@pytest.mark.no_loop_debug(reason="it is about real seconds")
async def test_as_recorded_messages_do_not_wait_for_each_other(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "talker", TALKER)
    loop = asyncio.get_running_loop()

    async with bot_of(tmp_path / "plugins") as bot:
        began_s = loop.time()
        result = await performed(bot, heard(1, "!slow"), heard(2, "!who"), speed=100, ends_s=5)
        took_s = loop.time() - began_s

    assert result.answers == {1: ("slow",), 2: ("alice guest local",)}
    assert took_s >= 0.05


async def test_what_answers_no_message_is_unprompted(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "talker", TALKER)

    async with bot_of(tmp_path / "plugins") as bot:
        result = await performed(bot, heard(1, "!task"), speed=100, ends_s=3)

    assert (result.answers, result.unprompted) == ({}, ("from a task",))


async def test_faults_are_told_without_secrets(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "talker", TALKER)

    async with bot_of(tmp_path / "plugins") as bot:
        result = await performed(bot, heard(1, "!who"), heard(2, "!fail"))

    assert result.failing == {2}
    assert result.faults == ("talker failed in !fail: ValueError: no ***",)


async def test_what_is_said_to_others_meanwhile_is_no_part_of_it(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "talker", TALKER)

    async with bot_of(tmp_path / "plugins") as bot:
        chat = asyncio.create_task(performed(bot, heard(1, "!slow")))
        await asyncio.sleep(0)
        assert await bot.say("!who") == ["owner owner local"]
        result = await chat

    assert (result.answers, result.unprompted) == ({1: ("slow",)}, ())
