"""Each event that the bot emits has its heading in the reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.config import Config
from rosey.errors import PluginLoadError
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


async def test_each_event_of_a_plugins_life_has_its_heading(tmp_path: Path) -> None:
    file = tmp_path / "subject.py"
    file.write_text(PLUGIN)
    seen: set[str] = set()

    def note(event: Event, delivery: Delivery) -> None:
        del delivery
        seen.add(event.name)

    bot = Bot(Config.from_mapping({"plugins": {"plugin_dirs": [str(tmp_path)]}}))
    with bot.bus.tap(note):
        async with bot:
            await bot.say("!help")
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
    assert seen == headings()
