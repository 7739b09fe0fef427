"""Holds that end with their plugin or with the bot, and steps that cannot be taken back."""

from __future__ import annotations

import asyncio

import pytest

from rosey.errors import PluginError, PluginLoadError, PluginStateError
from rosey.plugins.holding.holding import Holding
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

SUMS = """
async def setup(self): self.rolled = []

@on("roll")
def roll(self, event, data):
    self.rolled.append(data)
    self.bot.log.append([*self.rolled])

def export_state(self): return self.rolled

def import_state(self, state, version): self.rolled = state
"""
HANGS = """
@on("hang")
async def hang(self, event, data):
    self.bot.waiting.set()
    await self.bot.go_on.wait()
"""
SLOW_END = """
async def teardown(self):
    self.bot.waiting.set()
    await self.bot.go_on.wait()
"""


@pytest.fixture
def holding(manager: PluginManager) -> Holding:
    return manager.holding


async def stepped(folder: Folder, host: Host, body: str, steps: int = 1) -> Holding:
    """Hold a plugin, and let some events through."""
    folder.plugin("dice", body)
    await host.plugin_manager.load_plugin("dice")
    holding = host.plugin_manager.holding
    await holding.hold("dice")
    for number in range(steps):
        await host.bus.emit("roll", number)
        await (await holding.step("dice"))
    return holding


async def test_resume_waits_until_a_step_is_taken_back(folder: Folder, host: Host) -> None:
    holding = await stepped(folder, host, SUMS)
    await host.bus.emit("roll", 1)
    back = asyncio.create_task(holding.step_back("dice"))
    await host.closes_gate("dice")

    await holding.resume("dice")

    assert (await back).data == 0
    assert host.log == [[0], [0], [0, 1]]
    assert holding.waiting("dice") is None


async def test_no_step_is_taken_back_while_all_is_let_through(folder: Folder, host: Host) -> None:
    host.plugin_manager.plugin_config["dice"] = {"limits": {"concurrent_handlers": 1}}
    holding = await stepped(folder, host, SUMS + HANGS)
    await host.bus.emit("hang")
    await host.bus.emit("roll", 1)
    resumed = asyncio.create_task(holding.resume("dice"))
    await host.waiting.wait()

    with pytest.raises(PluginStateError, match="dice is being resumed"):
        await holding.step_back("dice")

    host.go_on.set()
    await resumed


async def test_no_step_is_taken_back_while_the_plugin_handles_something(
    folder: Folder, host: Host
) -> None:
    holding = await stepped(folder, host, SUMS + HANGS)
    await host.bus.emit("hang")
    hanging = await holding.step("dice")
    await host.waiting.wait()

    with pytest.raises(PluginStateError, match="dice is handling an event: take the step back"):
        await holding.step_back("dice")

    host.go_on.set()
    await hanging
    await holding.step_back("dice")
    assert [str(event) for event in holding.waiting("dice") or ()] == ["hang"]


async def test_step_that_began_beside_another_cannot_be_taken_back(
    folder: Folder, host: Host
) -> None:
    holding = await stepped(folder, host, SUMS + HANGS)
    await host.bus.emit("hang")
    await host.bus.emit("roll", 1)
    hanging = await holding.step("dice")
    await host.waiting.wait()
    await (await holding.step("dice"))
    host.go_on.set()
    await hanging

    with pytest.raises(PluginStateError, match="dice was handling another event when it began"):
        await holding.step_back("dice")


async def test_step_back_that_nobody_waits_for_is_taken_back_all_the_same(
    folder: Folder, host: Host
) -> None:
    holding = await stepped(folder, host, SUMS + SLOW_END)
    back = asyncio.create_task(holding.step_back("dice"))
    await host.waiting.wait()

    back.cancel()
    host.go_on.set()
    await holding.resume("dice")

    assert host.log == [[0], [0]]


async def test_plugin_that_is_unloaded_as_its_step_is_taken_back_is_held_no_more(
    folder: Folder, host: Host
) -> None:
    holding = await stepped(folder, host, SUMS + SLOW_END)
    back = asyncio.create_task(holding.step_back("dice"))
    await host.waiting.wait()
    holding.drop("dice")
    host.go_on.set()

    with pytest.raises(PluginStateError, match="dice is not held"):
        await back


async def test_step_back_into_code_that_takes_no_state_is_refused(
    folder: Folder, host: Host
) -> None:
    holding = await stepped(folder, host, SUMS, steps=2)
    folder.plugin("dice", SUMS.replace("export_state", "give").replace("import_state", "take"))

    with pytest.raises(PluginError, match="it has no import_state"):
        await holding.step_back("dice")

    await host.bus.emit("roll", 2)
    await holding.resume("dice")
    assert host.log[-1] == [0, 1, 2]


async def test_exclusive_version_whose_state_cannot_be_had_is_not_torn_down(
    folder: Folder, host: Host
) -> None:
    lost = "if self.bot.go_on.is_set(): raise ValueError('lost')\n    return self.rolled"
    body = f"exclusive = True\n{SUMS}".replace("return self.rolled", f"\n    {lost}")
    holding = await stepped(folder, host, body, steps=2)
    host.go_on.set()

    with pytest.raises(PluginError, match="lost"):
        await holding.step_back("dice")

    await host.bus.emit("roll", 2)
    await holding.resume("dice")
    assert host.log[-1] == [0, 1, 2]


async def test_resume_ends_where_the_plugin_is_unloaded_meanwhile(
    folder: Folder, host: Host
) -> None:
    host.plugin_manager.plugin_config["dice"] = {"limits": {"concurrent_handlers": 1}}
    holding = await stepped(folder, host, SUMS + HANGS)
    await host.bus.emit("hang")
    await host.bus.emit("roll", 1)
    resumed = asyncio.create_task(holding.resume("dice"))
    await host.waiting.wait()
    unload = asyncio.create_task(host.plugin_manager.unload_plugin("dice"))
    await host.closes_gate("dice")

    host.go_on.set()
    await unload
    await resumed

    assert holding.waiting("dice") is None


async def test_unload_that_nobody_waits_for_ends_the_hold(folder: Folder, host: Host) -> None:
    manager = host.plugin_manager
    holding = await stepped(folder, host, SUMS + SLOW_END)
    unload = asyncio.create_task(manager.unload_plugin("dice"))
    await host.waiting.wait()

    unload.cancel()
    host.go_on.set()
    await manager.load_plugin("dice")

    assert holding.waiting("dice") is None


async def test_hold_ends_with_each_plugin_that_was_unloaded_before_the_unload_was_refused(
    folder: Folder, host: Host, manager: PluginManager, holding: Holding
) -> None:
    folder.plugin("dice")
    folder.plugin("needs", f"dependencies = ['dice']{SLOW_END}")
    folder.plugin("late", "dependencies = ['dice']")
    await manager.load_plugin("needs")
    await holding.hold("needs")
    unload = asyncio.create_task(manager.unload_plugin("dice", with_dependents=True))
    await host.waiting.wait()
    await manager.load_plugin("late")
    host.go_on.set()

    with pytest.raises(PluginError, match="late"):
        await unload

    assert not holding.is_held("needs")


async def test_plugin_that_failed_is_to_be_loaded_before_what_waits_is_let_through(
    folder: Folder, host: Host
) -> None:
    fails = "exclusive = True\nasync def on_enable(self): assert not self.bot.go_on.is_set()"
    holding = await stepped(folder, host, f"{fails}\n{SUMS}")
    await host.bus.emit("roll", 1)
    host.go_on.set()
    with pytest.raises(PluginError):
        await host.plugin_manager.reload_plugin("dice")

    with pytest.raises(PluginStateError, match="dice is failed: load it first; waiting: 1"):
        await holding.resume("dice")

    host.go_on.clear()
    await host.plugin_manager.load_plugin("dice")
    await holding.resume("dice")
    assert host.log[-1] == [1]


async def test_plugin_whose_name_is_refused_by_now_is_resumed_as_others_are(
    folder: Folder, host: Host
) -> None:
    holding = await stepped(folder, host, SUMS)
    await host.bus.emit("roll", 1)
    error = PluginLoadError("dice", "a package of this name was installed meanwhile")
    host.plugin_manager.slots.rejected["dice"] = error

    await holding.end_all()

    assert host.log == [[0], [0, 1]]


async def test_bot_whose_plugin_hangs_as_it_is_resumed_stops(folder: Folder) -> None:
    host = Host(folder.path, deadline_s=600)
    manager = PluginManager(host, [folder.path], quiesce_s=0.01)
    folder.plugin("dice", SUMS + HANGS)
    await manager.load_plugin("dice")
    await manager.holding.hold("dice")
    await host.bus.emit("hang")

    await manager.holding.end_all()
    await manager.close()
    await host.bus.close()

    assert not host.bus.pending.tasks()
