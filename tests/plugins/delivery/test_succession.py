"""An event, and a value that is filtered, meets each part of a plugin once, also across reloads."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host


async def hold(host: Host) -> None:
    """Be under way until the test goes on."""
    host.waiting.set()
    await host.go_on.wait()


async def emitted_across_a_reload(folder: Folder, host: Host, manager: PluginManager) -> list[Any]:
    """Emit an event, reload dice from new.py while somebody else handles it, and say who did."""
    host.bus.subscribe("roll", lambda _event, _data: hold(host), 10)
    await manager.load_plugin("dice")
    emitting = host.bus.emit_soon("roll")
    await host.waiting.wait()
    (folder.path / "new.py").replace(folder.path / "dice.py")
    await manager.reload_plugin("dice")
    host.go_on.set()
    await emitting
    return host.log


HANDLER = """
    @on({pattern!r}, priority={priority})
    async def {name}(self, event, data): self.bot.log.append({name!r}); await asyncio.sleep(0)
    """


def handlers(folder: Folder, file: str, *declared: tuple[str, int], pattern: str = "roll") -> None:
    """Write dice with handlers of these names and priorities."""
    body = "".join(HANDLER.format(name=n, priority=p, pattern=pattern) for n, p in declared)
    folder.plugin("dice", body, file=file)


@pytest.mark.parametrize("priority", [15, 10, 7, 0, -5])
async def test_handler_that_has_not_had_an_event_gets_it_wherever_it_moves(
    folder: Folder, host: Host, manager: PluginManager, priority: int
) -> None:
    handlers(folder, "dice.py", ("roll", 0))
    handlers(folder, "new.py", ("roll", priority))

    assert await emitted_across_a_reload(folder, host, manager) == ["roll"]


@pytest.mark.parametrize("priority", [15, 10, 7, 0, -5])
async def test_handler_that_has_had_an_event_does_not_get_it_again_wherever_it_moves(
    folder: Folder, host: Host, manager: PluginManager, priority: int
) -> None:
    handlers(folder, "dice.py", ("roll", 10))
    handlers(folder, "new.py", ("roll", priority))

    assert await emitted_across_a_reload(folder, host, manager) == ["roll"]


@pytest.mark.parametrize("priority", [15, 0, -5])
async def test_plugin_that_has_had_an_event_in_part_gets_the_rest(
    folder: Folder, host: Host, manager: PluginManager, priority: int
) -> None:
    handlers(folder, "dice.py", ("first", 10), ("second", 0))
    handlers(folder, "new.py", ("first", 10), ("second", priority))

    assert await emitted_across_a_reload(folder, host, manager) == ["first", "second"]


async def test_handler_that_listens_to_a_pattern_from_now_on_gets_the_event(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    handlers(folder, "dice.py", ("roll", 0))
    handlers(folder, "new.py", ("renamed", 12), pattern="r*")

    assert await emitted_across_a_reload(folder, host, manager) == ["renamed"]


async def test_plugin_that_was_not_there_does_not_get_what_was_emitted_before(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    handlers(folder, "dice.py", ("roll", 10))
    host.bus.subscribe("roll", lambda _event, _data: hold(host), 10)
    emitting = host.bus.emit_soon("roll")
    await host.waiting.wait()

    await manager.load_plugin("dice")
    host.go_on.set()
    await emitting

    assert host.log == []


async def test_gate_that_is_closed_again_between_two_priorities_keeps_the_event(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """It waits once, is handled in part by the second generation, and then by the third."""
    body = """
        @on("roll", priority=2)
        async def first(self, event, data):
            self.bot.log.append({0!r})
            await self.bot.go_on.wait()
        @on("roll", priority=1)
        def second(self, event, data): self.bot.log.append({0!r})
        """
    folder.plugin("dice", body.format("one"))
    await manager.load_plugin("dice")
    gate = manager.slots.known("dice").gate
    gate.close(lambda _owner, _root: False, lambda: None)
    emitting = host.bus.emit_soon("roll")
    await asyncio.sleep(0)
    folder.plugin("dice", body.format("two"))
    await manager.reload_plugin("dice")
    folder.plugin("dice", body.format("three"))
    reloading = asyncio.create_task(manager.reload_plugin("dice"))
    await host.closes_gate("dice")
    host.go_on.set()
    await asyncio.gather(reloading, emitting)

    assert host.log == ["two", "three"]


FILTERS = """
    async def setup(self):
        self.bot.bus.add_filter("score", self.add)
        self.bot.bus.add_filter("score", self.double, {priority})
    async def add(self, value):
        self.bot.waiting.set()
        await self.bot.go_on.wait()
        return value + 1
    def double(self, value): return value * 2
    """


@pytest.mark.parametrize("priority", [-1, 0, 1])
async def test_value_passes_each_filter_of_a_plugin_once(
    folder: Folder, host: Host, manager: PluginManager, priority: int
) -> None:
    folder.plugin("dice", FILTERS.format(priority=0))
    await manager.load_plugin("dice")
    filtering = asyncio.create_task(host.bus.apply_filters("score", 3))
    await host.waiting.wait()
    folder.plugin("dice", FILTERS.format(priority=priority))
    reloading = asyncio.create_task(manager.reload_plugin("dice"))
    await host.closes_gate("dice")
    host.go_on.set()
    await reloading

    assert await filtering == 8
