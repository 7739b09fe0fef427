"""A bot's parts hold each plugin to its limits and permissions, and count what it takes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.diagnostics.snapshot import plugin_snapshot
from rosey.errors import PermissionDeniedError
from rosey.plugins.lifecycle import PluginState
from tests.bots import bot_of, write_plugin

SAYS = """
permissions = {permissions}

@command("speak")
async def speak(self, ctx):
    await ctx.reply("hello")

@command("keep")
async def keep(self, ctx, amount: int):
    await self.storage.set("text", "x" * amount)
    await ctx.reply("kept")
"""


def bot_with(folder: Path, permissions: object = None, **plugins: object) -> Bot:
    write_plugin(folder, "dice", SAYS.format(permissions=permissions))
    return bot_of(folder, plugins=plugins)


async def test_plugin_that_may_not_send_says_nothing_and_is_named(tmp_path: Path) -> None:
    async with bot_with(tmp_path / "plugins", {"storage"}) as bot:
        await bot.say("!speak")
        snapshot = plugin_snapshot(bot, "dice")

    assert snapshot.last_fault is not None
    assert "has not declared 'send'" in snapshot.last_fault.error
    assert (snapshot.usage.replies, snapshot.usage.refused_replies) == (0, 1)


async def test_plugin_that_may_not_keep_anything_is_refused(tmp_path: Path) -> None:
    async with bot_with(tmp_path / "plugins", {"send"}) as bot:
        assert await bot.say("!keep 5") == ["!keep failed: a fault in dice, which was noted."]
        plugin = bot.plugin_manager.get_plugin("dice")
        assert plugin is not None
        with pytest.raises(PermissionDeniedError, match="has not declared 'storage'"):
            plugin.storage.get("text")


async def test_storage_of_a_plugin_is_held_to_its_limit(tmp_path: Path) -> None:
    limits = {"storage_bytes": 200_000}
    async with bot_with(tmp_path / "plugins", limits=limits) as bot:
        assert await bot.say("!keep 1000") == ["kept"]
        assert await bot.say("!keep 500000") == ["!keep failed: a fault in dice, which was noted."]
        snapshot = plugin_snapshot(bot, "dice")

    assert 0 < snapshot.usage.storage_bytes <= 200_000
    assert snapshot.last_fault is not None
    assert "StorageQuotaError" in snapshot.last_fault.error


async def test_what_a_plugin_does_is_counted(tmp_path: Path) -> None:
    async with bot_with(tmp_path / "plugins") as bot:
        for _ in range(3):
            await bot.say("!speak")
        snapshot = plugin_snapshot(bot, "dice")
        (told,) = await bot.say("!plugin info dice")

    assert (snapshot.usage.handled.count, snapshot.usage.replies) == (3, 3)
    assert snapshot.permissions == ("manage", "network", "send", "services", "storage")
    assert "Usage: handled 3 in " in told
    assert "; replies: 3" in told


async def test_code_that_blocks_is_counted_and_a_fault(tmp_path: Path) -> None:
    body = """
    @command("block")
    async def block(self, ctx):
        end = time.perf_counter() + 0.2
        while time.perf_counter() < end:
            pass
    """
    file = write_plugin(tmp_path / "plugins", "dice", body)
    file.write_text("import time\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    blocking = {"notice_s": 0.02, "fault_s": 0.1}
    async with bot_of(tmp_path / "plugins", plugins={"blocking": blocking}) as bot:
        await bot.say("!block")
        started = time.monotonic()
        while not (snapshot := plugin_snapshot(bot, "dice")).fault_count:
            assert time.monotonic() < started + 10
            await asyncio.sleep(0)

    assert snapshot.usage.blocked_s >= 0.1
    assert snapshot.last_fault is not None
    assert "held the loop for " in snapshot.last_fault.error


async def test_plugin_that_fails_too_often_is_quarantined_and_enabled_again(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "plugins"
    write_plugin(folder, "dice", '@command("fail")\nasync def fail(self, ctx):\n    1 / 0')
    async with bot_of(folder, plugins={"limits": {"crash": {"max_faults": 1}}}) as bot:
        await bot.say("!fail")
        await bot.say("!fail")
        while bot.plugin_manager.slots.known("dice").state is PluginState.ENABLED:  # noqa: ASYNC110  it may be between two events
            await asyncio.sleep(0)
        (told,) = await bot.say("!plugin info dice")
        assert "Status: Quarantined" in told
        assert "Error: dice is quarantined: 2 faults within 60 s, the last in !fail" in told

        assert (await bot.say("!plugin enable dice"))[-1] == "✓ Plugin dice enabled"
        assert await bot.say("!fail") == ["!fail failed: a fault in dice, which was noted."]


async def test_bot_is_not_stopped_by_a_plugin_that_may_not_manage(tmp_path: Path) -> None:
    head = 'permissions = {"send"}\n@command("do")\nasync def do(self, ctx, what: str):'
    body = f"{head}\n    await getattr(self.bot, what)()"
    write_plugin(tmp_path / "plugins", "dice", body)
    async with bot_of(tmp_path / "plugins") as bot:
        await bot.say("!do stop")
        await bot.say("!do reload_config")

        slot = bot.plugin_manager.slots.known("dice")
        assert [fault.error.count("'manage'") for fault in slot.faults] == [1, 1]


async def test_what_is_asked_about_a_plugin_that_is_not_there_is_as_of_any(tmp_path: Path) -> None:
    bot = bot_with(tmp_path / "plugins")
    oversight = bot._oversight  # noqa: SLF001  nobody asks about such a plugin on purpose

    assert oversight.limits_of("ghost") == bot.config.plugins.limits
    assert oversight.silence_of("ghost") is None
    oversight.note_reply("ghost")
    oversight.note_refused_reply("ghost")
    oversight.note_blocked("ghost", 1.0)
    oversight.note_blocked(None, 1.0)
