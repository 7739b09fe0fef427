"""Plugins of a real bot that are not loaded until they are used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.chat.model import Rank
from rosey.diagnostics.snapshot import bot_snapshot, plugin_snapshot
from rosey.plugins.lifecycle import PluginState
from tests.bots import bot_of, write_plugin
from tests.sites import Ear, Site

DICE = """
activation = ["command:roll"]
version = "1.0.0"
description = "Roll dice"

@command("roll", aliases=["r"])
async def roll(self, ctx, sides: int = 6):
    "Roll a die."
    await ctx.reply(f"4 of {sides}")

@command("cheat", rank=Rank.OWNER, help="Roll a six.")
async def cheat(self, ctx):
    await ctx.reply("6")
"""

HELP = """\
Commands:
  !cheat - Roll a six.
  !help [command] - List the commands, or explain one.
  !plugin [action] [name] [option] - List and manage plugins.
  !roll [sides] - Roll a die.
  !services - List the services that plugins provide."""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot with a plugin that waits to be used."""
    write_plugin(tmp_path, "dice", DICE)
    async with bot_of(tmp_path) as bot:
        assert bot.plugin_manager.list_plugins() == []
        yield bot


async def test_help_is_the_same_before_and_after_the_first_use(bot: Bot) -> None:
    assert await bot.say("!help") == [HELP]
    assert await bot.say("!help r") == ["!roll [sides] - Roll a die."]
    assert bot.plugin_manager.list_plugins() == []

    assert await bot.say("!r 8") == ["4 of 8"]
    assert await bot.say("!help") == [HELP]


async def test_first_commands_are_answered_once_each_in_order(bot: Bot) -> None:
    loading = Ear(bot, "plugin.loading")

    answers = await asyncio.gather(*(bot.say(f"!roll {sides}") for sides in range(10)))
    await bot.bus.drain()

    assert answers == [[f"4 of {sides}"] for sides in range(10)]
    assert len(loading.heard) == 1


async def test_every_command_that_is_shown_loads_it(bot: Bot) -> None:
    assert await bot.say("!cheat") == ["6"]


async def test_rank_counts_at_the_first_use(bot: Bot) -> None:
    assert await bot.say("!cheat", "bob", Rank.GUEST) == ["!cheat needs the rank owner."]


async def test_usage_of_the_plugin_itself_is_told_at_the_first_use(bot: Bot) -> None:
    assert await bot.say("!roll x") == ["Usage: !roll [sides] (sides must be a whole number)"]


async def test_snapshot_tells_what_it_waits_for(bot: Bot) -> None:
    plugin = plugin_snapshot(bot, "dice")
    words = [command.name for command in bot_snapshot(bot).commands if command.plugin == "dice"]

    assert plugin.state is PluginState.DISCOVERED
    assert plugin.waits_for == ("command:roll", "command:cheat")
    assert plugin.commands == ("cheat", "roll")
    assert words == ["cheat", "roll"]
    await bot.say("!roll")
    assert plugin_snapshot(bot, "dice").waits_for == ()


async def test_list_shows_it_as_one_that_answers(bot: Bot) -> None:
    (answer,) = await bot.say("!plugin list")

    assert answer == "Loaded Plugins:\n  ✓ dice (v1.0.0) - Roll dice [WAITING]"


async def test_info_shows_what_it_waits_for(bot: Bot) -> None:
    (answer,) = await bot.say("!plugin info dice")

    assert "Status: Waiting" in answer
    assert "Waits for: command:roll, command:cheat" in answer


async def test_unload_takes_its_commands_away(bot: Bot) -> None:
    assert await bot.say("!plugin unload dice") == [
        "📤 Unloading dice...",
        "✓ Plugin dice unloaded",
    ]
    assert await bot.say("!roll") == ["There is no command !roll. !help lists them."]


async def test_load_and_reload_load_it_at_once(bot: Bot) -> None:
    assert (await bot.say("!plugin reload dice"))[-1] == "✓ Successfully reloaded dice v1.0.0"
    assert bot.plugin_manager.list_plugins() == ["dice"]


async def test_disable_says_that_it_is_not_loaded(bot: Bot) -> None:
    (_, answer) = await bot.say("!plugin disable dice")

    assert answer == "✗ dice is not loaded yet: it waits for command:roll or command:cheat"


async def test_plugin_that_cannot_be_loaded_is_told_of_politely(tmp_path: Path) -> None:
    write_plugin(tmp_path, "dice", f"{DICE}\ndef setup(self): raise ValueError('no luck')")

    async with bot_of(tmp_path) as bot:
        failed = Ear(bot, "plugin.failed")
        answers = await asyncio.gather(*(bot.say("!roll") for _ in range(10)))
        assert answers == [["!roll does not work now: dice could not be loaded."]] * 10
        assert await bot.say("!r x y") == ["Usage: !roll [sides] (there are too many words)"]
        assert "no luck" in (await failed.next())["error"]
        assert len(failed.heard) == 1
        (answer,) = await bot.say("!plugin list")
        assert "✗ dice (v1.0.0) - Roll dice [FAILED]" in answer


async def test_word_of_another_plugin_fails_it_at_the_start(tmp_path: Path) -> None:
    write_plugin(tmp_path, "cards", '@command("roll")\nasync def deal(self, ctx): ...')
    write_plugin(tmp_path, "dice", DICE)

    async with bot_of(tmp_path) as bot:
        (name,) = bot.failures
        assert "command 'roll' of" in str(bot.failures[name])
        assert len(bot.plugin_manager.slots.loaded()) <= 1


# Files and settings that change while it waits


async def test_saved_file_is_read_anew_without_being_loaded(tmp_path: Path) -> None:
    site = Site(tmp_path)
    write_plugin(site.plugins, "dice", DICE)
    async with site.running() as bot:
        write_plugin(site.plugins, "dice", DICE.replace("Roll a die.", "Throw a die."))
        while "Throw a die." not in (await bot.say("!help roll"))[0]:  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.01)
        assert bot.plugin_manager.list_plugins() == []


async def test_save_without_activation_loads_it(tmp_path: Path) -> None:
    site = Site(tmp_path)
    write_plugin(site.plugins, "dice", DICE)
    async with site.running() as bot:
        enabled = Ear(bot, "plugin.enabled")
        write_plugin(site.plugins, "dice", DICE.replace("activation", "unused"))
        await enabled.next()
        assert plugin_snapshot(bot, "dice").waits_for == ()
        assert await bot.say("!roll") == ["4 of 6"]


async def test_broken_save_leaves_its_commands_until_it_is_mended(tmp_path: Path) -> None:
    site = Site(tmp_path)
    write_plugin(site.plugins, "dice", DICE)
    async with site.running() as bot:
        failed = Ear(bot, "plugin.failed")
        (site.plugins / "dice.py").write_text("class (")
        await failed.next()
        assert await bot.say("!roll") == ["!roll does not work now: dice could not be loaded."]

        write_plugin(site.plugins, "dice", DICE)
        while plugin_snapshot(bot, "dice").state is PluginState.FAILED:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.01)
        assert await bot.say("!roll") == ["4 of 6"]


async def test_deleted_file_takes_its_commands_away_and_brings_them_back(tmp_path: Path) -> None:
    site = Site(tmp_path)
    file = write_plugin(site.plugins, "dice", DICE)
    async with site.running() as bot:
        unloaded = Ear(bot, "plugin.unloaded")
        file.unlink()
        await unloaded.next()
        assert await bot.say("!roll") == ["There is no command !roll. !help lists them."]

        write_plugin(site.plugins, "dice", DICE)
        while not plugin_snapshot(bot, "dice").waits_for:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.01)
        assert await bot.say("!roll") == ["4 of 6"]


async def test_settings_that_changed_while_it_waited_are_those_of_its_load(tmp_path: Path) -> None:
    site = Site(tmp_path, hot_reload=False)
    body = DICE.replace('f"4 of {sides}"', 'self.config["face"]')
    write_plugin(site.plugins, "dice", body)
    site.configure(plugins={"plugin_config": {"dice": {"face": "old"}}})
    async with site.running() as bot:
        site.configure(plugins={"plugin_config": {"dice": {"face": "new"}}})
        await bot.reload_config()
        assert bot.plugin_manager.list_plugins() == []
        assert await bot.say("!roll") == ["new"]


async def test_disabled_by_the_configuration_it_waits_no_more(tmp_path: Path) -> None:
    site = Site(tmp_path, hot_reload=False)
    write_plugin(site.plugins, "dice", DICE)
    async with site.running() as bot:
        site.configure(plugins={"disabled": ["dice"]})
        change = await bot.reload_config()
        assert change.unloaded == ("dice",)
        assert await bot.say("!roll") == ["There is no command !roll. !help lists them."]


# Unloaded when idle

COUNTS = """
async def setup(self):
    self.count = 0

def export_state(self):
    return self.count

def import_state(self, state, version):
    self.count = state

@command("count", help="Count.")
async def more(self, ctx):
    self.count += 1
    await ctx.reply(str(self.count))
"""


async def test_idle_plugin_counts_on_at_its_next_command(tmp_path: Path) -> None:
    write_plugin(tmp_path, "counter", COUNTS)
    settings = {"counter": {"unload_after_idle_s": 0.02}}

    async with bot_of(tmp_path, plugins={"plugin_config": settings}) as bot:
        unloaded = Ear(bot, "plugin.unloaded")
        assert await bot.say("!count") == ["1"]
        # It may have been unloaded before that too.
        while plugin_snapshot(bot, "counter").state is not PluginState.UNLOADED:
            assert (await unloaded.next())["waits_for"] == ("command:count",)
        assert await bot.say("!help count") == ["!count - Count."]
        assert plugin_snapshot(bot, "counter").state is PluginState.UNLOADED
        assert await bot.say("!count") == ["2"]


async def test_setting_that_comes_while_the_bot_runs_counts(tmp_path: Path) -> None:
    site = Site(tmp_path, hot_reload=False)
    told = "def on_config_change(self, old, new): ..."
    write_plugin(site.plugins, "counter", f"{COUNTS}\n{told}")
    async with site.running() as bot:
        unloaded = Ear(bot, "plugin.unloaded")
        site.configure(plugins={"plugin_config": {"counter": {"unload_after_idle_s": 0.02}}})

        assert (await bot.reload_config()).told == ("counter",)

        await unloaded.next()
