"""A chat is in its file as it happens, and nothing else is."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rosey.chat.model import Message, Rank, User
from rosey.errors import RecordingError
from rosey.recording.recorder import new_file, opened
from rosey.recording.records import cut
from tests.bots import bot_of, write_plugin
from tests.hostile.corpus import HOSTILE
from tests.recording.chats import HEADER, read, recorded

ECHO = """
@command("echo")
async def echo(self, ctx, *words: str):
    await ctx.reply(" ".join(words))

@command("later")
async def later(self, ctx):
    import asyncio
    self.task = asyncio.create_task(self.speak())

async def speak(self):
    await self.bot.send_message("later")

@command("gossip")
async def gossip(self, ctx):
    await self.emit_event("message", {"msg": "!echo third hand", "username": "nobody"})

@command("die")
async def die(self, ctx):
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_messages_and_replies_are_kept_with_who_said_what_to_whom(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "echo", ECHO)
    path = tmp_path / "chat.jsonl"

    async with bot_of(tmp_path / "plugins") as bot:
        with recorded(bot, path):
            await bot.say("!echo hello", "alice", Rank.MODERATOR)
    chat = await read(path)

    (message,), (reply,) = chat.heard, chat.said
    user = User(name="alice", rank=Rank.MODERATOR)
    assert chat.header == HEADER
    assert message.message == Message(
        text="!echo hello", user=user, connection="local", is_private=True
    )
    assert (reply.reply.text, reply.reply.to, reply.plugin) == ("hello", "alice", "echo")
    assert reply.answers == message.id
    assert 0 <= message.at_s <= reply.at_s


async def test_a_message_stands_before_its_replies(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "echo", ECHO)
    path = tmp_path / "chat.jsonl"

    async with bot_of(tmp_path / "plugins") as bot:
        with recorded(bot, path):
            await bot.say("!echo hello")
            await bot.say("nothing to answer")
    chat = await read(path)

    assert [m.line for m in chat.heard] == [2, 4]
    assert [r.line for r in chat.said] == [3]


async def test_what_a_task_says_answers_the_message_that_started_it(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "echo", ECHO)
    path = tmp_path / "chat.jsonl"
    over = asyncio.Event()

    async with bot_of(tmp_path / "plugins") as bot:
        with recorded(bot, path):
            bot.on("reply", lambda *_: over.set())
            await bot.say("!later")
            await over.wait()
    chat = await read(path)

    assert [(r.reply.text, r.answers) for r in chat.said] == [("later", chat.heard[0].id)]


async def test_what_nobody_asked_for_answers_nothing(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "echo", ECHO)
    path = tmp_path / "chat.jsonl"

    async with bot_of(tmp_path / "plugins") as bot:
        with recorded(bot, path):
            await bot.send_message("good morning")

    assert [r.answers for r in (await read(path)).said] == [None]


async def test_what_a_plugin_emits_is_no_half_of_the_users(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "echo", ECHO)
    path = tmp_path / "chat.jsonl"

    async with bot_of(tmp_path / "plugins") as bot:
        with recorded(bot, path):
            await bot.say("!gossip")
    chat = await read(path)

    assert [m.message.text for m in chat.heard] == ["!gossip"]
    assert [r.reply.text for r in chat.said] == ["third hand"]


async def test_secrets_are_masked_in_texts_and_names(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "echo", ECHO)
    path = tmp_path / "chat.jsonl"
    settings = {"plugin_config": {"echo": {"token": "${TOKEN}"}}}
    environ = {"TOKEN": "hunter2"}

    async with bot_of(tmp_path / "plugins", environ=environ, plugins=settings) as bot:
        with recorded(bot, path):
            await bot.say("!echo hunter2", "is hunter2")

    assert "hunter2" not in path.read_text()
    assert path.read_text().count("<secret>") == 4


async def test_hostile_texts_come_back_as_they_were_each_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"

    async with bot_of(tmp_path / "plugins") as bot:
        with recorded(bot, path):
            for text in HOSTILE:
                await bot.say(text, text, Rank.GUEST)
    chat = await read(path)

    users = [User(name=text) for text in HOSTILE]
    expected = [
        Message(text=text, user=user, connection="")
        for text, user in zip(HOSTILE, users, strict=True)
    ]
    assert chat.damaged == ()
    assert [m.message.text for m in chat.heard] == [cut(m.text) for m in expected]
    assert [m.message.user.name for m in chat.heard] == [cut(user.name) for user in users]
    assert len(path.read_bytes().splitlines()) == 1 + len(HOSTILE) + len(chat.said)


async def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"

    async with bot_of(tmp_path) as bot:
        with recorded(bot, path):
            pass

    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_full_recording_says_so_and_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "chat.jsonl"

    async with bot_of(tmp_path) as bot:
        with recorded(bot, path, most_bytes=600) as recorder:
            for _ in range(10):
                await bot.say("hello")
            state = recorder.state

    assert state.ended is not None
    assert "it is full" in state.ended
    assert "it is full" in caplog.text
    assert 0 < state.heard < 10
    assert path.stat().st_size == state.size_bytes <= 600


async def test_a_file_that_is_full_at_once_records_nothing(tmp_path: Path) -> None:
    async with bot_of(tmp_path) as bot:
        with recorded(bot, tmp_path / "chat.jsonl", most_bytes=1) as recorder:
            await bot.say("hello")
            state = recorder.state

    assert (state.heard, state.said, state.size_bytes) == (0, 0, 0)
    assert state.ended == "it is full, with 0 bytes"


async def test_a_recording_ends_with_its_bot(tmp_path: Path) -> None:
    async with bot_of(tmp_path) as bot:
        with recorded(bot, tmp_path / "chat.jsonl") as recorder:
            await bot.stop()

            assert recorder.state.ended == "the bot was stopped"


async def test_a_disk_that_takes_nothing_ends_the_recording_and_nothing_else(
    tmp_path: Path,
) -> None:
    async with bot_of(tmp_path) as bot:
        with recorded(bot, tmp_path / "chat.jsonl") as recorder:
            os.dup2(full := os.open("/dev/full", os.O_WRONLY), recorder._file)  # noqa: SLF001  as if the disk were full
            os.close(full)
            replies = await bot.say("!help")

            assert replies
            assert recorder.state.ended == "the file cannot be written: No space left on device"


async def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "chat.jsonl").write_text("mine")

    with pytest.raises(RecordingError, match="is there already"):
        new_file(tmp_path / "chat.jsonl")
    with pytest.raises(RecordingError, match="No such file"):
        new_file(tmp_path / "nowhere" / "chat.jsonl")

    assert (tmp_path / "chat.jsonl").read_text() == "mine"


DYING = """
import asyncio, sys
from pathlib import Path
from tests.bots import bot_of
from tests.recording.chats import recorded

async def main(folder):
    async with bot_of(folder / "plugins") as bot:
        with recorded(bot, folder / "chat.jsonl"):
            await bot.say("!echo hello")
            await bot.say("!die")

asyncio.run(main(Path(sys.argv[1])))
"""


def test_what_kills_the_process_is_in_the_recording(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "echo", ECHO)

    died = subprocess.run(
        [sys.executable, "-c", DYING, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    lines = (tmp_path / "chat.jsonl").read_text().splitlines()

    assert died.returncode == -signal.SIGKILL
    assert json.loads(lines[-1])["text"] == "!die"


@pytest.mark.parametrize("steps", [1, 2, 3])
async def test_a_file_that_is_no_more_waited_for_is_gone(tmp_path: Path, steps: int) -> None:
    path = tmp_path / "chat"
    opening = asyncio.create_task(opened(path))
    for _ in range(steps):
        await asyncio.sleep(0)
    opening.cancel()

    with pytest.raises(asyncio.CancelledError):
        await opening

    assert not await asyncio.to_thread(is_there, path)


def is_there(path: Path) -> bool:
    """Whether a file is there, or open."""
    places = [os.path.realpath(fd) for fd in Path("/proc/self/fd").iterdir()]
    return path.exists() or any(place.startswith(str(path)) for place in places)
