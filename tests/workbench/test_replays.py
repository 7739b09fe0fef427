"""What a replay finds out beside what its command shows."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import cast

import pytest
from blockbuster import BlockBuster

from rosey.bot import Bot
from rosey.chat.model import Rank
from rosey.errors import PluginNotFoundError, RecordingError
from rosey.workbench.calls.replays import Replay, replay_to_bot, replay_to_copy, write_test
from tests.bots import bot_of, write_plugin
from tests.recording.chats import recorded

ECHO = """
async def setup(self):
    import asyncio, pathlib
    if await asyncio.to_thread(pathlib.Path("{stop}").exists):
        raise OSError("not twice")

@command("echo")
async def echo(self, ctx, *words: str):
    await ctx.reply(" ".join(words))

@command("roll")
async def roll(self, ctx):
    import random
    await ctx.reply(f"rolled {random.random()}")

@command("fail")
async def fail(self, ctx):
    raise ValueError("no such thing")

@command("date")
async def date(self, ctx):
    import time
    await ctx.reply(time.strftime("%F", time.localtime()))
"""
WAITING = """
activation = ["command:wake"]

@command("wake")
async def wake(self, ctx):
    await ctx.reply("awake")
"""


@pytest.fixture(autouse=True)
def recording_may_write(blockbuster: BlockBuster) -> None:
    """As in `tests/recording`."""
    blockbuster.functions["os.write"].can_block_in("rosey/recording/recorder.py", "_write")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The plugin `echo`, whose copies refuse to run once there is a file `stop`."""
    write_plugin(tmp_path / "plugins", "echo", ECHO.replace("{stop}", str(tmp_path / "stop")))
    return tmp_path


async def record(bot: Bot, path: Path, *lines: str) -> Path:
    with recorded(bot, path):
        for line in lines:
            await bot.say(line, "alice", Rank.GUEST)
    return path


async def said_to_copy(
    bot: Bot, path: Path, source: str | None = None, against: str = "echo"
) -> Replay:
    return await replay_to_copy(
        bot, path, against=against, source=source, ignore=None, progress=lambda *_: None
    )


async def test_progress_is_told_for_each_message(folder: Path) -> None:
    told: list[tuple[int, int]] = []

    async with bot_of(folder / "plugins") as bot:
        path = await record(bot, folder / "chat", "!echo a", "!echo b")
        await replay_to_bot(
            bot, path, pace=None, ignore=None, progress=lambda *so_far: told.append(so_far)
        )

    assert told == [(1, 2), (2, 2)]


async def test_running_code_that_refuses_to_run_again_is_told(folder: Path) -> None:
    source = write_plugin(folder / "new", "echo", "").read_text()

    async with bot_of(folder / "plugins") as bot:
        path = await record(bot, folder / "chat", "!echo a")
        (folder / "stop").touch()
        result = await said_to_copy(bot, path, source)

    assert result.beside_running is None
    assert "not twice" in (result.untried or "")
    assert [d.recorded for d in result.comparison.differences] == [
        "a",
    ]


async def test_a_plugin_that_does_not_run_is_tried_all_the_same(folder: Path) -> None:
    source = write_plugin(folder / "new", "other", WAITING.replace("activation", "_")).read_text()

    async with bot_of(folder / "plugins") as bot:
        path = await record(bot, folder / "chat", "!wake")
        result = await said_to_copy(bot, path, source, against="other")

    assert [d.replayed for d in result.comparison.differences] == ["awake"]
    assert (result.beside_running, result.untried) == (None, None)


async def test_a_plugin_that_is_nowhere_is_refused(folder: Path) -> None:
    async with bot_of(folder / "plugins") as bot:
        path = await record(bot, folder / "chat", "hello")
        with pytest.raises(PluginNotFoundError):
            await said_to_copy(bot, path, against="nobody")


async def test_a_copy_has_what_waits_to_be_used(folder: Path) -> None:
    write_plugin(folder / "plugins", "waiting", WAITING)

    async with bot_of(folder / "plugins") as bot:
        path = await record(bot, folder / "chat", "!wake", "!echo a")
        await bot.unload("waiting")
        await bot.load("waiting")
        result = await said_to_copy(bot, path)

    assert result.comparison.differences == ()


async def test_a_test_does_not_check_what_time_and_chance_decide(folder: Path) -> None:
    async with bot_of(folder / "plugins") as bot:
        path = await record(bot, folder / "chat", "!echo a", "!roll", "!date", "!fail")
        written = await write_test(bot, path, folder / "test_chat.py", force=False)

    said = (folder / "test_chat.py").read_text().splitlines()[4:]
    assert (written.messages, written.varying, written.failing) == (4, 2, 1)
    assert said[0] == '    assert await bot.say("!echo a", user="alice") == ["a"]'
    assert all(line.startswith("    await bot.say(") and "# was [" in line for line in said[1:3])
    assert said[3] == '    # a plugin fails at this: await bot.say("!fail", user="alice")'
    assert " 1 passed" in await asyncio.to_thread(what_pytest_says, folder)


def what_pytest_says(folder: Path) -> str:
    (folder / "conftest.py").write_text('pytest_plugins = ["rosey.testing"]\n')
    (folder / "pytest.ini").write_text("[pytest]\n")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    plugins = ["-p", "no:cacheprovider", "-p", "no:randomly"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "test_chat.py"],
        cwd=folder,
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout


class Noting:
    """Stands for a regular expression, and notes which threads use it."""

    def __init__(self) -> None:
        self.threads: set[threading.Thread] = set()

    def sub(self, by: str, text: str) -> str:
        del by
        self.threads.add(threading.current_thread())
        return text


async def test_a_bot_goes_on_while_replies_are_compared(folder: Path) -> None:
    noting = Noting()
    ignore = cast("re.Pattern[str]", noting)

    async with bot_of(folder / "plugins") as bot:
        path = await record(bot, folder / "chat", "!echo a")
        await replay_to_bot(bot, path, pace=None, ignore=ignore, progress=lambda *_: None)

    assert len(noting.threads) == 1
    assert threading.current_thread() not in noting.threads


async def test_a_test_is_replaced_by_a_whole_one(folder: Path) -> None:
    test, kept = folder / "test_chat.py", folder / "kept.py"
    test.write_text("as it was")
    kept.hardlink_to(test)

    async with bot_of(folder / "plugins") as bot:
        path = await record(bot, folder / "chat", "!echo a")
        with pytest.raises(RecordingError, match="is there already"):
            await write_test(bot, path, test, force=False)
        await write_test(bot, path, test, force=True)

    # Not even for a moment was there half a test.
    assert kept.read_text() == "as it was"
    assert "!echo a" in test.read_text()
