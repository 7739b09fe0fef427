"""Holds that begin and end in the middle of things: closed gates, handlers under way, reloads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from rosey.errors import PluginStateError
from rosey.plugins.holding.holding import Holding
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

BUSY = """
@on("hang")
async def hang(self, event, data):
    self.bot.waiting.set()
    await self.bot.go_on.wait()

@on("roll")
def roll(self, event, data):
    self.bot.log.append(data)
"""
TWO = """
@on("roll", priority=10)
def first(self, event, data): self.bot.log.append("first")

@on("roll")
def last(self, event, data): self.bot.log.append("last")
"""
NEW = """
@on("roll", priority=2)
def new(self, event, data): self.bot.log.append("new")
"""
LAMBDAS = """
async def setup(self):
    self.on_event("roll", lambda _, data: self.bot.log.append("first"), priority=10)
    self.on_event("roll", lambda _, data: self.bot.log.append("last"))
"""
BETWEEN = """
@on("roll", priority=5)
async def hear(self, event, data):
    self.bot.waiting.set()
    await self.bot.go_on.wait()
"""
ONE_AT_ONCE = {"concurrent_handlers": 1}


@pytest.fixture
def holding(manager: PluginManager) -> Holding:
    return manager.holding


async def load(
    folder: Folder, host: Host, limits: Mapping[str, Any], **bodies: str
) -> PluginManager:
    """Load plugins, all with these limits."""
    for name, body in bodies.items():
        folder.plugin(name, body)
        await host.plugin_manager.load_plugin(name, {"limits": limits})
    return host.plugin_manager


async def at_rest(host: Host) -> None:
    """Let everything run that waits for nothing but its turn of the loop."""
    for _ in range(20):
        await asyncio.sleep(0)
    assert not host.go_on.is_set()


async def test_nobody_waits_for_a_plugin_that_is_held_and_busy(
    folder: Folder, host: Host, holding: Holding
) -> None:
    await load(folder, host, ONE_AT_ONCE, dice=BUSY)
    hanging = host.bus.emit_soon("hang")
    await host.waiting.wait()
    await holding.hold("dice")

    await host.bus.emit("roll", 1)

    assert not hanging.done()
    host.go_on.set()
    await holding.resume("dice")
    assert host.log == [1]


async def test_nobody_waits_for_a_plugin_that_is_held_and_reloaded(
    folder: Folder, host: Host, holding: Holding
) -> None:
    manager = await load(folder, host, {}, dice=BUSY)
    host.bus.emit_soon("hang")
    await host.waiting.wait()
    await holding.hold("dice")
    reload = asyncio.create_task(manager.reload_plugin("dice"))
    await host.closes_gate("dice")

    await host.bus.emit("roll", 1)

    assert not reload.done()
    host.go_on.set()
    await reload
    await holding.resume("dice")
    assert host.log == [1]


async def test_nothing_is_dropped_as_too_much_while_a_plugin_is_held(
    folder: Folder, host: Host, holding: Holding
) -> None:
    await load(folder, host, {**ONE_AT_ONCE, "queued_events": 1}, dice=BUSY)
    host.bus.emit_soon("hang")
    await host.waiting.wait()
    await holding.hold("dice")
    for number in range(4):
        await host.bus.emit("roll", number)

    host.go_on.set()
    await holding.resume("dice")

    assert host.log == [0, 1, 2, 3]


async def test_events_that_waited_at_the_gate_come_before_those_after_the_hold(
    folder: Folder, host: Host, holding: Holding
) -> None:
    await load(folder, host, ONE_AT_ONCE, dice=BUSY)
    host.bus.emit_soon("hang")
    await host.waiting.wait()
    waited = host.bus.emit_soon("roll", 1)
    await at_rest(host)

    held = asyncio.create_task(holding.hold("dice"))
    await asyncio.sleep(0)
    await host.bus.emit("roll", 2)
    resumed = asyncio.create_task(holding.resume("dice"))
    await at_rest(host)
    later = host.bus.emit_soon("roll", 3)
    host.go_on.set()

    await asyncio.gather(waited, held, resumed, later)
    await host.bus.drain()
    assert host.log == [1, 2, 3]


async def test_command_hooks_and_filters_that_wait_at_the_gate_wait_on(
    folder: Folder, host: Host, holding: Holding
) -> None:
    body = "async def setup(self): self.bot.bus.add_filter('score', lambda value: value + 1)"
    await load(folder, host, ONE_AT_ONCE, dice=f"{BUSY}\n{body}")
    host.bus.emit_soon("hang")
    await host.waiting.wait()
    filtered = asyncio.ensure_future(host.bus.apply_filters("score", 1))
    await at_rest(host)

    await holding.hold("dice")
    await at_rest(host)

    assert not filtered.done()
    host.go_on.set()
    assert await filtered == 2


async def test_step_that_waits_at_the_gate_is_not_overtaken_as_the_hold_ends(
    folder: Folder, host: Host, holding: Holding
) -> None:
    await load(folder, host, ONE_AT_ONCE, dice=BUSY)
    await holding.hold("dice")
    await host.bus.emit("hang")
    await host.bus.emit("roll", 1)
    await holding.step("dice")
    await host.waiting.wait()
    await host.bus.emit("roll", 2)
    await holding.step("dice")
    resumed = asyncio.create_task(holding.resume("dice"))
    await at_rest(host)
    host.bus.emit_soon("roll", 3)

    host.go_on.set()
    await resumed
    await host.bus.drain()

    assert host.log == [1, 2, 3]


async def test_late_events_that_wait_at_the_gate_go_to_the_plugin_where_it_is_held_again(
    folder: Folder, host: Host, holding: Holding
) -> None:
    await load(folder, host, ONE_AT_ONCE, dice=BUSY)
    await holding.hold("dice")
    await host.bus.emit("hang")
    await holding.step("dice")
    await host.waiting.wait()
    await host.bus.emit("roll", 1)
    resumed = asyncio.create_task(holding.resume("dice"))
    await at_rest(host)
    assert holding.waiting("dice") in {(), None}

    await holding.hold("dice")
    host.go_on.set()
    await resumed

    assert host.log == [1]
    assert holding.waiting("dice") == ()


@pytest.mark.parametrize("way", ["step", "resume"])
async def test_handler_of_newer_code_gets_an_event_once_that_is_under_way_elsewhere(
    folder: Folder, host: Host, holding: Holding, way: str
) -> None:
    manager = await load(folder, host, {}, dice=TWO, other=BETWEEN)
    host.on("roll", lambda _event, _data: host.log.append("the bot"), priority=-5)
    await holding.hold("dice")
    sent = host.bus.emit_soon("roll", 1)
    await host.waiting.wait()
    folder.plugin("dice", TWO + NEW)
    await manager.reload_plugin("dice")

    if way == "step":
        await (await holding.step("dice"))
    else:
        await holding.resume("dice")
    host.go_on.set()
    await sent
    if way == "step":
        await holding.resume("dice")

    assert sorted(host.log) == ["first", "last", "new", "the bot"]


@pytest.mark.parametrize("body", [TWO, LAMBDAS])
@pytest.mark.parametrize("when", ["hold", "step", "resume"])
async def test_each_handler_gets_an_event_once_in_whose_middle_something_is_done(
    folder: Folder, host: Host, holding: Holding, when: str, body: str
) -> None:
    await load(folder, host, {}, dice=body, other=BETWEEN)
    if when != "hold":
        await holding.hold("dice")
    sent = host.bus.emit_soon("roll", 1)
    await host.waiting.wait()

    if when == "step":
        await (await holding.step("dice"))
    else:
        await (holding.hold("dice") if when == "hold" else holding.resume("dice"))
    host.go_on.set()
    await sent
    if when != "resume":
        await holding.resume("dice")

    assert host.log == ["first", "last"]


async def test_resume_while_a_disabled_plugin_is_reloaded_loses_nothing(
    folder: Folder, host: Host, holding: Holding
) -> None:
    slow = "async def setup(self):\n    self.bot.waiting.set()\n    await self.bot.go_on.wait()"
    host.go_on.set()
    manager = await load(folder, host, {}, dice=f"{BUSY}\n{slow}")
    host.go_on.clear()
    host.waiting.clear()
    await holding.hold("dice")
    await host.bus.emit("roll", 1)
    await manager.disable_plugin("dice")
    reload = asyncio.create_task(manager.reload_plugin("dice"))
    await host.waiting.wait()

    with pytest.raises(PluginStateError, match="dice is reloading: enable it first; waiting: 1"):
        await holding.resume("dice")

    host.go_on.set()
    await reload
    await manager.enable_plugin("dice")
    await holding.resume("dice")
    assert host.log == [1]


async def test_handler_that_waits_for_the_next_event_does_not_stop_a_resume(
    folder: Folder, host: Host, holding: Holding
) -> None:
    body = """
    @on("ask")
    async def ask(self, event, data):
        await self.bot.go_on.wait()

    @on("answer")
    def answer(self, event, data):
        self.bot.go_on.set()
    """
    await load(folder, host, {}, dice=body)
    await holding.hold("dice")
    await host.bus.emit("ask")
    await host.bus.emit("answer")

    await holding.resume("dice")

    assert host.go_on.is_set()


async def test_resume_that_follows_a_hold_in_the_middle_of_another_keeps_the_order(
    folder: Folder, host: Host, holding: Holding
) -> None:
    await load(folder, host, ONE_AT_ONCE, dice=BUSY)
    await holding.hold("dice")
    await host.bus.emit("hang")
    await host.bus.emit("roll", 1)
    first = asyncio.create_task(holding.resume("dice"))
    await host.waiting.wait()

    await holding.hold("dice")
    second = asyncio.create_task(holding.resume("dice"))
    third = asyncio.create_task(holding.resume("dice"))
    await at_rest(host)
    await host.bus.emit("roll", 2)
    host.go_on.set()

    await asyncio.gather(first, second, third)
    assert host.log == [1, 2]
    assert holding.waiting("dice") is None


async def test_what_a_handler_emits_as_it_is_let_in_does_not_wait_for_itself(
    folder: Folder, host: Host
) -> None:
    """It has nothing to do with holds: limits let it in, and it emits before it first waits."""
    body = """
    @on("roll")
    async def roll(self, event, data):
        await self.bot.bus.emit("told", data)
        self.bot.log.append(data)

    @on("told")
    async def told(self, event, data): await asyncio.sleep(0)
    """
    await load(folder, host, {**ONE_AT_ONCE, "when_full": "wait"}, dice=body)

    await asyncio.gather(*(host.bus.emit_soon("roll", number) for number in range(5)))

    assert host.log == [0, 1, 2, 3, 4]


async def test_late_event_waits_at_the_gate_although_others_still_handle_the_first_of_it(
    folder: Folder, host: Host, holding: Holding
) -> None:
    """Those may wait for what else their chain of events leads to, but not for this."""
    dice = '@on("*")\ndef hear(self, event, data): self.bot.log.append(event.name)'
    needs = f"dependencies = ['dice']\n{BUSY}"
    manager = await load(folder, host, {}, dice=dice, needs=needs)
    await holding.hold("dice")
    await host.bus.emit("roll", 1)
    hanging = host.bus.emit_soon("hang")
    await host.waiting.wait()
    reload = asyncio.create_task(manager.reload_plugin("dice"))
    await host.closes_gate("dice")

    resumed = asyncio.create_task(holding.resume("dice"))
    await at_rest(host)
    host.go_on.set()
    await asyncio.gather(hanging, reload, resumed)

    assert [entry for entry in host.log if entry in {"roll", "hang"}] == ["roll", "hang"]
