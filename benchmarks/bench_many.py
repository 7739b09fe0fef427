"""Ten, a hundred and a thousand plugins: what each of them takes, in time and memory."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import written
from rosey import Bot, Config

COUNTS = [10, 100, 1000]
ROUNDS = 3


@pytest.fixture
def make_bot(runner: asyncio.Runner, tmp_path: Path) -> Callable[[int], Bot]:
    """Make running bots that find so many plugins, and have loaded none."""

    def make(count: int) -> Bot:
        folder = tmp_path / f"{count}"
        folder.mkdir(exist_ok=True)
        for name in (f"plugin_{number}" for number in range(count)):
            (folder / f"{name}.py").write_text(written.numbered(name), encoding="utf-8")
        plugins = {"plugin_dirs": [str(folder)], "enabled": [], "hot_reload": False}
        bot = Bot(Config.from_mapping({"plugins": plugins}))
        runner.run(bot.start())
        return bot

    return make


def load_all(runner: asyncio.Runner, bot: Bot, count: int) -> None:
    assert not runner.run(bot.plugin_manager.load_all())
    assert len(bot.plugin_manager.list_plugins()) == count


@pytest.mark.parametrize("count", COUNTS)
def test_time(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    make_bot: Callable[[int], Bot],
    count: int,
) -> None:
    load_all(runner, bot := make_bot(count), count)  # the first one imports what plugins need
    bots = [bot]

    def replace() -> None:
        runner.run(bots.pop().stop())
        bots.append(make_bot(count))
        gc.collect()

    benchmark.extra_info["calls"] = count
    benchmark.pedantic(
        lambda: load_all(runner, bots[0], count), setup=replace, rounds=ROUNDS, iterations=1
    )

    runner.run(bots[0].stop())


@pytest.mark.parametrize("count", COUNTS)
def test_memory(
    benchmark: BenchmarkFixture,
    runner: asyncio.Runner,
    make_bot: Callable[[int], Bot],
    count: int,
) -> None:
    bot = make_bot(count)
    gc.collect()
    tracemalloc.start()

    load_all(runner, bot, count)

    gc.collect()
    benchmark.extra_info["bytes"] = tracemalloc.get_traced_memory()[0] / count
    tracemalloc.stop()
    benchmark.pedantic(lambda: None)
    runner.run(bot.stop())
