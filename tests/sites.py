"""The folder of a real bot: a configuration file and plugins, which tests save as people do."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from rosey.bot import Bot
from rosey.config import Config
from tests.bots import write_plugin

WAIT_S = 10.0

ANSWERS = """
@command("{name}")
async def answer(self, ctx):
    await ctx.reply("{text}")
"""

TELLS_ITS_SETTINGS = """
version = "1"

@command("{name}")
async def answer(self, ctx):
    await ctx.reply(str(self.config))
"""


class Site:
    """A folder with `config.json` and `plugins/`.

    Args:
        path: The folder.
        hot_reload: Whether its bot follows files, where the configuration does not say.
    """

    def __init__(self, path: Path, *, hot_reload: bool = True) -> None:
        self.config = path / "config.json"
        self.plugins = path / "plugins"
        self.plugins.mkdir()
        self._hot_reload = hot_reload
        self.configure()

    def configure(self, *, plugins: dict[str, Any] | None = None, **settings: Any) -> None:  # noqa: ANN401  as a configuration file has them
        """Save the configuration."""
        values = {**settings, "plugins": {"hot_reload": self._hot_reload, **(plugins or {})}}
        self.config.write_text(json.dumps(values), encoding="utf-8")

    def answering(self, name: str, text: str) -> Path:
        """Save a plugin whose command of the same name answers with a text."""
        return write_plugin(self.plugins, name, ANSWERS.format(name=name, text=text))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Bot]:
        """A bot that runs."""
        async with Bot(await asyncio.to_thread(Config.load, self.config)) as bot:
            yield bot


class Ear:
    """Hears some events of a bot.

    Attributes:
        heard: The data of each, those that were waited for included.
    """

    def __init__(self, bot: Bot, *events: str) -> None:
        self.heard: list[Any] = []
        self._fresh: asyncio.Queue[Any] = asyncio.Queue()
        for event in events:
            bot.on(event, self._hear)

    def _hear(self, _event: object, data: object) -> None:
        self.heard.append(data)
        self._fresh.put_nowait(data)

    async def next(self) -> Any:  # noqa: ANN401  the event's own data
        """Wait for the next one."""
        async with asyncio.timeout(WAIT_S):
            return await self._fresh.get()
