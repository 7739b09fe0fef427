"""A plugin whose file is no more what runs is edited; files are read where they were written."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from rosey.diagnostics.edits import Edits, running
from tests.bots import bot_of, write_plugin


async def test_what_runs_is_held_against_what_is_written(tmp_path: Path) -> None:
    file = write_plugin(tmp_path, "greeter")
    write_plugin(tmp_path, "zoo")
    edits = Edits()
    async with bot_of(tmp_path, plugins={"hot_reload": False}) as bot:

        async def edited() -> set[str]:
            plugins = running(bot.plugin_manager.slots)
            return {*await asyncio.to_thread(edits.edited, plugins)}

        assert await edited() == set()

        write_plugin(tmp_path, "greeter", 'version = "2"')
        assert await edited() == {"greeter"}
        await bot.reload("greeter")
        assert await edited() == set()
        os.utime(file, (1, 1))
        assert await edited() == set()
        file.unlink()
        assert await edited() == {"greeter"}
        await bot.unload("greeter")
        assert await edited() == set()
        await bot.define("zoo", 'from rosey import *\nclass Zoo(Plugin):\n    name = "zoo"')
        assert await edited() == set()


def test_file_is_read_once_as_long_as_nobody_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "greeter.py"
    file.write_text("a = 1")
    edits, plugins = Edits(), {"greeter": {file: b"other"}}
    edits.edited(plugins)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read again"))

    assert edits.edited(plugins) == {"greeter"}
