"""A bot on a console, in a real terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.connections.terminal import Terminal

PARROT = """
import os
from pathlib import Path

from rosey import CommandContext, Plugin, command, every


class Parrot(Plugin):
    name = "parrot"

    @command("say")
    async def say(self, ctx: CommandContext, *, text: str = "") -> None:
        await ctx.reply(f"you said {text!r}")

    @command("raw")
    async def raw(self, ctx: CommandContext, path: str) -> None:
        await ctx.reply(Path(path).read_text(encoding="utf-8"))

    @command("warn")
    async def warn(self, ctx: CommandContext, path: str) -> None:
        self.logger.warning("%s", Path(path).read_text(encoding="utf-8"))

    @command("pid")
    async def pid(self, ctx: CommandContext) -> None:
        await ctx.reply(f"process {os.getpid()}")

    @every(0.01)
    async def look(self) -> None:
        if Path("interrupt").exists():
            Path("interrupt").unlink()
            await self.bot.send_message("squawk!")
"""


@pytest.fixture
def open_console(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Run a bot with the plugin `parrot` on a console; the first prompt is there."""
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "parrot.py").write_text(PARROT, encoding="utf-8")
    with ExitStack() as stack:

        def open_console(*options: str) -> Terminal:
            command = [sys.executable, "-m", "rosey", "run", "--connection", "console", *options]
            terminal = stack.enter_context(Terminal(command, tmp_path))
            terminal.wait_for(r"^>$")
            return terminal

        yield open_console
