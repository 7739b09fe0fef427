"""From a save to the answer of the new version, as various editors save."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jupyter_server.services.contents.fileio import atomic_writing

from benchmarks import written
from benchmarks.conftest import Note
from rosey import Bot, Config

SAVES = 25

Save = Callable[[Path, str], None]


def in_place(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def renamed(path: Path, text: str) -> None:
    temporary = path.with_name("tmp123")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def renamed_from_elsewhere(path: Path, text: str) -> None:
    temporary = path.parent.parent / "tmp123"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def vim(path: Path, text: str) -> None:
    new = path.parent.parent / "new"
    new.write_text(text, encoding="utf-8")
    steps = ("%delete", f"read {new}", "1delete", "wq")
    commands = [part for step in steps for part in ("-c", step)]
    subprocess.run(["vim", "-es", "-u", "NONE", *commands, path], check=True)


def pycharm(path: Path, text: str) -> None:
    new, old = (path.with_name(f"{path.name}___jb_{step}___") for step in ("tmp", "old"))
    new.write_text(text, encoding="utf-8")
    path.rename(old)
    new.rename(path)
    old.unlink()


def jupyter(path: Path, text: str) -> None:
    with atomic_writing(str(path)) as file:
        file.write(text)


def truncated(path: Path, text: str) -> None:
    path.write_text("", encoding="utf-8")
    time.sleep(0.03)
    path.write_text(text, encoding="utf-8")


NEEDS_VIM = pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")


@pytest.fixture
def plugin_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "edited.py").write_text(written.edited(0), encoding="utf-8")
    return folder


@pytest.fixture
def bot(runner: asyncio.Runner, plugin_dir: Path) -> Iterator[Bot]:
    plugins = {"plugin_dirs": [str(plugin_dir)], "hot_reload": True}
    bot = Bot(Config.from_mapping({"plugins": plugins}))
    runner.run(bot.start())
    assert not bot.failures
    yield bot
    runner.run(bot.stop())


@pytest.mark.parametrize(
    "save",
    [
        pytest.param(in_place, id="in place"),
        pytest.param(renamed, id="renamed"),
        pytest.param(renamed_from_elsewhere, id="renamed from elsewhere"),
        pytest.param(vim, id="vim", marks=NEEDS_VIM),
        pytest.param(pycharm, id="PyCharm"),
        pytest.param(jupyter, id="Jupyter"),
        pytest.param(truncated, id="truncated first"),
    ],
)
def test_save(note: Note, runner: asyncio.Runner, bot: Bot, plugin_dir: Path, save: Save) -> None:
    path = plugin_dir / "edited.py"
    durations_s: list[float] = []

    async def measure() -> None:
        changed = asyncio.Event()
        for event in ("plugin.reloaded", "plugin.reload_failed"):
            bot.on(event, lambda _event, _data: changed.set())
        for edit in range(1, SAVES + 1):
            await asyncio.to_thread(save, path, written.edited(edit))
            while await bot.say("!edited") != [f"{edit}"]:
                await changed.wait()
                changed.clear()
            # As the file system says when that was: an editor takes its time to end after it.
            durations_s.append(time.time() - path.stat().st_mtime)
            await asyncio.sleep(0.1)  # nobody saves again at once

    runner.run(measure())

    note(durations_s)
