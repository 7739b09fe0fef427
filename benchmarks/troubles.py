"""Two plugins, and what befalls the bot that they run in."""

from __future__ import annotations

import contextlib
import json
import logging
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from rosey import Bot
from rosey.errors import ConfigError, PluginError

COUNTER = """
from rosey import Plugin, command, on

EDIT = {edit}


class Counter(Plugin):
    name = "counter"

    async def setup(self):
        self.heard = self.counted = 0

    def export_state(self):
        return self.heard, self.counted

    def import_state(self, state, version):
        self.heard, self.counted = state

    @on("message")
    async def hear(self, event, data):
        self.heard += 1

    @command("count")
    async def count(self, ctx, number: int):
        self.counted += 1
        await ctx.reply(f"counted {{number}}")
"""

MOODY = """
import asyncio

from rosey import Plugin, command, on


class Moody(Plugin):
    name = "moody"
    dependencies = ["counter"]

    @on("message")
    async def sulk(self, event, data):
        if data["msg"].endswith("crash"):
            asyncio.create_task(asyncio.sleep(60))
            raise ValueError(data["msg"])

    @command("mood")
    async def mood(self, ctx, number: int, how: str = ""):
        await asyncio.sleep(0)
        if how == "crash":
            raise ValueError(how)
        await ctx.reply(f"{self.config['mood']} {number}")
"""


@contextlib.asynccontextmanager
async def site() -> AsyncIterator[Path]:
    """A folder with a configuration file and plugins; nothing is logged meanwhile."""
    before = logging.root.manager.disable
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        (made / "plugins").mkdir()
        write_counter(made, 0)
        (made / "plugins" / "moody.py").write_text(MOODY, encoding="utf-8")
        write_config(made, "happy")
        yield made
    logging.disable(before)


class Troubles:
    """What befalls the bot.

    Args:
        bot: The bot; it runs.
        site: Its folder.
        chance: What decides.

    Attributes:
        counts: How often there was which trouble.
    """

    def __init__(self, bot: Bot, site: Path, chance: random.Random) -> None:
        self._bot = bot
        self._site = site
        self._chance = chance
        self._edits = 0
        self._left: list[str] = []
        self.counts: Counter[str] = Counter()

    async def befall(self) -> None:
        """Have one of them."""
        kinds: Mapping[str, Callable[[], Awaitable[object]]] = {
            "reload": self._reload,
            "broken reload": self._reload_broken,
            "settings": self._configure,
            "broken settings": self._configure_badly,
            "disable": lambda: self._bot.disable("moody"),
            "enable": lambda: self._bot.enable("moody"),
            "unload": lambda: self._bot.unload("moody"),
            "load": lambda: self._bot.load("moody"),
        }
        # Each comes once in a while, whatever chance says.
        self._left = self._left or self._chance.sample([*kinds], len(kinds))
        kind = self._left.pop()
        self.counts[kind] += 1
        # What is disabled cannot be disabled, and so on: that is refused, as it should be.
        with contextlib.suppress(PluginError, ConfigError):
            await kinds[kind]()

    async def _reload(self) -> None:
        self._edits += 1
        write_counter(self._site, self._edits)
        await self._bot.reload("counter")

    async def _reload_broken(self) -> None:
        write_counter(self._site, self._edits, more="\n1 / 0\n")
        try:
            await self._bot.reload("counter")
        finally:
            write_counter(self._site, self._edits)

    async def _configure(self) -> None:
        write_config(self._site, self._chance.choice(["happy", "sad"]))
        await self._bot.reload_config()

    async def _configure_badly(self) -> None:
        write_config(self._site, "happy", command_prefix=7)
        await self._bot.reload_config()


def write_counter(site: Path, edit: int, *, more: str = "") -> None:
    """Write a version of the plugin that remembers."""
    code = COUNTER.format(edit=edit) + more
    (site / "plugins" / "counter.py").write_text(code, encoding="utf-8")


def write_config(site: Path, mood: str, **settings: Any) -> None:  # noqa: ANN401  as a configuration file has them
    """Write the configuration file."""
    plugins = {"hot_reload": False, "plugin_config": {"moody": {"mood": mood}}}
    values = {**settings, "plugins": plugins}
    (site / "config.json").write_text(json.dumps(values), encoding="utf-8")
