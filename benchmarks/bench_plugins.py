"""The example plugins loaded, reloaded and unloaded."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from rosey import Bot, Config

EXAMPLES = Path(__file__).parent.parent / "plugins"
ROUNDS = 30


@pytest.fixture
def plugin_dir(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(EXAMPLES, tmp_path / "plugins", ignore=ignored)


@pytest.fixture
def bot(runner: asyncio.Runner, plugin_dir: Path) -> Iterator[Bot]:
    plugins = {"plugin_dirs": [str(plugin_dir)], "hot_reload": False}
    bot = Bot(Config.from_mapping({"plugins": plugins}))
    runner.run(bot.start())
    assert not bot.failures
    yield bot
    runner.run(bot.stop())


Action = Callable[[str], Coroutine[Any, Any, None]]


@pytest.fixture
def measure_plugin(
    benchmark: BenchmarkFixture, runner: asyncio.Runner
) -> Callable[[str, Action, Action | None], None]:
    """Time what is done to a plugin; `prepare` is done before each round and not timed."""

    def run(name: str, action: Action, prepare: Action | None = None) -> None:
        def set_up() -> None:
            if prepare is not None:
                runner.run(prepare(name))

        benchmark.pedantic(
            lambda: runner.run(action(name)), setup=set_up, rounds=ROUNDS, warmup_rounds=1
        )

    return run


MeasurePlugin = Callable[..., None]

examples = pytest.mark.parametrize("name", ["dice_roller", "quote_db", "trivia"])


@examples
def test_load(measure_plugin: MeasurePlugin, bot: Bot, name: str) -> None:
    measure_plugin(name, bot.load, bot.unload)


@examples
def test_reload(measure_plugin: MeasurePlugin, bot: Bot, name: str) -> None:
    measure_plugin(name, bot.reload)


@examples
def test_unload(measure_plugin: MeasurePlugin, runner: asyncio.Runner, bot: Bot, name: str) -> None:
    runner.run(bot.unload(name))
    measure_plugin(name, bot.unload, bot.load)
