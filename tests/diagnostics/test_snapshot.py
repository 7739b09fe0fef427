"""A snapshot tells what the bot and its plugins are at one moment, and keeps none alive."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rosey.bot import Bot
from rosey.diagnostics.snapshot import PluginSnapshot, bot_snapshot, plugin_snapshot
from rosey.errors import PluginLoadError, PluginNotFoundError
from rosey.plugins.lifecycle import PluginState
from tests.bots import bot_of, write_plugin

CANARY = "canary-hunter2"

DICE = """
version = "1.2.3"
description = "Roll dice"
author = "Ada"

async def setup(self):
    self.rolls = 0
    self.token = self.config["token"]
    self.provide_service("dice", self)

@command("roll", rank=Rank.MEMBER, aliases=("r",), help="Roll a die.")
async def roll(self, ctx, sides: int = 6): ...

@command("boom")
async def boom(self, ctx):
    raise ValueError(f"no login with {self.token}")

@on("ping")
async def on_ping(self, event, data): ...

def __len__(self):
    return self.rolls
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    write_plugin(tmp_path, "dice", DICE)
    write_plugin(tmp_path, "quiz", 'dependencies = ["dice>=1"]\nversion = "0.9"')
    (tmp_path / "os.py").write_text("", encoding="utf-8")
    plugins = {"plugin_config": {"dice": {"token": "${TOKEN}", "max": 3}}}
    async with bot_of(tmp_path, plugins=plugins, environ={"TOKEN": CANARY}) as bot:
        yield bot


async def test_bot_tells_how_it_runs_and_what_it_has(bot: Bot) -> None:
    snapshot = bot_snapshot(bot)

    assert snapshot.is_running
    assert snapshot.uptime_s is not None
    assert snapshot.uptime_s >= 0
    assert (snapshot.config, snapshot.connection) == ("config", "local")
    assert [plugin.name for plugin in snapshot.plugins] == ["dice", "quiz"]
    assert [service.name for service in snapshot.services] == ["dice"]
    assert snapshot.rejected["os"].startswith("a plugin cannot have the name")
    assert {"message", "ping", "reply"} <= set(snapshot.events)


async def test_bot_that_does_not_run_says_so() -> None:
    bot = Bot()
    snapshot = bot_snapshot(bot)
    await bot.stop()

    assert not snapshot.is_running
    assert snapshot.uptime_s is None
    assert snapshot.plugins == ()


async def test_clock_that_was_set_back_gives_no_negative_uptime(bot: Bot) -> None:
    bot.started_at = 1e12

    assert bot_snapshot(bot).uptime_s == 0


async def test_command_tells_whose_it_is_and_who_may_use_it(bot: Bot) -> None:
    commands = {command.name: command for command in bot_snapshot(bot).commands}

    roll = commands["roll"]
    assert (roll.plugin, roll.usage, roll.help, roll.rank) == (
        "dice",
        "!roll [sides]",
        "Roll a die.",
        "member",
    )
    assert commands["help"].plugin is None


async def test_loaded_plugin_tells_everything(bot: Bot) -> None:
    dice = plugin_snapshot(bot, "dice")

    assert (dice.name, dice.state, dice.version) == ("dice", PluginState.ENABLED, "1.2.3")
    assert (dice.description, dice.author) == ("Roll dice", "Ada")
    assert (dice.commands, dice.services) == (("boom", "roll"), ("dice",))
    assert (dice.reloads, dice.fault_count, dice.last_fault, dice.error) == (0, 0, None, None)
    assert dice.generation is not None
    assert dice.uptime_s is not None
    assert dice.source.endswith("dice.py")
    assert {taken.kind for taken in dice.taken} == {"command", "service", "subscription"}
    assert plugin_snapshot(bot, "quiz").dependencies == ("dice>=1",)


async def test_plugin_that_is_not_loaded_tells_what_its_source_says(bot: Bot) -> None:
    await bot.unload("dice", with_dependents=True)

    dice = plugin_snapshot(bot, "dice")

    assert (dice.state, dice.version, dice.description) == (
        PluginState.UNLOADED,
        "1.2.3",
        "Roll dice",
    )
    assert (dice.generation, dice.uptime_s, dice.taken, dice.config) == (None, None, (), {})


async def test_reload_is_counted_and_its_refusal_told(bot: Bot, tmp_path: Path) -> None:
    await bot.reload("dice")
    write_plugin(tmp_path, "dice", "1/0")
    with pytest.raises(PluginLoadError):
        await bot.reload("dice")

    dice = plugin_snapshot(bot, "dice")

    assert dice.reloads == 1
    assert dice.error is not None
    assert "ZeroDivisionError" in dice.error


async def test_unknown_plugin_is_refused(bot: Bot) -> None:
    with pytest.raises(PluginNotFoundError, match="did you mean dice"):
        plugin_snapshot(bot, "dise")
    with pytest.raises(PluginLoadError, match="standard library"):
        plugin_snapshot(bot, "os")


async def test_what_a_plugin_left_behind_is_told_until_it_is_loaded_again(
    bot: Bot, tmp_path: Path
) -> None:
    code = """
    async def setup(self):
        import atexit
        atexit.register(self.save)
    def save(self): ...
    """
    write_plugin(tmp_path, "messy", code)
    await bot.load("messy")
    await bot.unload("messy")

    told = plugin_snapshot(bot, "messy").left_behind
    await bot.load("messy")

    assert told == ("taken back: atexit function messy.save, which will not run",)
    assert plugin_snapshot(bot, "messy").left_behind == ()


async def test_what_a_plugin_left_behind_that_nobody_knows_any_more_is_told_to_nobody(
    bot: Bot,
) -> None:
    bot.plugin_manager.slots.note_left("gone", ["a thread"])

    assert "gone" not in {plugin.name for plugin in bot_snapshot(bot).plugins}


def words(snapshot: PluginSnapshot) -> str:
    """Everything that a snapshot tells."""
    return f"{snapshot!r} {snapshot.config} {snapshot.error} {snapshot.last_fault}"


async def test_secret_is_in_no_snapshot(bot: Bot, tmp_path: Path) -> None:
    await bot.say("!boom")
    write_plugin(
        tmp_path, "dice", f"{DICE}\nasync def on_enable(self):\n    raise ValueError(self.token)"
    )
    with pytest.raises(PluginLoadError, match=CANARY):
        await bot.reload("dice")

    dice = plugin_snapshot(bot, "dice")

    assert dice.config == {"token": "'${TOKEN}'", "max": "3"}
    assert dice.last_fault is not None
    assert dice.last_fault.error == "ValueError: no login with <secret>"
    assert dice.error is not None
    assert "ValueError: <secret>" in dice.error
    assert CANARY not in words(dice)
    assert CANARY not in repr(bot_snapshot(bot))


async def test_secret_written_in_the_file_is_masked_by_its_field(tmp_path: Path) -> None:
    schema = """
    class config_schema(ConfigSchema):
        login = fields.Nested(ConfigSchema.from_dict({"token": SecretField()}))
        spare = SecretField()
        user = fields.Str()
    """
    write_plugin(tmp_path, "network", schema)
    settings = {"login": {"token": CANARY}, "spare": f"${{USER}}{CANARY}", "user": "${USER}"}
    plugins = {"plugin_config": {"network": settings}}
    async with bot_of(tmp_path, plugins=plugins, environ={"USER": "bob"}) as bot:
        assert bot.failures == {}
        assert plugin_snapshot(bot, "network").config == {
            "login": "{'token': <secret>}",
            "spare": "<secret>",
            "user": "'${USER}'",
        }
        assert CANARY not in repr(bot_snapshot(bot))


async def test_snapshot_keeps_no_plugin_alive(bot: Bot) -> None:
    plugin: Any = bot.plugin_manager.get_plugin("quiz")
    alive = weakref.ref(plugin)
    snapshots = [bot_snapshot(bot), plugin_snapshot(bot, "quiz")]
    del plugin

    await bot.unload("quiz")
    await bot.bus.drain()
    gc.collect()

    assert len(snapshots) == 2
    assert alive() is None
