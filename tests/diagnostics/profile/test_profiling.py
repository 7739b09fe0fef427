"""Profiles of plugins of a real bot: what leaks is called leaking, and what does not is not."""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blockbuster import BlockBuster

from rosey.bot import Bot
from rosey.diagnostics.profile.profiling import Profiler
from rosey.diagnostics.profile.result import MemoryProfile
from rosey.errors import PluginLoadError
from tests.bots import bot_of, write_plugin

CLEAN = """
async def setup(self):
    self.seen = []
    self.provide_service("seen", self.seen)
    self.create_task(asyncio.Event().wait())

@command("hi", help="Say hi.")
async def hi(self, ctx):
    await ctx.reply("hi")

@on("user_join")
async def join(self, event, data):
    self.seen.append(data)

@every(60)
def tick(self): ...
"""
LEAK = "shelf.kept.append(bytes(1000))"
# `benchmarks/verdicts.py` does the same with 100 after 50.
RELOADS = 20
WARM_UP = 12

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.no_loop_debug(reason="each timer and task would be traced in Python"),
]


@pytest.fixture(autouse=True)
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[types.ModuleType]:
    """A module of somebody else, where plugins leave things."""
    module = types.ModuleType("shelf")
    vars(module)["kept"] = []
    monkeypatch.setitem(sys.modules, "shelf", module)
    yield module
    vars(module).clear()


@pytest.fixture(autouse=True)
def unblocked(blockbuster: BlockBuster) -> None:
    """Patches count as memory."""
    blockbuster.deactivate()


def write(folder: Path, at_import: str = "", body: str = CLEAN) -> Path:
    """Write the plugin `dice`, with a line that is executed at each load."""
    file = write_plugin(folder, "dice", body)
    file.write_text(f"import asyncio, shelf\n{at_import}\n{file.read_text()}")
    return file


async def profiled(bot: Bot, **settings: Any) -> MemoryProfile:  # noqa: ANN401  those of Profiler
    """A short profile."""
    settings = {"reloads": RELOADS, "warm_up": WARM_UP, **settings}
    return await Profiler(bot, "dice", **settings).run()


async def test_clean_plugin_is_flat_twenty_times_of_twenty(tmp_path: Path) -> None:
    write(tmp_path)
    for _ in range(20):
        async with bot_of(tmp_path) as bot:
            found = await profiled(bot)
            if found.verdict.startswith("unclear"):  # a busy machine; it says what to do then
                found = await profiled(bot, reloads=60)

        assert (found.verdict, found.pinned) == ("flat", ())


async def test_leak_of_one_kilobyte_is_found_twenty_times_of_twenty(tmp_path: Path) -> None:
    file = write(tmp_path, LEAK)
    for _ in range(20):
        async with bot_of(tmp_path) as bot:
            found = await profiled(bot)

        assert found.is_leaking
        assert found.verdict.startswith("leaking ")
        assert (found.growth[0].file, found.growth[0].code) == (str(file), LEAK)
        assert 1000 < found.growth[0].bytes_per_reload < 2000  # the list grows by steps


async def test_version_that_is_held_is_a_leak_and_its_holder_is_named(tmp_path: Path) -> None:
    write(tmp_path, body=f"{CLEAN}\nasync def on_enable(self): shelf.kept.append(self)")
    async with bot_of(tmp_path) as bot:
        await bot.reload("dice")
        found = await profiled(bot, warm_up=2, reloads=10)

    newest = found.pinned[-1]
    assert found.is_leaking
    assert newest.alive == ("dice.dice", "the instance")
    assert newest.holders == ("an instance of dice kept alive by shelf.kept[12]",)


async def test_facts_of_a_profile_are_plain(tmp_path: Path) -> None:
    write(tmp_path)
    done: list[int] = []
    async with bot_of(tmp_path) as bot:
        found = await profiled(bot, warm_up=3, reloads=10, progress=done.append, is_live=True)

    assert done == [*range(1, 14)]
    assert (found.plugin, found.is_live, found.warm_up, found.reloads) == ("dice", True, 3, 10)
    assert found.seconds > 0


async def test_failed_reload_ends_the_profile_and_puts_everything_back(tmp_path: Path) -> None:
    file = write(tmp_path)
    async with bot_of(tmp_path) as bot:

        def spoil(done: int) -> None:
            if done == 5:
                file.write_text("1 / 0")

        gc.unfreeze()
        with pytest.raises(PluginLoadError):
            await profiled(bot, progress=spoil)
        assert (gc.get_freeze_count(), tracemalloc.is_tracing()) == (0, False)
        assert bot.plugin_manager.list_plugins() == ["dice"]


async def test_cancelled_profile_puts_everything_back(tmp_path: Path) -> None:
    write(tmp_path)
    begun = asyncio.Event()
    async with bot_of(tmp_path) as bot:
        gc.unfreeze()
        task = asyncio.create_task(profiled(bot, progress=lambda _: begun.set()))
        await begun.wait()
        task.cancel()
        await asyncio.wait([task])

        assert task.cancelled()
        assert (gc.get_freeze_count(), tracemalloc.is_tracing()) == (0, False)
        assert await bot.say("!hi") == ["hi"]
