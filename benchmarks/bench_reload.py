"""Reloads of edited plugins, beside what no reload can do without: read, compile, execute."""

from __future__ import annotations

import asyncio
import itertools
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import written
from rosey import Bot, Config

ROUNDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A plugin that is edited again and again.

    Attributes:
        name: The plugin's name.
        folder: Where its files stand in the plugin directory.
        files: Gives its files after so many edits, in the order in which they are executed.
    """

    name: str
    folder: str
    files: Callable[[int], Mapping[str, str]]

    def write(self, plugins: Path, edit: int) -> list[Path]:
        """Write its files as they are after so many edits."""
        folder = plugins / self.folder
        folder.mkdir(exist_ok=True)
        for name, text in self.files(edit).items():
            (folder / name).write_text(text, encoding="utf-8")
        return [folder / name for name in self.files(edit)]


def one_of_package(edit: int) -> Mapping[str, str]:
    return {**written.package(0), "part_0.py": written.package(edit)["part_0.py"]}


FILE = Case(name="edited", folder="", files=lambda edit: {"edited.py": written.edited(edit)})
PACKAGE = Case(name="parcel", folder="parcel", files=written.package)
ONE_FILE = Case(name="parcel", folder="parcel", files=one_of_package)

cases = pytest.mark.parametrize(
    "case", [FILE, PACKAGE, ONE_FILE], ids=["file", "package", "one file of a package"]
)


@pytest.fixture
def bot(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Bot]:
    for case in (FILE, PACKAGE):
        case.write(tmp_path, 0)
    # With hot reload it would reload them itself, while that is measured.
    plugins = {"plugin_dirs": [str(tmp_path)], "hot_reload": False}
    bot = Bot(Config.from_mapping({"plugins": plugins}))
    runner.run(bot.start())
    assert not bot.failures
    yield bot
    runner.run(bot.stop())


@cases
def test_reload(
    benchmark: BenchmarkFixture, runner: asyncio.Runner, bot: Bot, tmp_path: Path, case: Case
) -> None:
    edits = itertools.count(1)

    def edit() -> None:
        case.write(tmp_path, next(edits))

    def reload() -> None:
        runner.run(bot.reload(case.name))

    benchmark.pedantic(reload, setup=edit, rounds=ROUNDS, warmup_rounds=3)

    snapshot = bot.plugin_manager.slots.get_loaded(case.name)
    assert snapshot.last_reload is not None
    assert snapshot.last_reload.state == "kept"


@cases
def test_execution(benchmark: BenchmarkFixture, tmp_path: Path, case: Case) -> None:
    edits = itertools.count(1)
    modules = {file: module_name(case, file) for file in case.write(tmp_path, 0)}

    def edit() -> None:
        case.write(tmp_path, next(edits))

    def execute() -> None:
        for file, name in modules.items():
            module = sys.modules[name] = types.ModuleType(name)
            module.__package__ = case.name
            code = compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
            exec(code, vars(module))  # noqa: S102  what is measured

    benchmark.pedantic(execute, setup=edit, rounds=ROUNDS, warmup_rounds=3)

    for name in modules.values():
        del sys.modules[name]


def module_name(case: Case, file: Path) -> str:
    is_main = file.stem in {case.name, "__init__"}
    return case.name if is_main else f"{case.name}.{file.stem}"
