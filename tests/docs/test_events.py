"""Each event that the bot emits has its heading in the reference."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.config import Config
from rosey.errors import ConfigError, PluginLoadError
from rosey.plugins.events import Delivery, Event
from rosey.plugins.lifecycle import PluginState

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "events.md"

PLUGIN = """
from rosey import Plugin

class Subject(Plugin):
    name = "subject"

    async def on_disable(self):
        raise RuntimeError("a fault")
"""


def headings() -> set[str]:
    return set(re.findall(r"^## (\S+)$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE))


def test_each_state_of_a_plugin_has_its_heading() -> None:
    emitted = {*PluginState} - {PluginState.DISCOVERED}  # a state that nothing leads to
    assert {f"plugin.{state}" for state in emitted} <= headings()


async def test_each_event_of_a_bots_life_has_its_heading(tmp_path: Path) -> None:
    (tmp_path / "subject.py").write_text(PLUGIN)
    config = tmp_path / "config.json"
    config.write_text('{"plugins": {"plugin_dirs": ["."]}}')
    seen: set[str] = set()

    def note(event: Event, delivery: Delivery) -> None:
        del delivery
        seen.add(event.name)

    bot = Bot(await asyncio.to_thread(Config.load, config))
    with bot.bus.tap(note):
        async with bot:
            await bot.say("!help")
            await change_config(bot, config)
            await live(bot, tmp_path / "subject.py")
    assert seen == headings()


async def change_config(bot: Bot, config: Path) -> None:
    """Save a faulty configuration, then one in which something is new."""
    config.write_text("{")
    with pytest.raises(ConfigError):
        await bot.reload_config()
    config.write_text('{"plugins": {"plugin_dirs": ["."], "hot_reload": false}}')
    await bot.reload_config()


async def live(bot: Bot, file: Path) -> None:
    """Lead the plugin through all that can happen to it."""
    await bot.reload("subject")
    await bot.disable("subject")
    await bot.enable("subject")
    await bot.plugin_manager.handle_plugin_crash("subject", RuntimeError("a crash"))
    await bot.enable("subject")
    file.write_text("this is no Python")
    with pytest.raises(PluginLoadError):
        await bot.reload("subject")
    await bot.unload("subject")
    with pytest.raises(PluginLoadError):
        await bot.load("subject")
