"""Whatever was said, saying it again to the same code makes no difference, and other code does."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rosey.bot import Bot
from rosey.chat.model import Rank
from rosey.recording.comparing import Comparison, compare
from rosey.recording.performing import perform
from rosey.recording.reading import read_recording
from rosey.rehearsal.twin import open_twin, twin_of
from tests.bots import bot_of, write_plugin
from tests.recording.chats import recorded

MEMORY = """
async def setup(self):
    self.last = {}

@command("note")
async def note(self, ctx, *words: str):
    self.last[ctx.user.name] = " ".join(words)
    await self.storage.set("notes", (await self.storage.get("notes", 0)) + 1)
    await ctx.reply(f"note {await self.storage.get('notes')}")

@command("notes")
async def notes(self, ctx):
    for name, text in self.last.items():
        await ctx.reply(f"{name}: {text}")

@on("message")
async def overhear(self, event, data):
    if "memory" in data["msg"]:
        await self.bot.send_message(f"{len(self.last)} remembered")
"""

LINES = st.tuples(
    st.sampled_from(["!note", "!notes", "!help", "!nothing", "memory", ""]),
    st.text(max_size=10),
    st.sampled_from(["alice", "bob", "owner"]),
    st.sampled_from(Rank),
)
CHATS = st.lists(LINES, max_size=8)
NUMBERS = itertools.count()

Chat = list[tuple[str, str, str, Rank]]

a_score = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def said_again(folder: Path, chat: Chat, now: str) -> Comparison:
    """Record a chat with one version of a plugin, and say it to a twin with another."""
    path = folder / f"chat-{next(NUMBERS)}.jsonl"
    await asyncio.to_thread(write_plugin, folder / "plugins", "memory", MEMORY)
    async with bot_of(folder / "plugins", plugins={"hot_reload": False}) as bot:
        with recorded(bot, path):
            for command, rest, user, rank in chat:
                await bot.say(f"{command} {rest}", user, rank)
        await asyncio.to_thread(write_plugin, folder / "plugins", "memory", now)
        return await compared(bot, path)


async def compared(bot: Bot, path: Path) -> Comparison:
    recording = await asyncio.to_thread(read_recording, path)
    async with open_twin(twin_of(bot)) as twin:
        performance = await perform(
            twin.bus, recording.heard, speed=None, redact=str, before=lambda _: None
        )
    return compare(recording, performance)


@a_score
@given(chat=CHATS)
async def test_the_same_code_answers_alike(tmp_path: Path, chat: Chat) -> None:
    result = await said_again(tmp_path, chat, MEMORY)

    assert result.differences == ()
    assert result.messages == len(chat)
    assert result.same == result.replies


@a_score
@given(chat=CHATS)
async def test_a_changed_answer_is_found_where_it_stands(tmp_path: Path, chat: Chat) -> None:
    result = await said_again(tmp_path, chat, MEMORY.replace('f"note {', 'f"Note {'))

    changed = [d for d in result.differences if (d.recorded or "").startswith("note ")]
    noted = sum(command == "!note" for command, *_ in chat)
    assert len(changed) == len(result.differences) == noted
    assert all(d.replayed == (d.recorded or "").capitalize() for d in changed)
    assert all(d.message is not None and d.line == d.message.line + 1 for d in changed)
