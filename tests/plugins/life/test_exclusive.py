"""A plugin that cannot be there twice: one holds what there is one of, whatever fails when."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

PORT = """
    exclusive = True
    async def setup(self):
        await asyncio.sleep(0)
        assert "port" not in self.bot.commands, "the port is taken"
        self.bot.commands["port"] = self
        self.rolls = 0
        {setup}
    async def teardown(self):
        await asyncio.sleep(0)
        {teardown}
        self.bot.commands.pop("port")
    def export_state(self): return self.rolls
    def import_state(self, state, version):
        self.rolls = state
        {import_state}
    async def on_enable(self):
        await asyncio.sleep(0)
        {on_enable}
    async def on_disable(self):
        await asyncio.sleep(0)
        {on_disable}
    @on("roll")
    def roll(self, event, data): self.rolls += 1
    """
HOOKS = ("setup", "teardown", "import_state", "on_enable", "on_disable")
WAIT = "self.bot.waiting.set(); await self.bot.go_on.wait()"


def write(folder: Folder, **code: str) -> None:
    """Write dice, which holds a port that its ledger does not know of."""
    folder.plugin("dice", PORT.format(**{**dict.fromkeys(HOOKS, "..."), **code}))


async def rolled(folder: Folder, host: Host, manager: PluginManager, **code: str) -> Any:  # noqa: ANN401  a plugin of the test's own
    """Load dice, and let it have some state."""
    write(folder, **code)
    plugin = await manager.load_plugin("dice")
    await host.bus.emit("roll")
    return plugin


async def serves(host: Host, manager: PluginManager, plugin: Any) -> bool:  # noqa: ANN401  as above
    """Whether this very object holds the port, and goes on with its state."""
    await host.bus.emit("roll")
    is_enabled = manager.slots.known("dice").state is PluginState.ENABLED
    is_served = manager.get_plugin("dice") is plugin is host.commands["port"]
    return is_enabled and is_served and plugin.rolls == 2


async def slow(host: Host) -> None:
    """Take a while."""
    host.waiting.set()
    await asyncio.sleep(0.01)


@pytest.mark.parametrize("hook", ["import_state", "on_enable"])
async def test_new_version_that_fails_after_its_setup_gives_up_what_it_holds(
    folder: Folder, host: Host, manager: PluginManager, hook: str
) -> None:
    old = await rolled(folder, host, manager)
    write(folder, **{hook: "1 / 0"})

    with pytest.raises(PluginLoadError, match="ZeroDivisionError"):
        await manager.reload_plugin("dice")

    assert await serves(host, manager, old)


async def test_fresh_reload_that_fails_leaves_the_old_state(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    old = await rolled(folder, host, manager)
    write(folder, on_enable="1 / 0")

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice", fresh=True)

    assert await serves(host, manager, old)


async def test_fresh_reload_drops_a_state_that_cannot_be_exported(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    old = await rolled(folder, host, manager)
    old.rolls = old  # no plain data

    new: Any = await manager.reload_plugin("dice", fresh=True)

    assert new.rolls == 0
    assert [error["where"] for error in await host.errors()] == ["export_state"]


async def test_quarantined_plugin_whose_new_version_fails_stays_quarantined(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    old = await rolled(folder, host, manager)
    await manager.handle_plugin_crash("dice", ValueError())
    write(folder, on_enable="1 / 0")

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")
    await host.bus.emit("roll")

    assert (old.enabled, old.rolls) == (False, 1)
    assert manager.slots.known("dice").state is PluginState.QUARANTINED


@pytest.mark.parametrize("on_enable", ["...", "1 / 0"])
async def test_events_that_come_while_neither_version_is_set_up_are_not_lost(
    folder: Folder, host: Host, manager: PluginManager, on_enable: str
) -> None:
    await rolled(folder, host, manager, teardown=WAIT)
    write(folder, on_enable=on_enable)
    reloading = asyncio.create_task(manager.reload_plugins(["dice"]))
    await host.waiting.wait()
    rolling = host.bus.emit_soon("roll")

    host.go_on.set()
    failures = await reloading
    await rolling

    serving: Any = manager.plugins["dice"]
    assert (serving.rolls, [*failures]) == (2, ["dice"] if on_enable == "1 / 0" else [])
    assert host.handlers().count("Main.roll") == 1


async def test_values_that_come_while_neither_version_is_set_up_are_filtered(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    setup = "self.bot.bus.add_filter('score', lambda value: value + 1)"
    await rolled(folder, host, manager, setup=setup, teardown=WAIT)
    reloading = asyncio.create_task(manager.reload_plugin("dice"))
    await host.waiting.wait()
    filtering = asyncio.create_task(host.bus.apply_filters("score", 1))

    host.go_on.set()
    await reloading

    assert await filtering == 2


async def test_nothing_waits_for_an_exclusive_plugin_that_is_lost(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    await rolled(folder, host, manager, teardown=f"{WAIT}; raise ValueError")
    reloading = asyncio.create_task(manager.reload_plugins(["dice"]))
    await host.waiting.wait()
    rolling = host.bus.emit_soon("roll")

    host.go_on.set()

    assert "could not be set up again" in str(await reloading)
    assert (await rolling).handled == ()
    assert "Main.roll" not in host.handlers()


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("hook", ["on_disable", "teardown"])
async def test_reload_that_is_cancelled_while_the_old_version_stops_brings_it_back(
    folder: Folder, host: Host, manager: PluginManager, hook: str, times: int
) -> None:
    old = await rolled(folder, host, manager, **{hook: WAIT})
    reloading = asyncio.create_task(manager.reload_plugin("dice"))
    await host.waiting.wait()
    for _ in range(times):
        reloading.cancel()
        await asyncio.sleep(0)
    host.go_on.set()
    await asyncio.wait([reloading])

    assert reloading.cancelled()
    assert await serves(host, manager, old)


@pytest.mark.parametrize("times", [1, 3])
async def test_reload_that_is_cancelled_while_the_old_version_comes_back_leaves_it(
    folder: Folder, host: Host, manager: PluginManager, times: int
) -> None:
    old = await rolled(folder, host, manager)
    old.on_enable = functools.partial(slow, host)
    write(folder, on_enable="1 / 0")
    reloading = asyncio.create_task(manager.reload_plugin("dice"))
    await host.waiting.wait()
    for _ in range(times):
        reloading.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([reloading])

    assert await serves(host, manager, old)


async def test_dependent_that_fails_brings_it_back(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    old = await rolled(folder, host, manager)
    game = 'dependencies = ["dice"]\nasync def on_enable(self): {}'
    folder.plugin("game", game.format("..."))
    await manager.load_plugin("game")
    folder.plugin("game", game.format("1 / 0"))

    with pytest.raises(PluginLoadError, match="game has to go with it"):
        await manager.reload_plugin("dice")

    assert await serves(host, manager, old)


STARTS = {
    "handler": 'self.on_event("go", self.act)',
    "task": "self.create_task(self.act())",
    "timer": 'self.ledger.every(0.001, self.act, "act")',
}


@pytest.mark.parametrize("start", STARTS)
async def test_it_may_reload_itself(
    folder: Folder, host: Host, manager: PluginManager, start: str
) -> None:
    reloaded = asyncio.Event()
    host.bus.subscribe("plugin.reloaded", lambda _event, _data: reloaded.set())
    act = """
    async def act(self, event=None, data=None):
        await self.bot.plugin_manager.reload_plugin("dice")
    """
    write(folder, setup=STARTS[start] + act)
    await manager.load_plugin("dice")
    write(folder)

    await host.bus.emit("go")
    await reloaded.wait()

    new: Any = manager.get_plugin("dice")
    assert host.commands["port"] is new
    assert manager.slots.known("dice").reloads == 1


async def test_what_it_imports_may_be_reloaded_while_it_takes_over(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Its reload begins anew, with the old version back in service."""
    folder.plugin("sides", head="class Sides: ...")
    await manager.load_plugin("sides")
    await rolled(folder, host, manager)
    write(
        folder,
        setup="from rosey_plugins.sides import Sides; self.sides = Sides",
        on_enable=WAIT,
    )
    reloading = asyncio.create_task(manager.reload_plugin("dice"))
    await host.waiting.wait()

    await manager.reload_plugin("sides")
    host.go_on.set()
    new: Any = await reloading

    assert await serves(host, manager, new)
    assert host.handlers().count("Main.roll") == 1
    await manager.reload_plugin("sides")
    assert manager.slots.known("dice").reloads == 2


async def test_what_is_kept_no_more_by_the_version_that_comes_back_is_closed(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin(
        "dice",
        """
        exclusive = True
        async def setup(self):
            if not self.bot.log:
                await self.keep("db", list, close=lambda _: self.bot.log.append("closed"))
        async def teardown(self): self.bot.log.append("down")
        """,
    )
    old = await manager.load_plugin("dice")
    folder.plugin("dice", "exclusive = True\nasync def setup(self): 1 / 0")

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    assert host.log == ["down", "closed"]
    assert manager.get_plugin("dice") is old


async def test_what_is_kept_is_closed_once_where_the_old_version_does_not_come_back(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
        exclusive = True
        async def setup(self):
            await self.keep("db", list, close=lambda _: self.bot.log.append("closed"))
            assert not self.bot.commands
        """
    folder.plugin("dice", body)
    await manager.load_plugin("dice")
    host.commands["block"] = print

    with pytest.raises(PluginLoadError, match="could not be set up again"):
        await manager.reload_plugin("dice")

    assert host.log == ["closed"]
