"""Nothing outlives a reload: neither modules nor the objects of an old generation."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from typing import Any

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

BUSY = """
    version = "1.0"
    config_schema = Settings
    async def setup(self):
        self.on_event("plain", self.plain)
        self.on_event("p*", lambda event, data: self.plain(event, data))
        self.register_command("roll", self.plain)
        self.provide_service("rolls", self)
        self.create_task(asyncio.Event().wait())
        asyncio.create_task(asyncio.Event().wait())
        self.bot.bus.add_filter("score", self.score)
        self.on_close(self.closed)
    @on("plain")
    async def suspended(self, event, data):
        variable.set(self)
        await asyncio.sleep(0)
        raise ValueError(self)
    @every(60)
    def tick(self): ...
    def plain(self, event, data): variable.set(self)
    def score(self, value): return value
    def closed(self): ...
    """
HEAD = """
    import contextvars, dataclasses, enum, functools, abc
    from rosey.plugins.loading.schema import ConfigSchema, fields
    variable = contextvars.ContextVar("variable")
    class Settings(ConfigSchema):
        sides = fields.Integer(load_default=6)
    @dataclasses.dataclass(slots=True)
    class Roll:
        number: int
    class Face(enum.Enum):
        ONE = 1
    @functools.lru_cache
    def cached(number): return Roll(number)
    cached(1)
    """


def generations() -> list[str]:
    """The modules of plugins that live."""
    return [name for name in sys.modules if name.startswith("rosey_plugins:")]


async def exercise(host: Host) -> None:
    """Use everything that a plugin has taken."""
    await host.bus.emit("plain", source="test")
    assert await host.bus.apply_filters("score", 1) == 1
    assert host.services.get("rolls").score(2) == 2
    await host.bus.drain()


async def test_only_one_generation_lives_after_a_hundred_reloads(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", BUSY, head=HEAD, file="dice/__init__.py")
    folder.write("dice/parts.py", "x = 1")
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    alive.add(await manager.load_plugin("dice"))
    for _ in range(100):
        await exercise(host)
        plugin = await manager.reload_plugin("dice")
        alive.update([plugin, type(plugin), sys.modules[type(plugin).__module__]])
        del plugin
    await host.bus.drain()
    host.log.clear()

    gc.collect()

    assert len(alive) == 3
    assert len(generations()) == 1


async def test_nothing_lives_after_unloading(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", BUSY, head=HEAD)
    gone = weakref.ref(await manager.load_plugin("dice"))
    await exercise(host)

    await manager.unload_plugin("dice")
    await host.bus.drain()
    host.log.clear()
    gc.collect()

    assert gone() is None
    assert generations() == []


async def test_failed_reload_pins_nothing_once_the_plugin_is_unloaded(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    gone = weakref.ref(await manager.load_plugin("dice"))
    folder.plugin("dice", "async def setup(self): 1 / 0")
    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    await manager.unload_plugin("dice")
    gc.collect()

    assert gone() is None


async def test_failed_loads_leave_no_modules(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice", "async def setup(self): 1 / 0")

    for _ in range(3):
        with pytest.raises(PluginLoadError):
            await manager.load_plugin("dice")

    assert generations() == []


async def test_plugin_that_was_disabled_pins_no_former_generation(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", BUSY, head=HEAD)
    gone = weakref.ref(await manager.load_plugin("dice"))
    await exercise(host)
    await manager.disable_plugin("dice")
    await manager.reload_plugin("dice")

    await manager.enable_plugin("dice")
    await host.bus.drain()
    host.log.clear()
    gc.collect()

    assert gone() is None


async def test_report_of_a_delivery_pins_no_plugin(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", BUSY, head=HEAD)
    gone = weakref.ref(await manager.load_plugin("dice"))
    delivery = await host.bus.emit("plain")
    await manager.unload_plugin("dice")
    await host.bus.drain()
    host.log.clear()

    gc.collect()

    assert gone() is None
    assert len(delivery.handled) == 3


async def test_task_of_another_plugin_goes_on_across_a_reload(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    folder.plugin(
        "game", "async def setup(self): self.task = self.create_task(asyncio.Event().wait())"
    )
    await manager.load_all()
    task: asyncio.Task[Any] = manager.plugins["game"].task  # type: ignore[attr-defined]  # the plugin's own

    await manager.reload_plugin("dice")

    assert not task.done()
