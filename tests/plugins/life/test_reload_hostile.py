"""Reloads at the worst moment: cancelled anywhere, without a pause, across each other."""

from __future__ import annotations

import asyncio
import gc
import itertools
import random
import sys
import weakref
from typing import Any

import pytest

from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

pytestmark = pytest.mark.no_loop_debug(reason="it would trace each of a hundred thousand callbacks")

COUNTER = """
    exclusive = {exclusive}
    dependencies = {needs}
    async def setup(self):
        self.count = 0
        await asyncio.sleep(0)
        if self.exclusive:
            assert "port" not in self.bot.commands
            self.bot.commands["port"] = self
            self.on_close(lambda: self.bot.commands.pop("port"))
        self.on_event("num*", self.late, priority=-5)
        self.register_command(self.name, self.note)
        self.provide_service(self.name, self)
        self.bot.bus.add_filter("who", lambda value: [*value, self])
        self.create_task(asyncio.Event().wait())
        self.raw = asyncio.create_task(asyncio.Event().wait())
    async def teardown(self): await asyncio.sleep(0)
    async def on_enable(self): await asyncio.sleep(0)
    async def on_disable(self): await asyncio.sleep(0)
    async def export_state(self):
        await asyncio.sleep(0)
        return self.count
    async def import_state(self, state, version):
        await asyncio.sleep(0)
        self.count = state
        {fault}
    @on("number")
    async def note(self, event, number):
        self.bot.log.append((self.name, number))
        if number % 3: await asyncio.sleep(0)
        self.count += 1
    def late(self, event, number): self.bot.log.append((f"{{self.name}} late", number))
    @every(0.0005)
    async def tick(self): await asyncio.sleep(0)
    """


def write(
    folder: Folder,
    name: str = "dice",
    *,
    exclusive: bool = False,
    needs: tuple[str, ...] = (),
    fault: str = "...",
) -> None:
    """Write a plugin that takes all there is to take, and counts."""
    folder.plugin(name, COUNTER.format(exclusive=exclusive, needs=[*needs], fault=fault))


def numbers(host: Host, handler: str = "dice") -> list[int]:
    """What a handler was called with."""
    return [number for name, number in host.log if name == handler]


async def cancelled_after(host: Host, iterations: int, times: int) -> asyncio.Task[Any]:
    """A reload that is cancelled when the loop has turned so often since its plugin was read."""
    manager = host.plugin_manager
    slot = manager.slots.known("dice")
    reloading: asyncio.Task[Any] = asyncio.create_task(manager.reload_plugin("dice"))
    while slot.state is not PluginState.RELOADING:  # noqa: ASYNC110  turns of the loop are what counts
        await asyncio.sleep(0)
    for _ in range(iterations):
        await asyncio.sleep(0)
    for _ in range(times):
        reloading.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([reloading])
    # What has taken over by then ends the old one, though nobody waits for it.
    await manager._steps.settle()  # noqa: SLF001  as said
    return reloading


@pytest.mark.parametrize("case", [*itertools.product([False, True], ["...", "1 / 0"], [1, 3])])
async def test_reload_that_is_cancelled_at_any_moment_leaves_one_version_with_all_events(
    folder: Folder,
    host: Host,
    manager: PluginManager,
    case: tuple[bool, str, int],
) -> None:
    exclusive, fault, times = case
    write(folder, exclusive=exclusive)
    await manager.load_plugin("dice")
    write(folder, exclusive=exclusive, fault=fault)
    before, sent, is_over = sorted(host.handlers()), 0, False

    while not is_over:
        emitted = [host.bus.emit_soon("number", sent)]
        reloading = await cancelled_after(host, sent // 2, times)
        emitted.append(host.bus.emit_soon("number", sent + 1))
        await asyncio.gather(*emitted)
        sent += 2
        is_over = not reloading.cancelled()

        serving: Any = manager.plugins["dice"]
        assert serving.count == sent
        assert sorted(host.handlers()) == before
        assert host.commands["dice"].__self__ is host.services.get("dice") is serving  # type: ignore[attr-defined]  # a method
        assert await host.bus.apply_filters("who", []) == [serving]
        assert not serving.raw.done()

    assert sent > 20
    assert numbers(host) == numbers(host, "dice late") == [*range(sent)]


async def test_reload_after_reload_without_a_pause_loses_no_event(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """Events that waited are let through while the gate is closed again already."""
    write(folder)
    await manager.load_plugin("dice")
    sent, is_over = 0, asyncio.Event()

    async def emit() -> None:
        nonlocal sent
        # Without a bound a fast loop sends more than it can handle.
        while not is_over.is_set() and sent < 2_000:
            host.bus.emit_soon("number", sent)
            sent += 1
            await asyncio.sleep(0)

    emitting = asyncio.create_task(emit())
    for _ in range(50):
        await asyncio.gather(manager.reload_plugin("dice"), manager.reload_plugin("dice"))
    is_over.set()
    await emitting
    await host.bus.drain()

    assert numbers(host) == [*range(sent)]
    # Other handlers come before these, and some events take them longer.
    assert sorted(numbers(host, "dice late")) == [*range(sent)]
    assert manager.plugins["dice"].count == sent  # type: ignore[attr-defined]  # the plugin's own


async def test_events_of_a_thread_are_handled_once_across_reloads(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    write(folder)
    await manager.load_plugin("dice")

    def emit() -> None:
        for number in range(500):
            host.bus.emit_threadsafe("number", number).result()

    emitting = asyncio.create_task(asyncio.to_thread(emit))
    while not emitting.done():
        await manager.reload_plugin("dice")
    await emitting

    assert numbers(host) == [*range(500)]


NEEDS: dict[str, tuple[str, ...]] = {"a": (), "b": ("a",), "c": ("b",), "d": ("a", "c"), "e": ()}


async def test_reloads_of_groups_that_overlap_end_in_whatever_order_they_are_asked_for(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    for name, needs in NEEDS.items():
        write(folder, name, needs=needs)
    await manager.load_all()
    chance = random.Random(3)  # noqa: S311  chance, not secrecy
    before = sorted(host.handlers())

    for _ in range(20):
        some = [chance.sample([*NEEDS], chance.randrange(1, 4)) for _ in range(4)]
        emitting = host.bus.emit_soon("number", 1)
        failures = await asyncio.gather(*map(manager.reload_plugins, some))

        assert failures == [{}] * 4
        assert len((await emitting).handled) == 2 * len(NEEDS)
        assert sorted(host.handlers()) == before


async def test_nothing_is_left_of_many_reloads_of_which_many_failed(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    kinds: dict[str, dict[str, Any]] = {"a": {}, "b": {"needs": ("a",)}, "c": {"exclusive": True}}
    for name, kind in kinds.items():
        write(folder, name, **kind)
    await manager.load_all()
    chance = random.Random(5)  # noqa: S311  chance, not secrecy
    witnesses: list[weakref.ref[Any]] = []

    for number in range(60):
        witnesses += map(weakref.ref, manager.plugins.values())
        name, fault = chance.choice("abc"), chance.choice(["...", "import_state(self)"])
        write(folder, name, fault=fault, **kinds[name])
        host.bus.emit_soon("number", number)
        assert bool(await manager.reload_plugins([name])) == (fault != "...")
        write(folder, name, **kinds[name])
    await host.bus.drain()
    gc.collect()

    alive = {id(plugin) for witness in witnesses if (plugin := witness()) is not None}
    assert alive <= {*map(id, manager.plugins.values())}
    modules = [name for name in sys.modules if name.startswith("rosey_plugins:")]
    assert len(modules) == len(manager.plugins)
