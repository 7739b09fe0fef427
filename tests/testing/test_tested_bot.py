"""The bot of a test answers, tells what goes wrong, and leaves nothing behind."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from rosey.config import Config
from rosey.errors import PluginLoadError, PluginNotFoundError
from rosey.rehearsal.twin import Twin
from rosey.testing.placing import for_one_test
from rosey.testing.tested_bot import TestedBot, open_tested_bot
from tests.bots import write_plugin

TALKER = """
version = "1.0"

@command("whoami")
async def whoami(self, ctx: CommandContext):
    await ctx.reply(f"{ctx.user.name} {ctx.rank}")

@command("divide")
async def divide(self, ctx: CommandContext, by: int):
    await ctx.reply(str(1 // by))

@command("later")
async def later(self, ctx: CommandContext, by: int):
    self.create_task(self.say_later(by), name="later")

@on("user_join")
async def welcome(self, event, data):
    await self.bot.send_message(f"Welcome, {data['username']}!")

async def say_later(self, by):
    await self.bot.send_message(f"later: {1 // by}")
"""


def talking(folder: Path, body: str = TALKER) -> AbstractAsyncContextManager[TestedBot]:
    """A bot with one plugin."""
    write_plugin(folder, "talker", body)
    config = Config.from_mapping({"plugins": {"plugin_dirs": [str(folder)]}})
    return open_tested_bot(for_one_test(Twin(config=config, plugins=(), texts={})))


async def fail_later(bot: TestedBot) -> None:
    """Have the plugin fail in a task."""
    await bot.bot.say("!later 0")  # by the bot itself, which does not look for faults
    while not bot.faults:
        await bot.bot.bus.drain()


async def test_it_hears_the_owner_guests_and_whom_the_test_names(tmp_path: Path) -> None:
    async with talking(tmp_path) as bot:
        assert await bot.say("!whoami") == ["owner owner"]
        assert await bot.say("!whoami", user="alice") == ["alice guest"]
        assert await bot.say("!whoami", user="alice", rank="moderator") == ["alice moderator"]

    assert bot.replies == ["owner owner", "alice guest", "alice moderator"]


async def test_what_an_event_makes_it_say_is_among_its_replies(tmp_path: Path) -> None:
    async with talking(tmp_path) as bot:
        delivery = await bot.emit("user_join", {"username": "ada"})

    assert [handled.plugin for handled in delivery.handled] == ["talker"]
    assert bot.replies == ["Welcome, ada!"]


async def test_a_plugin_that_fails_fails_the_line_that_made_it(tmp_path: Path) -> None:
    async with talking(tmp_path) as bot:
        with pytest.raises(AssertionError) as caught:
            await bot.say("!divide 0")
        assert await bot.say("!divide 1") == ["1"]

    first, *rest = str(caught.value).splitlines()
    assert first.startswith("talker failed in ")
    assert first.endswith("ZeroDivisionError: integer division or modulo by zero")
    assert "return str" not in first
    assert "await ctx.reply(str(1 // by))" in "\n".join(rest)


async def test_a_plugin_that_fails_at_no_call_fails_the_test_in_the_end(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"talker failed in .*ZeroDivisionError"):
        async with talking(tmp_path) as bot:
            await fail_later(bot)


async def test_faults_that_the_test_takes_fail_nothing(tmp_path: Path) -> None:
    async with talking(tmp_path) as bot:
        await fail_later(bot)

        assert len(bot.take_faults()) == 1
        assert bot.take_faults() == []


async def test_a_reply_is_waited_for(tmp_path: Path) -> None:
    async with talking(tmp_path) as bot:
        assert await bot.say("!later 1") == []
        assert await bot.reply_with("later") == "later: 1"
        assert await bot.reply_with("later") == "later: 1"


async def test_a_reply_that_does_not_come_fails_with_those_that_did(tmp_path: Path) -> None:
    async with talking(tmp_path) as bot:
        await bot.say("!whoami")
        with pytest.raises(AssertionError, match=r"no reply with 'hm' .* \['owner owner'\]"):
            await bot.reply_with("hm", timeout_s=0)


async def test_plugins_are_reloaded_and_changed_as_in_any_bot(tmp_path: Path) -> None:
    async with talking(tmp_path) as bot:
        write_plugin(tmp_path, "talker", TALKER.replace('"1.0"', '"2.0"'))
        await bot.reload("talker")
        assert bot.plugin("talker").version == "2.0"
        await bot.disable("talker")
        await bot.enable("talker")
        await bot.unload("talker")
        with pytest.raises(PluginNotFoundError):
            bot.plugin("talker")
        await bot.load("talker")
        assert repr(bot) == "<TestedBot with talker>"


async def test_a_plugin_that_does_not_load_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PluginLoadError, match="broken"):
        async with talking(tmp_path, "raise ValueError('broken')"):
            pass


async def test_what_goes_wrong_when_the_bot_stops_fails_the_test(tmp_path: Path) -> None:
    body = """
    def setup(self):
        self.on_close(self.close)

    def close(self):
        raise OSError("the file is gone")
    """
    with pytest.raises(AssertionError, match="the file is gone"):
        async with talking(tmp_path, body):
            pass


async def test_what_a_plugin_leaves_behind_fails_the_test_in_words(tmp_path: Path) -> None:
    body = """
    def setup(self):
        import threading
        self.done = threading.Event()
        threading.Thread(target=self.wait, name="forgotten").start()

    def wait(self):
        self.done.wait()
    """
    with pytest.raises(AssertionError, match=r"talker has left behind: .*forgotten"):
        async with talking(tmp_path, body) as bot:
            done = vars(bot.plugin("talker"))["done"]
    done.set()
