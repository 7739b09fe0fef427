"""Plugins loaded, reloaded and unloaded; a reload also beside what no reload can do without."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from rosey import Bot, Config

EXAMPLES = Path(__file__).parent.parent / "plugins"
ROUNDS = 30

HEAD = '''"""A plugin of 150 lines: edit number {edit}."""

from __future__ import annotations

from rosey import CommandContext, Event, Plugin, command, on


class Edited(Plugin):
    name = "edited"
    version = "1.0.0"
    description = "Counts what it sees"

    async def setup(self) -> None:
        self.counts: dict[str, int] = {{}}
'''

PART = """
    @on("measured.event_{number}")
    async def on_event_{number}(self, event: Event, data: object) -> None:
        count = self.counts.get(event.name, 0)
        self.counts[event.name] = count + 1

    @command("count_{number}", help="Say how many events of kind {number} came.")
    async def count_{number}(self, ctx: CommandContext, *, words: str = "") -> None:
        count = self.counts.get("measured.event_{number}", 0)
        if words:
            await ctx.reply(f"{{words}}: {{count}}")
        else:
            await ctx.reply(f"{{count}}")
"""


def edited_source(edit: int) -> str:
    """Write the plugin; each edit differs, so that nothing compiled earlier can serve."""
    lines = [HEAD.format(edit=edit), *(PART.format(number=number) for number in range(10))]
    source = "".join(lines)
    assert 140 <= source.count("\n") <= 160
    return source


@pytest.fixture
def plugin_dir(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    plugins = shutil.copytree(EXAMPLES, tmp_path / "plugins", ignore=ignored)
    (plugins / "edited.py").write_text(edited_source(0), encoding="utf-8")
    return plugins


@pytest.fixture
def bot(runner: asyncio.Runner, plugin_dir: Path) -> Iterator[Bot]:
    bot = Bot(Config.from_mapping({"plugins": {"plugin_dirs": [str(plugin_dir)]}}))
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


def test_reload_of_an_edited_plugin(
    measure_plugin: MeasurePlugin, bot: Bot, plugin_dir: Path
) -> None:
    edits = itertools.count(1)

    async def edit(name: str) -> None:
        (plugin_dir / f"{name}.py").write_text(edited_source(next(edits)), encoding="utf-8")

    measure_plugin("edited", bot.reload, edit)

    plugin = bot.plugin_manager.plugins["edited"]
    assert plugin.name == "edited"


def test_execution_of_an_edited_file(benchmark: BenchmarkFixture, plugin_dir: Path) -> None:
    edits = itertools.count(1)
    path = plugin_dir / "edited.py"

    def edit() -> None:
        path.write_text(edited_source(next(edits)), encoding="utf-8")

    def execute() -> None:
        code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        exec(code, {"__name__": "edited"})  # noqa: S102  what is measured

    benchmark.pedantic(execute, setup=edit, rounds=ROUNDS, warmup_rounds=1)
