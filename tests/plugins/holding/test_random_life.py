"""Held, stepped, resumed and reloaded at random, plugins get each event once, and in its order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
import sys
import weakref
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from rosey.errors import PluginError
from rosey.plugins.events import Delivery
from rosey.plugins.supervision.crash_policy import CrashPolicy
from rosey.plugins.supervision.limits import Limits
from tests.plugins.host import Folder, Host

SOON_S = 6.0
"""Less than anything would take that waits for a deadline."""

PATIENT = Limits(crash=CrashPolicy(max_faults=10**6), queued_events=10**6)
TURNS = 120
NAMES = ["p", "q", "r"]

LISTENER = """
    {traits}
    def __init__(self, bot, config):
        super().__init__(bot, config)
        bot.log.append(weakref.ref(self))
    async def setup(self): {setup}
    def export_state(self): return []
    def import_state(self, state, version): {import_state}
    async def on_enable(self): {on_enable}
    @on("roll", priority=10)
    async def hi(self, event, data):
        await self.hear("hi", data)
        if data[self.name] == "nest": await self.bot.bus.emit("n.x", {{"number": data["number"]}})
    @on("rol*")
    async def lo(self, event, data): await self.hear("lo", data)
    @on("n.x")
    async def nested(self, event, data): await self.hear("nested", data)
    async def hear(self, handler, data):
        self.bot.log.append((self.name, handler, data["number"]))
        match data.get(self.name):
            case "tick": await asyncio.sleep(0)
            case "sleep": await asyncio.sleep(0.002)
            case "raise": raise ValueError
    """
PHASES = ("setup", "import_state", "on_enable")
MOODS = ("", "", "tick", "sleep", "raise")
"""What the handlers of a plugin do with an event; one of p may emit another, too."""

ACTS = "hold hold hold step step finish finish resume resume reload reload spoil"


class Life:
    """Three plugins, and what has begun so far."""

    def __init__(self, host: Host, folder: Folder, seed: int) -> None:
        self.bus, self.folder, self.manager = host.bus, folder, host.plugin_manager
        self.holding = self.manager.holding
        self.chance = random.Random(seed)  # noqa: S311  chance, not secrecy
        self.traits = {name: self.chance.choice(["", "exclusive = True"]) for name in "pr"}
        if seed % 2:
            self.traits["r"] += '\n    dependencies = ("p",)'
        self.sent: list[dict[str, Any]] = []
        self.events: list[asyncio.Future[Delivery]] = []
        self.acts: list[asyncio.Task[None]] = []

    def save(self, name: str, fault: str | None = None) -> None:
        code = LISTENER.format(
            traits=self.traits.get(name, ""),
            **{phase: "1 / 0" if phase == fault else "..." for phase in PHASES},
        )
        head = "x = = 1" if fault == "syntax" else "import weakref"
        self.folder.plugin(name, code, head=head)

    async def begin(self) -> None:
        for name in NAMES:
            self.save(name)
            await self.manager.load_plugin(name)

    async def go_on(self) -> None:
        kind = self.chance.random()
        if kind < 0.4:
            self.events.append(await self.emit())
        elif kind < 0.8:
            self.acts.append(asyncio.create_task(contained(self.act())))
        else:
            await asyncio.sleep(self.chance.choice([0, 0.001, 0.003]))
        for _ in range(self.chance.choice([0, 0, 0, 1, 3])):
            await asyncio.sleep(0)

    async def emit(self) -> asyncio.Future[Delivery]:
        data: dict[str, Any] = {name: self.chance.choice(MOODS) for name in NAMES}
        if self.chance.random() < 0.2:
            data["p"] = "nest"
        data["number"] = len(self.sent)
        self.sent.append(data)
        way = self.chance.random()
        if way < 0.6:
            return self.bus.emit_soon("roll", data)
        if way < 0.85:
            return asyncio.create_task(self.bus.emit("roll", data))
        return asyncio.wrap_future(await asyncio.to_thread(self.bus.emit_threadsafe, "roll", data))

    def act(self) -> Coroutine[Any, Any, object]:
        name, fault = self.chance.choice("ppqr"), self.chance.choice(["syntax", *PHASES])
        codes: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "hold": lambda: self.holding.hold(name),
            "step": lambda: self.holding.step(name),
            "finish": lambda: self.finish(name),
            "resume": lambda: self.holding.resume(name),
            "reload": lambda: self.manager.reload_plugin(name),
            "spoil": lambda: self.spoil(name, fault),
        }
        return codes[self.chance.choice(ACTS.split())]()

    async def finish(self, name: str) -> None:
        """Take a step, and wait until it is over."""
        await (await self.holding.step(name))

    async def spoil(self, name: str, fault: str) -> None:
        """Reload a version with a fault, and save one without it."""
        self.save(name, fault)
        try:
            await self.manager.reload_plugin(name)
        finally:
            self.save(name)

    async def end(self) -> None:
        """Wait for all that has begun, and hold nothing any more."""
        async with asyncio.timeout(SOON_S):
            await asyncio.gather(*self.acts)
            for name in NAMES:
                if self.holding.is_held(name):
                    await self.holding.resume(name)
            await asyncio.gather(*self.events)
            await self.bus.drain()
        self.acts.clear()
        self.events.clear()


async def contained(code: Coroutine[Any, Any, object]) -> None:
    """Do what may be refused."""
    with contextlib.suppress(PluginError):
        await code


def heard(log: list[Any], name: str, handler: str) -> list[int]:
    entries = [entry for entry in log if isinstance(entry, tuple)]
    return [number for *which, number in entries if which == [name, handler]]


def check_left(log: list[Any]) -> None:
    """Hold that only what serves lives of what was loaded."""
    gc.collect()
    modules = [module for module in sys.modules if module.startswith("rosey_plugins:")]
    assert len(modules) == len(NAMES), modules
    made = [entry() for entry in log if isinstance(entry, weakref.ref)]
    assert sorted(plugin.name for plugin in made if plugin is not None) == NAMES


@pytest.mark.parametrize("seed", range(12))
async def test_each_event_comes_once_and_in_order_through_a_random_life(
    folder: Folder, host: Host, seed: int
) -> None:
    host.plugin_manager.limits = PATIENT
    life = Life(host, folder, seed)
    await life.begin()

    for _ in range(TURNS):
        await life.go_on()
    await life.end()

    nests = [data["number"] for data in life.sent if data["p"] == "nest"]
    for name in NAMES:
        assert heard(host.log, name, "hi") == [*range(len(life.sent))]
        assert sorted(heard(host.log, name, "lo")) == [*range(len(life.sent))]
        assert sorted(heard(host.log, name, "nested")) == nests
    assert [life.holding.waiting(name) for name in NAMES] == [None] * 3
    assert host.bus.pending.tasks() == []
    check_left(host.log)
