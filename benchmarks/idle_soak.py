"""Use a plugin, let it be unloaded as idle, and use it again, many times: what is left of it?

Usage: python -m benchmarks.idle_soak [TIMES]
"""

from __future__ import annotations

import argparse
import array
import asyncio
import gc
import logging
import sys
import tempfile
from pathlib import Path

from benchmarks.soak import living, slope
from rosey import Bot, Config
from rosey.connections.local import LocalConnection

_PLUGIN = """
import dataclasses
from rosey import Plugin, command, on

@dataclasses.dataclass
class Count:
    number: int = 0

class Idler(Plugin):
    name = "idler"
    activation = ["command:count", "event:counted"]
    async def setup(self):
        self.count = Count()
    def export_state(self):
        return self.count.number
    def import_state(self, state, version):
        self.count = Count(state)
    @command("count", help="Count.")
    async def more(self, ctx, step: int = 1):
        self.count.number += step
        await ctx.reply(str(self.count.number))
    @on("counted")
    async def counted(self, event, data):
        self.count.number += 1
"""

_IDLE_S = 0.0005


async def soak(times: int) -> tuple[float, frozenset[str]]:
    """Use the plugin so many times, and wait after each until it is unloaded.

    Returns:
        The slope of the memory blocks that Python has allocated, a use, the first fifth left out,
        and the generations of which anything lives in the end.
    """
    blocks = array.array("q", [0] * times)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "idler.py").write_text(_PLUGIN, encoding="utf-8")
        settings = {"idler": {"unload_after_idle_s": _IDLE_S}}
        plugins = {"plugin_dirs": [folder], "hot_reload": False, "plugin_config": settings}
        async with Bot(Config.from_mapping({"plugins": plugins})) as bot:
            for number in range(times):
                await _use(bot, number)
                if not number:
                    gc.freeze()
                gc.collect()
                blocks[number] = sys.getallocatedblocks()
            alive = living()
    gc.unfreeze()
    return slope(blocks[times // 5 :]), alive


async def _use(bot: Bot, number: int) -> None:
    """Use the plugin by a command and an event, and wait until it is unloaded."""
    slot = bot.plugin_manager.slots.known("idler")
    assert await bot.say("!count") == [str(2 * number + 1)]
    await bot.bus.emit("counted")
    while slot.dormant is None or slot.lock.locked():  # noqa: ASYNC110  nobody is told of the lock
        await asyncio.sleep(_IDLE_S)
    await bot.bus.drain()
    # The last thousand replies are kept for the owner: until there are so many, each would count.
    assert isinstance(bot.local.connection, LocalConnection)
    bot.local.connection.replies.clear()


def main() -> None:
    """Print how memory goes, and what is left of the generations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", type=int, nargs="?", default=1_000)
    times: int = parser.parse_args().times
    logging.disable()
    per_use, alive = asyncio.run(soak(times))
    told = f"{times:,} uses, each after being unloaded as idle: {per_use:+.3f} blocks a use"
    print(f"{told}, {len(alive)} generation{'s' * (len(alive) != 1)} alive")  # noqa: T201  its purpose


if __name__ == "__main__":
    main()
