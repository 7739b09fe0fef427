"""Real bots in one channel that answer each other end by themselves, and people are heard.

The time is moved by hand, a tenth of a second at a step: what is said in one is heard in the next.
So a minute takes 600 steps, and no time.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from tests.bots import bot_of, write_plugin
from tests.floods.channel import Channel

ANSWER = """
@on("message")
async def answer(self, event, data):
    await self.emit_event("reply", {text})
"""

SAME = ANSWER.format(text="'how are you?'")
OTHER = ANSWER.format(text="'well, ' + __import__('uuid').uuid4().hex")
ECHO = ANSWER.format(text="data['msg']")
COUNTS = ANSWER.format(text="f'{self.bot.connection_name} counts {event.id}'")
PROVOKES = ANSWER.format(text="'!roll'")

ROLLS = """
@command("roll")
async def roll(self, ctx):
    await ctx.reply(f"rolled {ctx.event.id}")
"""


def calls(other: str) -> str:
    """A command that answers with what calls another bot's."""
    return f"""
@command("ping")
async def ping(self, ctx):
    await ctx.reply("{other}ping")
"""


@pytest.fixture
def channel() -> Channel:
    return Channel()


async def exchanged(
    channel: Channel, folder: Path, *bots: tuple[str, str], first: str, damper: bool = True
) -> int:
    """How many lines bots say within a minute of somebody's first one.

    Args:
        channel: Where.
        folder: Where their plugins are written.
        *bots: The prefix of each, and its plugin.
        first: What is said first, once.
        damper: Whether they have one.
    """
    names = [f"bot{number}" for number, _ in enumerate(bots)]
    async with contextlib.AsyncExitStack() as stack:
        for name, (prefix, body) in zip(names, bots, strict=True):
            bot = channel.joined(folder, name, body, prefix=prefix, damper=damper)
            await stack.enter_async_context(bot)
        channel.say("ann", first)
        await channel.go_on(60)
    return len(channel.said_by(*names))


TALKS = {
    "same text": ("hello", [("!", SAME), ("!", SAME)]),
    "other texts": ("hello", [("!", OTHER), ("!", OTHER)]),
    "counters": ("hello", [("!", COUNTS), ("!", COUNTS)]),
    "echoes": ("hello", [("!", ECHO), ("!", ECHO)]),
    "an echo and a talker": ("hello", [("!", ECHO), ("!", OTHER)]),
    "commands": ("!ping", [("!", calls("!")), ("!", calls("!"))]),
    "commands of each other": ("!ping", [("!", calls("?")), ("?", calls("!"))]),
    "a command and a talker": ("!roll", [("!", ROLLS), ("?", PROVOKES)]),
    "an echo of commands": ("!roll", [("!", ROLLS), ("?", ECHO)]),
    "three with the same text": ("hello", [("!", SAME)] * 3),
    "three echoes": ("hello", [("!", ECHO)] * 3),
}


@pytest.mark.parametrize(("first", "bots"), TALKS.values(), ids=TALKS)
async def test_bots_exchange_fewer_than_ten_lines_in_a_minute(
    channel: Channel, tmp_path: Path, first: str, bots: list[tuple[str, str]]
) -> None:
    assert 0 < await exchanged(channel, tmp_path, *bots, first=first) < 10


async def test_three_bots_with_ever_other_texts_end_within_a_second(
    channel: Channel, tmp_path: Path
) -> None:
    # Each line is answered by two: 3, then 6, then 12. Two of them exchange fewer than ten.
    assert await exchanged(channel, tmp_path, *[("!", OTHER)] * 3, first="hello") == 21


@pytest.mark.parametrize("name", ["same text", "other texts", "commands of each other"])
async def test_without_the_damper_they_go_on(channel: Channel, tmp_path: Path, name: str) -> None:
    first, bots = TALKS[name]

    assert await exchanged(channel, tmp_path, *bots, first=first, damper=False) > 20


async def test_person_gets_all_answers_meanwhile(channel: Channel, tmp_path: Path) -> None:
    async with (
        channel.joined(tmp_path, "bot0", OTHER + ROLLS),
        channel.joined(tmp_path, "bot1", OTHER + ROLLS),
    ):
        for _ in range(10):
            channel.say("ann", "!roll")
            await channel.go_on(6)

    said = channel.said_by("bot0", "bot1")
    assert sum(text.startswith("rolled") for text in said) == 20
    # Each of them has something to say to each of Ann's lines, beside what it rolls.
    assert len(said) - 40 < 10


async def test_bots_end_as_they_are_built(channel: Channel, tmp_path: Path) -> None:
    for name in ("bot0", "bot1"):
        write_plugin(tmp_path / name, "talker", OTHER)
    seats = [channel.seat("bot0"), channel.seat("bot1")]
    async with (
        bot_of(tmp_path / "bot0", connection=seats[0]) as one,
        bot_of(tmp_path / "bot1", connection=seats[1]) as two,
    ):
        channel.seats.update({one: seats[0], two: seats[1]})
        channel.say("ann", "hello")
        await channel.go_on(10)

        assert len(channel.said_by("bot0", "bot1")) == 8
        assert one.connection.dropped == {"own": 4, "ignored": 1}


async def test_bot_says_nothing_that_begins_with_its_own_prefix(
    channel: Channel, tmp_path: Path
) -> None:
    write_plugin(tmp_path, "talker", PROVOKES.replace("!roll", "?roll"))
    seat = channel.seat("rosey")
    async with bot_of(tmp_path, connection=seat, command_prefix="?") as bot:
        channel.seats[bot] = seat
        channel.say("ann", "hello")
        await channel.go_on(1)

    assert channel.said_by("rosey") == ["\N{MIDDLE DOT} ?roll"]
