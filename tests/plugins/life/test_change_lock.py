"""Whoever waits to change a plugin is known, so that nobody waits for him in vain."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from rosey.errors import PluginError, PluginLoadError
from rosey.plugins.events import Delivery
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from rosey.plugins.supervision.limits import Limits
from tests.plugins.host import Folder, Host

SOON_S = 2.0
"""Far less than a reload waits for a handler, or for a hook."""

CHANGES = """
    @on("go")
    async def go(self, event, data):
        self.bot.waiting.set()
        await self.bot.go_on.wait()
        await self.bot.plugin_manager.{}
    """


@pytest.mark.parametrize(
    "change",
    [
        'reload_plugin("dice")',
        'disable_plugin("dice")',
        'unload_plugin("dice")',
        'unload_plugin("dice", with_dependents=True)',
        'reload_plugins(["game", "dice"])',
        "close()",
    ],
)
async def test_handler_that_waits_to_change_its_plugin_does_not_hold_up_a_reload(
    folder: Folder, host: Host, manager: PluginManager, change: str
) -> None:
    folder.plugin("dice", CHANGES.format(change))
    await manager.load_plugin("dice")
    emitting = host.bus.emit_soon("go")
    await host.waiting.wait()
    reloading = asyncio.create_task(manager.reload_plugin("dice"))
    await host.closes_gate("dice")
    host.go_on.set()

    async with asyncio.timeout(SOON_S):
        delivery = await emitting
        await reloading

    assert [handled.outcome for handled in delivery.handled] == ["handled"]


async def test_handlers_that_reload_their_plugin_at_once_all_succeed(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", CHANGES.format('reload_plugin("dice")'))
    await manager.load_plugin("dice")
    host.go_on.set()

    async with asyncio.timeout(SOON_S):
        deliveries: list[Delivery] = await asyncio.gather(*(host.bus.emit("go") for _ in range(3)))

    assert [delivery.handled[0].outcome for delivery in deliveries] == ["handled"] * 3
    assert manager.slots.known("dice").reloads == 3


async def test_handler_that_waits_to_change_a_dependency_does_not_hold_up_its_reload(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice")
    folder.plugin("game", '    dependencies = ["dice"]' + CHANGES.format('reload_plugin("dice")'))
    await manager.load_plugin("game")
    emitting = host.bus.emit_soon("go")
    await host.waiting.wait()
    reloading = asyncio.create_task(manager.reload_plugin("dice"))
    await host.closes_gate("game")
    host.go_on.set()

    async with asyncio.timeout(SOON_S):
        await asyncio.gather(emitting, reloading)

    assert [manager.slots.known(name).reloads for name in ("dice", "game")] == [2, 2]


STATE = """
    def export_state(self): return 1
    def import_state(self, state, version): ...
    """
HOOKS = {
    "setup": "async def setup(self): {}",
    "import_state": (
        "def export_state(self): return 1\nasync def import_state(self, state, version): {}"
    ),
    "on_enable": "async def on_enable(self): {}",
    "on_disable": "async def on_disable(self): {}",
    "teardown": "async def teardown(self): {}",
}


async def outcome(manager: PluginManager) -> str:
    """How a reload ends."""
    started = time.perf_counter()
    try:
        await manager.reload_plugin("dice")
    except PluginLoadError as error:
        return error.reason
    finally:
        assert time.perf_counter() - started < SOON_S
    return "reloaded"


@pytest.mark.parametrize("change", ["reload", "unload", "disable"])
@pytest.mark.parametrize("hook", HOOKS)
async def test_hook_that_would_wait_for_itself_is_told_so(
    folder: Folder, manager: PluginManager, hook: str, change: str
) -> None:
    folder.plugin("dice", STATE)
    await manager.load_plugin("dice")
    ask = f'await self.bot.plugin_manager.{change}_plugin("dice")'
    folder.plugin("dice", (STATE if hook != "import_state" else "") + HOOKS[hook].format(ask))

    outcomes = [await outcome(manager)]
    folder.plugin("dice", STATE)
    outcomes.append(await outcome(manager))

    told = "dice is being changed: its own hooks cannot ask for another change"
    is_first_to_run = hook in {"setup", "import_state", "on_enable"}
    assert outcomes == ([told, "reloaded"] if is_first_to_run else ["reloaded"] * 2)
    assert manager.slots.known("dice").state is PluginState.ENABLED


async def test_load_that_asks_for_itself_is_refused(folder: Folder, manager: PluginManager) -> None:
    folder.plugin(
        "dice", 'async def setup(self): await self.bot.plugin_manager.load_plugin("dice")'
    )

    with pytest.raises(PluginLoadError, match="its own hooks cannot ask for another change"):
        await manager.load_plugin("dice")


async def test_export_that_asks_for_a_reload_ends_with_its_deadline(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """And does not lead to one reload after the other."""
    host.plugin_manager.limits = Limits(deadline_s=0.05)
    ask = 'await self.bot.plugin_manager.reload_plugin("dice")'
    folder.plugin(
        "dice",
        f"async def export_state(self): {ask}\ndef import_state(self, state, version): ...",
    )
    old: Any = await manager.load_plugin("dice")

    with pytest.raises(PluginError, match="export_state of dice did not finish"):
        await manager.reload_plugin("dice")
    await manager.unload_plugin("dice")

    assert not old.enabled
