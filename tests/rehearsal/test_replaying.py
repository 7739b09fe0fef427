"""A chat that is said to a copy is answered as it was recorded, unless the code is another one."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.errors import RehearsalError
from rosey.recording.comparing import Comparison, compare
from rosey.recording.records import Recording
from rosey.rehearsal.replaying import replay_to_twin
from rosey.rehearsal.twin import twin_of
from tests.bots import bot_of, write_plugin
from tests.recording.chats import heard, recording, said

COUNTER = """
async def setup(self):
    self.count = await self.storage.get("count", 0)

@command("count", cooldown_s=5)
async def up(self, ctx):
    self.count += 1
    await self.storage.set("count", self.count)
    await ctx.reply(f"{ctx.user.name} {self.count}")

@every(60)
async def tell(self):
    await self.bot.send_message(f"so far {self.count}")

@command("roll")
async def roll(self, ctx):
    import random
    await ctx.reply(str(random.random()))

@command("clock")
async def clock(self, ctx):
    import time
    await ctx.reply(time.strftime("%H:%M:%S", time.gmtime()))

@command("spin")
async def spin(self, ctx):
    while True:
        pass

@command("leave")
async def leave(self, ctx):
    import os
    os._exit(0)
"""


async def replayed(bot: Bot, chat: Recording, *, silence_s: float = 20) -> Comparison:
    performance = await replay_to_twin(
        twin_of(bot), chat.heard, starts_at_s=0, ends_s=chat.ends_s, silence_s=silence_s
    )
    return compare(chat, performance)


async def test_cooldowns_and_timers_are_as_recorded(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)
    chat = recording(
        heard(1, "!count", is_private=True), said(1, "alice 1"),
        heard(2, "!count", is_private=True), said(2, "!count can be used again in 4.0 s."),
        heard(3, "!clock"), said(3, "00:00:03"),
        heard(130, "!count"), said(130, "alice 2"),
        said(None, "so far 1"), said(None, "so far 1"),
    )  # fmt: skip

    async with bot_of(tmp_path / "plugins") as bot:
        assert (await replayed(bot, chat)).differences == ()


async def test_a_night_of_silence_takes_no_time(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)
    chat = recording(heard(1, "!clock"), heard(8 * 3_600 + 30, "!clock"))
    began = time.monotonic()

    async with bot_of(tmp_path / "plugins") as bot:
        performance = await replay_to_twin(
            twin_of(bot), chat.heard, starts_at_s=0, ends_s=chat.ends_s
        )

    assert [*performance.answers.values()] == [("00:00:01",), ("08:00:30",)]
    assert len(performance.unprompted) == 8 * 60
    assert time.monotonic() - began < 20


async def test_chance_is_the_same_for_each_message_whatever_was_said_before(
    tmp_path: Path,
) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)
    twice = heard(1, "hello"), heard(2, "!roll")
    rolled = heard(1, "!roll"), heard(2, "!roll")

    async with bot_of(tmp_path / "plugins") as bot:
        one = await replay_to_twin(twin_of(bot), twice, starts_at_s=0, ends_s=2)
        other = await replay_to_twin(twin_of(bot), rolled, starts_at_s=0, ends_s=2)

    assert one.answers[2] == other.answers[2] != other.answers[1]


async def test_new_code_is_what_differs(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)
    chat = recording(heard(1, "!count"), said(1, "alice 1"), heard(9, "!count"), said(9, "alice 2"))

    async with bot_of(tmp_path / "plugins") as bot:
        write_plugin(tmp_path / "plugins", "counter", COUNTER.replace("+= 1", "*= 2"))
        result = await replayed(bot, chat)

    assert [(d.line, d.replayed) for d in result.differences] == [(3, "alice 0"), (19, "alice 0")]


async def test_code_that_does_not_load_is_told(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)

    async with bot_of(tmp_path / "plugins") as bot:
        write_plugin(tmp_path / "plugins", "counter", "def setup(self): raise OSError('full')")
        with pytest.raises(RehearsalError, match=r"the copy does not run: counter: .*full"):
            await replayed(bot, recording(heard(1, "hello")))


async def test_code_that_hangs_is_told_with_its_line_and_that_of_the_chat(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)
    chat = recording(heard(1, "!count"), heard(2, "!spin"), heard(3, "!count"))

    async with bot_of(tmp_path / "plugins") as bot:
        with pytest.raises(RehearsalError) as caught:
            await replayed(bot, chat, silence_s=3)

    assert "it sits at" in str(caught.value)
    assert "counter.py:" in str(caught.value)
    assert str(caught.value).endswith("(at line 4, alice: !spin)")


async def test_code_that_leaves_is_told(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)

    async with bot_of(tmp_path / "plugins") as bot:
        with pytest.raises(RehearsalError, match=r"ended before the chat was over \(at line 2"):
            await replayed(bot, recording(heard(1, "!leave")))


async def test_the_bot_serves_on_meanwhile(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)

    async with bot_of(tmp_path / "plugins") as bot:
        task = asyncio.create_task(replayed(bot, recording(heard(1, "!count"))))
        await asyncio.sleep(0)
        assert await bot.say("!count") == ["owner 1"]
        await task
        assert await bot.say("!count") == ["owner 2"]
