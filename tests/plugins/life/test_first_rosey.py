"""What else went wrong in the first Rosey, beside what `test_reload.py` has, in a real bot.

Each docstring names the fault by its number in the list that was made then: there are sixteen.
"""

from __future__ import annotations

import ast
import asyncio
import gc
import re
import weakref
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from rosey.plugins.base import Plugin
from rosey.plugins.calling.faults import Outcome
from tests.bots import bot_of, write_plugin

SOON_S = 10.0
FAULTS = 16


class Bench:
    """A bot that is not started, with the plugin dice.

    Attributes:
        folder: Where its plugins stand.
        bot: The bot.
        log: Where plugins leave traces.
        waiting: A plugin says with it that it waits for `go_on`.
        go_on: What a plugin waits for.
    """

    def __init__(self, folder: Path, *, is_hot: bool) -> None:
        self.folder = folder
        self.write("""
            async def setup(self):
                self.on_event("roll", self.roll)
                self.register_command("roll", self.roll)
            async def roll(self, event, data): self.bot.log.append((self.version, data))
            """)
        self.bot = bot_of(folder, plugins={"hot_reload": is_hot})
        self.log: list[Any] = []
        self.waiting, self.go_on = asyncio.Event(), asyncio.Event()
        vars(self.bot).update(log=self.log, waiting=self.waiting, go_on=self.go_on)

    @property
    def dice(self) -> Plugin | None:
        """The plugin, while it is loaded."""
        return self.bot.plugin_manager.get_plugin("dice")

    def write(self, body: str = "") -> Path:
        """Write the plugin."""
        return write_plugin(self.folder, "dice", body)

    def handlers(self) -> list[str]:
        """Its handlers that are subscribed."""
        faces = [subscription.face for subscription in self.bot.bus.subscriptions()]
        return [face.handler for face in faces if face.plugin == "dice"]

    async def told(self, event: str, act: Callable[[], object]) -> dict[str, Any]:
        """Do something, and wait for what is told of a plugin."""
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        subscription = self.bot.on(event, lambda _event, data: heard.put_nowait(data))
        try:
            act()
            async with asyncio.timeout(SOON_S):
                return await heard.get()
        finally:
            subscription.cancel()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A bot whose plugins are reloaded only when somebody asks."""
    made = Bench(tmp_path / "plugins", is_hot=False)
    async with made.bot:
        yield made


@pytest.fixture
async def hot_bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A bot that follows its plugins' files."""
    made = Bench(tmp_path / "plugins", is_hot=True)
    async with made.bot:
        yield made


async def test_fix_of_a_broken_save_is_followed(hot_bench: Bench) -> None:
    """Fault 1: a syntax error lost the old plugin, and its watcher then ignored the fix."""
    old = hot_bench.dice
    file = hot_bench.folder / "dice.py"

    failed = await hot_bench.told("plugin.reload_failed", lambda: file.write_text("def (\n"))
    assert (failed["plugin"], failed["line"]) == ("dice", 1)
    assert hot_bench.dice is old
    await hot_bench.told("plugin.reloaded", lambda: hot_bench.write('version = "2.0"'))

    assert hot_bench.bot.plugin_manager.plugins["dice"].version == "2.0"


async def test_atomic_saves_new_files_and_deletes_are_followed(hot_bench: Bench) -> None:
    """Fault 4: the watcher missed saves by renaming and new files, and deletes did nothing."""
    file = hot_bench.folder / "dice.py"
    saved = write_plugin(hot_bench.folder.parent / "elsewhere", "dice", 'version = "2.0"')

    await hot_bench.told("plugin.reloaded", lambda: saved.replace(file))
    assert hot_bench.bot.plugin_manager.plugins["dice"].version == "2.0"
    new = await hot_bench.told("plugin.enabled", lambda: write_plugin(hot_bench.folder, "quiz"))
    assert new["plugin"] == "quiz"
    await hot_bench.told("plugin.unloaded", file.unlink)
    assert hot_bench.bot.plugin_manager.list_plugins() == ["quiz"]


async def test_reloads_leak_neither_instances_nor_handlers(bench: Bench) -> None:
    """Fault 7: a teardown without super, or a task, kept an old version alive, and it answered."""
    bench.write("""
        async def setup(self):
            import asyncio
            self.on_event("roll", self.roll)
            self.raw = asyncio.create_task(asyncio.Event().wait())
        async def teardown(self): ...
        async def roll(self, event, data): self.bot.log.append(data)
        """)
    await bench.bot.reload("dice")
    old = bench.bot.plugin_manager.plugins["dice"]
    witnesses: list[weakref.ref[Any]] = [weakref.ref(old), weakref.ref(type(old))]
    del old

    for _ in range(3):
        await bench.bot.reload("dice")
    await bench.bot.bus.emit("roll", 1)
    await bench.bot.bus.drain()
    gc.collect()

    assert [witness() for witness in witnesses] == [None, None]
    assert bench.log == [1]


async def test_failing_on_disable_piles_nothing_up(bench: Bench) -> None:
    """Fault 8: an on_disable that raised skipped the teardown, and subscriptions piled up."""
    bench.write("""
        async def setup(self): self.on_event("roll", print)
        async def on_disable(self): 1 / 0
        async def teardown(self): self.bot.log.append("torn down")
        """)
    await bench.bot.reload("dice")

    for _ in range(3):
        await bench.bot.reload("dice")

    assert bench.handlers() == ["print"]
    assert bench.log == ["torn down"] * 3


async def test_events_during_a_slow_setup_are_all_handled(bench: Bench) -> None:
    """Fault 10: of 19 events that came while the new version was set up, one was delivered."""
    bench.write("""
        version = "2.0"
        async def setup(self):
            self.on_event("roll", self.roll)
            self.bot.waiting.set()
            await self.bot.go_on.wait()
        async def roll(self, event, data): self.bot.log.append((self.version, data))
        """)
    reloading = asyncio.create_task(bench.bot.reload("dice"))
    await bench.waiting.wait()

    for number in range(19):
        await bench.bot.bus.emit("roll", number)
    bench.go_on.set()
    await reloading
    await bench.bot.bus.emit("roll", 19)

    assert bench.log == [*(("0.1.0", number) for number in range(19)), ("2.0", 19)]


async def test_slow_handler_delays_nobody_else(bench: Bench) -> None:
    """Fault 11: handlers ran one after another, so that a slow one delayed the rest."""

    async def slow(_event: object, _data: object) -> None:
        await bench.go_on.wait()

    bench.bot.on("roll", slow)
    rolling = bench.bot.bus.emit_soon("roll", 1)
    await bench.told("done", lambda: bench.bot.bus.emit_soon("done"))

    assert bench.log == [("0.1.0", 1)]
    bench.go_on.set()
    await rolling


async def test_handler_that_hangs_has_a_deadline(bench: Bench) -> None:
    """Fault 11: there were no deadlines."""
    bench.bot.bus.caller.deadline_s = 0.01
    bench.bot.on("hang", lambda _event, _data: asyncio.Event().wait())

    (handled,) = (await bench.bot.bus.emit("hang")).handled

    assert handled.outcome is Outcome.TIMED_OUT


async def test_plain_function_is_a_handler(bench: Bench) -> None:
    """Fault 11: handlers that are no coroutine functions counted as errors."""
    bench.bot.on("plain", lambda _event, data: bench.log.append(data))

    (handled,) = (await bench.bot.bus.emit("plain", 1)).handled

    assert (handled.outcome, handled.error, bench.log) == (Outcome.HANDLED, None, [1])


@pytest.mark.parametrize("error", [asyncio.CancelledError, SystemExit, KeyboardInterrupt])
async def test_whatever_a_handler_raises_stays_with_it(
    bench: Bench,
    error: type[BaseException],
) -> None:
    """Fault 12: a CancelledError escaped the emitter, and later handlers never ran."""

    def fail(_event: object, _data: object) -> None:
        raise error

    bench.bot.on("roll", fail, priority=1)

    delivery = await bench.bot.bus.emit("roll", 1)

    assert len(delivery.handled) == 2
    assert bench.log == [("0.1.0", 1)]


async def test_priority_decides_who_comes_first(bench: Bench) -> None:
    """Fault 16: the priority of a handler had no effect."""
    for priority in (0, 10, -10):
        bench.bot.on(
            "order", lambda _event, _data, p=priority: bench.log.append(p), priority=priority
        )

    await bench.bot.bus.emit("order")

    assert bench.log == [10, 0, -10]


async def test_command_is_a_whole_word(bench: Bench) -> None:
    """Fault 16: `!roll` answered `!rollover` too."""
    await bench.bot.say("!rollover")
    assert bench.log == []

    await bench.bot.say("!roll")
    assert len(bench.log) == 1


async def test_unsubscribe_leaves_other_handlers(bench: Bench) -> None:
    """Fault 16: unsubscribe dropped all handlers of the pattern."""
    bench.bot.on("roll", print)

    bench.bot.bus.unsubscribe("roll", print)
    await bench.bot.bus.emit("roll", 1)

    assert bench.log == [("0.1.0", 1)]


def test_each_fault_has_its_test() -> None:
    here = Path(__file__)
    named = {
        int(number)
        for file in (here, here.with_name("test_reload.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for number in re.findall(r"^Fault (\d+):", ast.get_docstring(node) or "")
    }

    assert named == {*range(1, FAULTS + 1)}
