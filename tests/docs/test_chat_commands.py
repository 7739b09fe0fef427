"""Each command of the bot, and each step of `!plugin`, has its heading in the reference."""

from __future__ import annotations

import re
from pathlib import Path

from rosey.bot import Bot
from rosey.chat.model import Rank

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "chat-commands.md"
PAGE = REFERENCE.read_text(encoding="utf-8")
HEADINGS = set(re.findall(r"^##+ (.+)$", PAGE, re.MULTILINE))


async def test_each_command_of_the_bot_has_its_heading() -> None:
    async with Bot() as bot:
        assert {f"!{command.name}" for command in bot.router.commands()} <= HEADINGS


async def test_each_step_has_its_heading() -> None:
    async with Bot() as bot:
        (usage,) = await bot.say("!plugin nothing")
    steps = usage.rpartition("one of ")[2].rstrip(")").split(", ")

    assert {f"!plugin {step}" for step in steps} <= HEADINGS


def test_ranks_are_listed_from_low_to_high() -> None:
    assert ", ".join(f"`{rank}`" for rank in Rank) in PAGE
