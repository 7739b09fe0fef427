"""What is wrong with a plugin is told with its code, and gone when it is mended."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rosey.bot import Bot
from rosey.diagnostics.traces.recorder import Recorder
from rosey.diagnostics.traces.ring import Ring
from rosey.diagnostics.trouble import TroubleKind, behind, troubles
from rosey.errors import PluginLoadError, PluginNotFoundError
from tests.bots import bot_of, write_plugin

CANARY = "canary-hunter2"

DICE = """
version = "1.2"

@command("boom")
async def boom(self, ctx):
    raise ValueError(f"no login with {self.config['token']}")
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    write_plugin(tmp_path, "dice", DICE)
    plugins = {"plugin_config": {"dice": {"token": "${TOKEN}"}}}
    async with bot_of(tmp_path, plugins=plugins, environ={"TOKEN": CANARY}) as bot:
        yield bot


async def break_dice(bot: Bot, folder: Path, code: str = "1 / 0") -> None:
    """Try a reload with wrong code."""
    write_plugin(folder, "dice", code)
    with pytest.raises(PluginLoadError):
        await bot.reload("dice")


async def test_healthy_plugin_has_no_trouble(bot: Bot) -> None:
    assert troubles(bot) == troubles(bot, "dice") == ()


async def test_refused_reload_shows_the_code_that_failed_whatever_is_saved_since(
    bot: Bot, tmp_path: Path
) -> None:
    await break_dice(bot, tmp_path, "sides = 6\nbest = 1 / 0")
    write_plugin(tmp_path, "dice", "something else")

    (one,) = troubles(bot)

    assert one.title == "dice was not reloaded"
    assert one.error == "ZeroDivisionError: division by zero"
    assert (one.file, one.line) == (str(tmp_path / "dice.py"), 7)
    assert one.frame[-1] == "-> 7 |     best = 1 / 0"
    assert one.traceback.endswith("ZeroDivisionError: division by zero\n")
    assert one.fate == "version 1.2 serves on with its state"
    assert one.since is not None


async def test_good_reload_clears_it(bot: Bot, tmp_path: Path) -> None:
    await bot.say("!boom")
    await break_dice(bot, tmp_path)
    assert [one.kind for one in troubles(bot)] == [TroubleKind.NOT_RELOADED, TroubleKind.FAULT]
    write_plugin(tmp_path, "dice", DICE)

    await bot.reload("dice")

    assert troubles(bot) == ()


async def test_fault_that_comes_again_is_told_once(bot: Bot) -> None:
    for _ in range(3):
        await bot.say("!boom")

    (one,) = troubles(bot, "dice")

    assert (one.title, one.count) == ("dice failed in !boom", 3)
    assert one.line == 10
    assert one.frame[2].startswith("-> 10 |         raise ValueError(")


async def test_secret_is_in_no_trouble(bot: Bot, tmp_path: Path) -> None:
    await bot.say("!boom")
    await break_dice(bot, tmp_path, f"raise ValueError('{CANARY}')")

    assert CANARY not in repr(troubles(bot))
    assert "<secret>" in troubles(bot)[0].frame[-1]


async def test_plugin_that_was_never_loaded_says_so(bot: Bot, tmp_path: Path) -> None:
    write_plugin(tmp_path, "quiz", "1 / 0")
    with pytest.raises(PluginLoadError):
        await bot.load("quiz")

    (one,) = troubles(bot, "quiz")

    assert (one.title, one.fate) == ("quiz was not loaded", "nothing of it runs")


async def test_quarantined_plugin_says_why_and_shows_its_fault(tmp_path: Path) -> None:
    write_plugin(tmp_path, "dice", '@command("boom")\nasync def boom(self, ctx): 1 / 0')
    async with bot_of(tmp_path, plugins={"limits": {"crash": {"max_faults": 0}}}) as bot:
        await bot.say("!boom")
        await bot.bus.drain()
        reason, fault = troubles(bot)

    assert reason.title == "dice is quarantined"
    assert reason.error.startswith("1 fault within 60 s, the last in !boom: ZeroDivisionError")
    assert reason.fate == "version 0.1.0 stays quarantined with its state"
    assert fault.title == "dice failed in !boom"


async def test_disabled_plugin_stays_so(bot: Bot, tmp_path: Path) -> None:
    await bot.disable("dice")
    await break_dice(bot, tmp_path)

    assert troubles(bot)[0].fate == "version 1.2 stays disabled with its state"


async def test_file_that_can_be_no_plugin_is_told(bot: Bot, tmp_path: Path) -> None:
    (tmp_path / "os.py").write_text("", encoding="utf-8")
    await bot.plugin_manager.discover_plugins()

    assert [one.plugin for one in troubles(bot)] == ["os"]
    assert "standard library" in troubles(bot, "os")[0].error


async def test_unknown_plugin_is_refused(bot: Bot) -> None:
    with pytest.raises(PluginNotFoundError, match="did you mean dice"):
        troubles(bot, "dise")


async def test_trouble_is_found_behind_the_message_that_met_it(tmp_path: Path) -> None:
    body = """
    @command("boom")
    async def boom(self, ctx): raise ValueError("six")
    @on("ping")
    async def pong(self, event, data): raise OSError("seven")
    """
    write_plugin(tmp_path, "dice", body)
    async with bot_of(tmp_path) as bot:
        recorder = Recorder(bot, Ring())
        with recorder.open():
            await bot.say("!boom")
            await bot.bus.emit("ping")
            await bot.say("hello")
        known = troubles(bot)
        met = {trace.text or trace.event: behind(trace, known) for trace in recorder.ring.events()}

    assert [one.error for one in met["!boom"]] == ["ValueError: six"]
    assert [one.error for one in met["ping"]] == ["OSError: seven"]
    assert met["hello"] == ()


async def test_trouble_keeps_no_plugin_alive(bot: Bot, tmp_path: Path) -> None:
    await bot.say("!boom")
    await break_dice(bot, tmp_path)
    plugin: Any = bot.plugin_manager.get_plugin("dice")
    alive = weakref.ref(plugin)
    kept = troubles(bot)
    del plugin

    await bot.unload("dice")
    await bot.bus.drain()
    gc.collect()

    assert alive() is None
    assert len(kept) == 2
