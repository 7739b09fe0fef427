"""What plugins and people do at the worst moment."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Coroutine
from typing import Any

import pytest

from rosey.errors import DependencyError, PluginError, PluginLoadError, PluginNotFoundError
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

WAITING = """
    async def {}(self):
        self.on_event("roll", print)
        self.create_task(asyncio.Event().wait())
        self.raw = asyncio.create_task(asyncio.Event().wait())
        self.bot.log.append("waiting")
        self.bot.waiting.set()
        await self.bot.go_on.wait()
    """


TEARDOWN = "    async def teardown(self): self.bot.log.append('gone')\n"


async def waiting(host: Host, code: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Start something, and come back when a plugin waits in it."""
    task = asyncio.create_task(code)
    await host.waiting.wait()
    host.waiting.clear()
    return task


@pytest.mark.parametrize("hook", ["setup", "on_enable"])
async def test_cancelled_load_leaves_nothing(
    folder: Folder, host: Host, manager: PluginManager, hook: str
) -> None:
    folder.plugin("dice", WAITING.format(hook))
    before = host.handlers()
    loading = await waiting(host, manager.load_plugin("dice"))

    loading.cancel()
    await asyncio.wait([loading])

    slot = manager.slots.known("dice")
    assert loading.cancelled()
    assert host.handlers() == before
    assert (slot.state, slot.is_loaded) == (PluginState.FAILED, False)
    assert str(slot.error) == "dice: loading it ended with asyncio.exceptions.CancelledError"


async def test_plugin_whose_load_was_cancelled_can_be_loaded(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", WAITING.format("setup"))
    loading = await waiting(host, manager.load_plugin("dice"))
    loading.cancel()
    await asyncio.wait([loading])
    host.go_on.set()

    assert (await manager.load_plugin("dice")).enabled


async def test_cancelled_reload_keeps_the_old_plugin(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", '@on("roll")\ndef roll(self, event, data): ...')
    old = await manager.load_plugin("dice")
    folder.plugin("dice", WAITING.format("setup"))
    reloading = await waiting(host, manager.reload_plugin("dice"))

    reloading.cancel()
    await asyncio.wait([reloading])

    assert manager.get_plugin("dice") is old
    assert manager.slots.known("dice").state is PluginState.ENABLED
    assert host.handlers()[-1] == "Main.roll"


@pytest.mark.parametrize("hook", ["on_disable", "teardown"])
async def test_cancelled_unload_goes_on_to_its_end(
    folder: Folder, host: Host, manager: PluginManager, hook: str
) -> None:
    folder.plugin("dice", WAITING.format(hook))
    before = host.handlers()
    plugin: Any = await manager.load_plugin("dice")
    unloading = await waiting(host, manager.unload_plugin("dice"))

    unloading.cancel()
    await asyncio.wait([unloading])
    host.go_on.set()
    await manager.close()

    assert plugin.raw.cancelled()
    assert host.handlers() == before
    assert manager.slots.known("dice").state is PluginState.UNLOADED


def test_loop_that_is_shut_down_while_a_plugin_is_unloaded_leaves_no_modules(
    folder: Folder,
) -> None:
    folder.plugin("dice", WAITING.format("teardown"))

    async def leave() -> None:
        host = Host(folder.path)
        await host.plugin_manager.load_plugin("dice")
        await waiting(host, host.plugin_manager.close())

    asyncio.run(leave())

    assert not [name for name in sys.modules if name.startswith("rosey_plugins")]
    sys.meta_path[:] = [
        f for f in sys.meta_path if type(f).__module__ != "rosey.plugins.loading.loader"
    ]


async def test_reload_cancelled_after_the_swap_retires_the_old_version(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", WAITING.format("teardown"))
    old: Any = await manager.load_plugin("dice")
    folder.plugin("dice")
    reloading = await waiting(host, manager.reload_plugin("dice"))

    reloading.cancel()
    await asyncio.wait([reloading])
    host.go_on.set()
    await manager.close()

    assert old.raw.cancelled()


SELF = """
    async def setup(self): self.start()
    def start(self): {start}
    async def act(self, event=None, data=None):
        await self.bot.plugin_manager.{step}_plugin("dice")
        self.bot.log.append("after")
    async def on_disable(self): self.bot.log.append("on_disable")
    async def teardown(self): await asyncio.sleep(0); self.bot.log.append("teardown")
    """
STARTS = {
    "handler": 'self.on_event("go", self.act)',
    "task": "self.create_task(self.act())",
    "raw task": "asyncio.create_task(self.act())",
    "timer": 'self.ledger.every(0.001, self.act, "act")',
}


@pytest.mark.parametrize("start", STARTS)
async def test_plugin_may_unload_itself(
    folder: Folder, host: Host, manager: PluginManager, start: str
) -> None:
    folder.plugin("dice", SELF.format(start=STARTS[start], step="unload"))
    if start == "raw task":  # which begins before the plugin is loaded
        folder.plugin(
            "dice", SELF.format(start=STARTS[start], step="unload").replace("setup", "on_enable")
        )
    before = host.handlers()
    unloaded = asyncio.Event()
    host.bus.subscribe("plugin.unloaded", lambda _event, _data: unloaded.set())

    await manager.load_plugin("dice")
    await host.bus.emit("go")
    await unloaded.wait()

    assert host.log[:2] == ["on_disable", "teardown"]
    assert host.handlers() == [*before, "<lambda>"]
    assert manager.slots.known("dice").state is PluginState.UNLOADED


@pytest.mark.parametrize("start", STARTS)
async def test_plugin_may_reload_itself(
    folder: Folder, host: Host, manager: PluginManager, start: str
) -> None:
    folder.plugin("dice", SELF.format(start=STARTS[start], step="reload"))
    reloaded = asyncio.Event()
    host.bus.subscribe("plugin.reloaded", lambda _event, _data: reloaded.set())
    old = await manager.load_plugin("dice")
    folder.plugin("dice", 'version = "2.0"')

    await host.bus.emit("go")
    await reloaded.wait()
    await manager.close()

    assert manager.slots.known("dice").manifest.version == "2.0"
    assert host.log[:2] == ["on_disable", "teardown"]
    assert not old.enabled


@pytest.mark.parametrize("start", ["handler", "task", "timer"])
async def test_plugin_may_disable_itself(
    folder: Folder, host: Host, manager: PluginManager, start: str
) -> None:
    folder.plugin("dice", SELF.format(start=STARTS[start], step="disable"))
    disabled = asyncio.Event()
    host.bus.subscribe("plugin.disabled", lambda _event, _data: disabled.set())

    plugin = await manager.load_plugin("dice")
    await host.bus.emit("go")
    await disabled.wait()

    assert host.log[:1] == ["on_disable"]
    assert not plugin.enabled


async def test_plugin_that_unloads_what_it_needs_goes_with_it(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice")
    body = """
        dependencies = ["dice"]
        async def setup(self): self.create_task(self.act())
        async def act(self):
            await self.bot.plugin_manager.unload_plugin("dice", with_dependents=True)
        """
    folder.plugin("game", body)
    unloaded = asyncio.Event()

    def note(_event: object, data: dict[str, Any]) -> None:
        if data["plugin"] == "dice":
            unloaded.set()

    host.bus.subscribe("plugin.unloaded", note)
    await manager.load_plugin("game")
    await unloaded.wait()

    assert manager.plugins == {}


@pytest.mark.parametrize("seed", range(8))
async def test_any_mixture_of_steps_leaves_a_state_that_is_right(
    folder: Folder, host: Host, manager: PluginManager, seed: int
) -> None:
    import random  # noqa: PLC0415  for this test only

    folder.plugin(
        "dice",
        """
        async def setup(self): await asyncio.sleep(0); self.on_event("roll", print)
        async def teardown(self): await asyncio.sleep(0)
        """,
    )
    before = host.handlers()
    steps = ["load", "load", "reload", "reload", "unload", "enable", "disable"] * 5
    random.Random(seed).shuffle(steps)  # noqa: S311  chance, not secrecy

    results = await asyncio.gather(
        *(getattr(manager, f"{step}_plugin")("dice") for step in steps),
        *(manager.discover_plugins() for _ in range(3)),
        return_exceptions=True,
    )

    assert all(not isinstance(r, BaseException) or isinstance(r, PluginError) for r in results)
    plugin = manager.get_plugin("dice")
    enabled = plugin is not None and plugin.enabled
    assert host.handlers() == before + ["print"] * enabled
    expected = {PluginState.ENABLED: True, PluginState.DISABLED: False, PluginState.UNLOADED: False}
    assert expected[manager.slots.known("dice").state] == enabled


async def test_steps_on_one_plugin_do_not_wait_for_another(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("slow", WAITING.format("setup"))
    folder.plugin("quick")
    loading = await waiting(host, manager.load_plugin("slow"))

    await manager.load_plugin("quick")
    await manager.reload_plugin("quick")
    assert manager.list_plugins() == ["quick"]

    host.go_on.set()
    await loading


async def test_concurrent_loads_set_the_plugin_up_once(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", WAITING.format("setup"))
    host.go_on.set()

    await asyncio.gather(*(manager.load_plugin("dice") for _ in range(3)), return_exceptions=True)

    assert host.log == ["waiting"]


async def test_concurrent_unloads_tear_the_plugin_down_once(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", TEARDOWN)
    await manager.load_plugin("dice")

    await asyncio.gather(*(manager.unload_plugin("dice") for _ in range(3)))

    assert host.log == ["gone"]


async def test_plugin_removed_while_it_is_loaded_keeps_running(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    path = folder.plugin("dice", WAITING.format("setup"))
    loading = await waiting(host, manager.load_plugin("dice"))
    path.unlink()
    await manager.discover_plugins()
    host.go_on.set()
    await loading

    assert manager.list_plugins() == ["dice"]


async def test_dependency_unloaded_during_setup_refuses_the_dependent(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice")
    folder.plugin(
        "game", 'dependencies = ["dice"]\n' + WAITING.replace("    ", "", 1).format("setup")
    )
    game = folder.path / "game.py"
    assert "dependencies" in game.read_text()
    loading = await waiting(host, manager.load_plugin("game"))

    await manager.unload_plugin("dice")
    host.go_on.set()

    with pytest.raises(DependencyError, match="it needs dice, which is not loaded"):
        await loading


async def test_dependency_that_is_being_unloaded_refuses_the_dependent(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", WAITING.format("teardown"))
    folder.plugin("game", 'dependencies = ["di" "ce"]')
    await manager.load_plugin("dice")
    await manager.discover_plugins()
    unloading = await waiting(host, manager.unload_plugin("dice"))

    loading = asyncio.ensure_future(manager.load_plugin("game"))
    host.go_on.set()
    await unloading
    # The dependency is loaded again first, which waits until it is gone.
    host.waiting.clear()
    plugin = await loading

    assert manager.list_plugins() == ["dice", "game"]
    assert plugin.enabled


async def test_reload_that_waited_for_an_unload_is_refused(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", WAITING.format("setup"))
    host.go_on.set()
    await manager.load_plugin("dice")
    host.go_on.clear()
    host.waiting.clear()
    first = await waiting(host, manager.reload_plugin("dice"))
    unloading = asyncio.ensure_future(manager.unload_plugin("dice"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second = asyncio.ensure_future(manager.reload_plugin("dice"))
    host.go_on.set()

    await asyncio.gather(first, unloading)
    with pytest.raises(PluginNotFoundError, match="'dice' is loaded"):
        await second


async def test_refusal_does_not_disturb_a_load_under_way(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", WAITING.format("setup"))
    loading = await waiting(host, manager.load_plugin("dice"))
    folder.plugin("dice", 'dependencies = ["nothing"]')
    folder.plugin("aces", 'dependencies = ["nothing"]')

    # It refuses the other first, and then waits for what is under way.
    host.bus.subscribe("plugin.failed", lambda _event, _data: host.go_on.set())
    await manager.load_all()

    assert (await loading).enabled
    assert manager.slots.known("dice").state is PluginState.ENABLED


async def test_close_waits_for_what_is_being_loaded_and_unloads_it(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", f"{WAITING.format('setup').rstrip()}\n{TEARDOWN}")
    loading = await waiting(host, manager.load_plugin("dice"))

    closing = asyncio.ensure_future(manager.close())
    host.go_on.set()
    await closing
    await asyncio.wait([loading])

    assert host.log == ["waiting", "gone"]
    assert manager.plugins == {}


async def test_nothing_is_loaded_after_close_until_the_next_start(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.close()

    with pytest.raises(PluginLoadError, match="dice: the bot is stopping"):
        await manager.load_plugin("dice")
    manager.start()

    assert (await manager.load_plugin("dice")).enabled


async def test_plugin_may_close_the_manager(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = '@on("quit")\nasync def quit(self, event, data): await self.bot.plugin_manager.close()\n'
    folder.plugin("dice", body)
    await manager.load_plugin("dice")

    delivery = await host.bus.emit("quit")

    assert [handled.outcome for handled in delivery.handled] == ["handled"]
    assert manager.plugins == {}


async def test_unload_that_too_many_events_wait_for_takes_place_nevertheless(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin(
        "dice",
        """
        @on("roll")
        async def roll(self, event, data):
            self.bot.waiting.set()
            await self.bot.go_on.wait()
        """,
    )
    await manager.load_plugin("dice")
    slot = manager.slots.known("dice")
    slot.gate.most_waiting = 1
    under_way = host.bus.emit_soon("roll")
    await host.waiting.wait()
    unloading = asyncio.create_task(manager.unload_plugin("dice"))
    await host.closes_gate("dice")

    rolls = [host.bus.emit_soon("roll") for _ in range(3)]
    await unloading
    host.go_on.set()
    await asyncio.gather(under_way, *rolls)

    assert slot.state is PluginState.UNLOADED
    assert "Main.roll" not in host.handlers()


async def test_load_that_nobody_waits_for_any_more_leaves_no_warning(
    folder: Folder, host: Host, manager: PluginManager, caplog: pytest.LogCaptureFixture
) -> None:
    folder.plugin("dice", WAITING.format("teardown"))
    await manager.load_plugin("dice")
    unloading = await waiting(host, manager.unload_plugin("dice"))
    unloading.cancel()
    host.go_on.set()
    await manager.close()
    gc.collect()

    assert "never retrieved" not in caplog.text
