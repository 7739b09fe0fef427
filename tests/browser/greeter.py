"""A plugin whose file the tests write, break and mend."""

from __future__ import annotations

from tests.browser.notebook import Notebook

_SOURCE = """\
from rosey import CommandContext, Plugin, command


class Greeter(Plugin):
    name = "greeter"
    version = "{version}"
    description = "Greets"

    async def setup(self) -> None:
        self.greeted = 0

    @command("hello")
    async def hello(self, ctx: CommandContext, name: str = "") -> None:
        self.greeted += 1
        if name == "nobody":
            raise ValueError("nobody is there")
        await ctx.reply(f"Hello, {{name or ctx.user.name}}, number {{self.greeted}}!")

    def export_state(self) -> int:
        return self.greeted

    def import_state(self, state: int, version: int) -> None:
        self.greeted = state
"""

BROKEN_LINE = 24


def write(notebook: Notebook, version: str = "1.0.0") -> None:
    """Write the plugin's file into the folder in which the bot looks."""
    _write(notebook, _SOURCE.format(version=version))


def break_it(notebook: Notebook) -> None:
    """Add a line to the file that is no Python."""
    _write(notebook, f"{_SOURCE.format(version='broken')}    def\n")


def _write(notebook: Notebook, source: str) -> None:
    folder = notebook.folder / "plugins"
    folder.mkdir(exist_ok=True)
    (folder / "greeter.py").write_text(source)
