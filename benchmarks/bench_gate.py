"""For how long events wait while a plugin is reloaded, a stream of them being under way."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.conftest import Note
from rosey import Bot, Config

RELOADS = 400
BURST = 5
"""Events that come in at once, a thousand times a second."""

PLUGIN = '''"""Counts the numbers that come, each of which is to be the one after the last."""

from __future__ import annotations

import asyncio

from rosey import Event, Plugin, on

EDIT = {edit}


class Witness(Plugin):
    name = "witness"

    async def setup(self) -> None:
        self.count = self.wrong = 0

    def export_state(self) -> dict[str, int]:
        return {{"count": self.count, "wrong": self.wrong}}

    def import_state(self, state: dict[str, int], version: int) -> None:
        self.count, self.wrong = state["count"], state["wrong"]

    @on("measured.number")
    async def see(self, event: Event, data: int) -> None:
        self.wrong += data != self.count
        self.count += 1
        await asyncio.sleep(0)
'''


@pytest.fixture
def bot(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Bot]:
    write(tmp_path, 0)
    plugins = {"plugin_dirs": [str(tmp_path)], "hot_reload": False}
    bot = Bot(Config.from_mapping({"plugins": plugins}))
    runner.run(bot.start())
    assert not bot.failures
    yield bot
    runner.run(bot.stop())


def write(plugins: Path, edit: int) -> None:
    (plugins / "witness.py").write_text(PLUGIN.format(edit=edit), encoding="utf-8")


async def stream(bot: Bot, until: asyncio.Event) -> int:
    """Emit numbers until something has happened; gives how many."""
    number = 0
    while not until.is_set():
        for _ in range(BURST):
            bot.plugin_manager.emit("measured.number", number)
            number += 1
        await asyncio.sleep(0.001)
    await bot.bus.drain()
    return number


def test_gate(note: Note, runner: asyncio.Runner, bot: Bot, tmp_path: Path) -> None:
    closed_s: list[float] = []

    def keep(_event: object, data: dict[str, Any]) -> None:
        closed_s.append(data["gate_closed_s"])

    async def reload() -> None:
        bot.on("plugin.reloaded", keep)
        is_over = asyncio.Event()
        streaming = asyncio.create_task(stream(bot, is_over))
        for edit in range(1, RELOADS + 1):
            write(tmp_path, edit)
            await bot.reload("witness")
        is_over.set()
        emitted = await streaming
        plugin: Any = bot.plugin_manager.plugins["witness"]
        assert (plugin.count, plugin.wrong) == (emitted, 0)
        assert len(closed_s) == RELOADS

    # Collections count: people wait for them, too.
    gc.collect()
    runner.run(reload())

    note(closed_s)
