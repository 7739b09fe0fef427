"""What one can do next depends on how things stand."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from rosey.diagnostics.rows import Rows
from rosey.diagnostics.snapshot import BotSnapshot, bot_snapshot
from rosey.plugins.lifecycle import PluginState
from rosey.workbench.next_steps import STEPS_SHOWN, next_steps
from tests.bots import bot_of, write_plugin
from tests.workbench.faces.test_render import NOTHING


async def seen(folder: Path, **plugins: str) -> BotSnapshot:
    for name, body in plugins.items():
        write_plugin(folder, name, body)
    async with bot_of(folder) as bot:
        return bot_snapshot(bot)


def lines(bot: BotSnapshot | None) -> list[str]:
    return [line for line, _ in next_steps(bot)]


def in_state(bot: BotSnapshot, state: PluginState, **facts: object) -> BotSnapshot:
    changed = dataclasses.replace(bot.plugins[0], state=state, **facts)  # type: ignore[arg-type]  # of any field
    return dataclasses.replace(bot, plugins=Rows([changed]))


def test_without_a_bot_it_is_started() -> None:
    assert lines(None)[0] == "%rosey start"
    assert len(next_steps(None)) == STEPS_SHOWN


def test_without_plugins_one_is_written() -> None:
    assert lines(NOTHING)[:2] == ["%%rosey plugin greeter", "%rosey say !help"]


async def test_a_plugin_is_talked_to(tmp_path: Path) -> None:
    bot = await seen(tmp_path, dice='@command("roll")\nasync def roll(self, ctx): pass')

    assert lines(bot) == [
        "%rosey say !roll",
        "%rosey state dice",
        "%rosey edit dice",
        "%rosey events",
        "%rosey list",
    ]


async def test_what_went_wrong_comes_first(tmp_path: Path) -> None:
    bot = await seen(tmp_path, dice="version = '1'")

    assert lines(in_state(bot, PluginState.FAILED))[:2] == [
        "%rosey reload dice",
        "%rosey edit dice",
    ]
    assert lines(in_state(bot, PluginState.QUARANTINED, fault_count=3))[:2] == [
        "%rosey enable dice",
        "%rosey events --match plugin:dice error:yes",
    ]
    assert lines(in_state(bot, PluginState.DISABLED))[0] == "%rosey enable dice"
    assert lines(in_state(bot, PluginState.ENABLED, error="refused"))[0] == "%rosey diff dice"
    assert lines(in_state(bot, PluginState.UNLOADED))[0] == "%rosey load dice"
    waiting = in_state(bot, PluginState.UNLOADED, waits_for=("command:roll",))
    assert "%rosey load dice" not in lines(waiting)
