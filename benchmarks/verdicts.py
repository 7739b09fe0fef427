"""Whether profiles say the truth: 20 of a plugin that leaks 1 KB a reload, 20 of a clean one.

Run as `python -m benchmarks.verdicts`; it takes a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

from rosey.bot import Bot
from rosey.config import Config
from rosey.diagnostics.profile.profiling import Profiler
from rosey.diagnostics.profile.result import MemoryProfile

PLUGIN = '''
import asyncio
import shelf
from rosey import CommandContext, Event, Plugin, command, every, on

{line}

class Dice(Plugin):
    """Takes what plugins take."""

    name = "dice"

    async def setup(self) -> None:
        self.seen: list[object] = []
        self.provide_service("seen", self.seen)
        self.create_task(asyncio.Event().wait())

    @command("hi")
    async def hi(self, ctx: CommandContext) -> None:
        await ctx.reply("hi")

    @on("user_join")
    async def join(self, event: Event, data: object) -> None:
        self.seen.append(data)

    @every(60)
    def tick(self) -> None: ...
'''
LINES = {"clean": "", "leak of 1 KB": "shelf.kept.append(bytes(1000))"}


async def profile(folder: Path, **settings: Any) -> MemoryProfile:  # noqa: ANN401  those of Profiler
    """A profile of the plugin on a bot of its own."""
    plugins = {"plugin_dirs": [str(folder)], "hot_reload": False}
    async with Bot(Config.from_mapping({"plugins": plugins})) as bot:
        return await Profiler(bot, "dice", **settings).run()


def main() -> None:
    """Print for each plugin how often it was called leaking, and the slopes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=20)
    runs = parser.parse_args().runs
    shelf: Any = types.ModuleType("shelf")
    sys.modules["shelf"] = shelf
    print("plugin        called leaking  bytes a reload (least, median, most)  s each")  # noqa: T201  its purpose
    for what, line in LINES.items():
        found = []
        for _ in range(runs):
            shelf.kept = []
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "dice.py").write_text(PLUGIN.format(line=line), encoding="utf-8")
                found.append(asyncio.run(profile(Path(folder))))
        slopes = sorted(one.slope.value for one in found)
        leaking = sum(one.is_leaking for one in found)
        spread = f"{slopes[0]:,.0f}, {slopes[runs // 2]:,.0f}, {slopes[-1]:,.0f}"
        seconds = sum(one.seconds for one in found) / runs
        print(f"{what:12}  {leaking:2} of {runs:2}        {spread:38}  {seconds:.2f}")  # noqa: T201  its purpose


if __name__ == "__main__":
    main()
