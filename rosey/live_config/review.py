"""A changed configuration file, held against the bot that runs before anything is changed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rosey.chat.router import Router
from rosey.config import Config, ConfigDifference, difference
from rosey.diagnostics.blocking import BlockingWatch
from rosey.errors import ConfigError, ConfigFault
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.following.following import Following
from rosey.plugins.following.sections import Sections
from rosey.plugins.loading.discovery import discover
from rosey.plugins.manager import PluginManager
from rosey.plugins.watching.touching import touch

logger = logging.getLogger(__name__)


class Configured(Protocol):
    """A bot whose configuration may change."""

    config: Config
    bus: PluginEventBus
    plugin_manager: PluginManager
    router: Router
    blocking_watch: BlockingWatch


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A configuration that fits, and what is new in it.

    Attributes:
        config: All of it.
        difference: What is another thing in it.
        stale: Plugins whose section has changed, and whose code is not what runs.
    """

    config: Config
    difference: ConfigDifference
    stale: tuple[str, ...]


class Review:
    """Reads the configuration file of a bot again, and tells of a refusal once.

    Args:
        bot: The bot.
        sections: Knows what the schemas of its plugins say.
        following: Knows whose code has changed.
    """

    def __init__(self, bot: Configured, sections: Sections, following: Following) -> None:
        self._bot = bot
        self._sections = sections
        self._following = following
        self._refused: tuple[ConfigFault, ...] = ()
        self._is_gone = False

    @property
    def files(self) -> frozenset[Path]:
        """The configuration file, where there is one."""
        file = self._bot.config.file
        return frozenset() if file is None else frozenset({file.path})

    async def news_in(self, paths: Iterable[Path]) -> News | None:
        """What is new in the file, where it is among some paths.

        One that was refused is read again whatever has changed: the fault may be mended elsewhere.

        Returns:
            None where nothing is new, or the file is gone, or refused.
        """
        touched = await asyncio.to_thread(touch, paths, self.files)
        for file in self.files if self._refused else touched.files:
            if await asyncio.to_thread(os.path.exists, file):
                with contextlib.suppress(ConfigError):  # which has been told
                    return await self.news()
            elif not self._is_gone:
                self._is_gone = True
                logger.warning("%s is gone; the bot goes on with what it said", file)
        return None

    async def news(self) -> News | None:
        """Read the file again, and hold it against what runs.

        Returns:
            None where nothing is new.

        Raises:
            ConfigError: It is refused, with every fault and without secrets.
        """
        redact = self._bot.config.redact
        try:
            new = await asyncio.to_thread(self._bot.config.again)
            redact |= new.redact
            news = await self._compare(new)
        except ConfigError as error:
            faults = [ConfigFault(path=f.path, reason=redact(f.reason)) for f in error.faults]
            refusal = ConfigError(faults, origin=error.origin)
            self._tell(refusal)
            raise refusal from None
        self._refused, self._is_gone = (), False
        return news

    async def _compare(self, new: Config) -> News | None:
        old, slots = self._bot.config, self._bot.plugin_manager.slots
        if new.file == old.file:
            return None
        found = [*await self._bot.plugin_manager.discover_plugins(), *slots.rejected]
        change = difference(old, new, found)
        stale = [name for name in change.sections if await self._following.is_stale(name)]
        # New code may need settings that the code that runs refuses.
        checked = [name for name in change.sections if name not in stale]
        faults = [
            *(await _folder_faults(new) if "plugins.plugin_dirs" in change.live else ()),
            *await self._sections.faults(checked, new.plugins.plugin_config),
        ]
        if faults:
            raise ConfigError(faults, origin=new.origin)
        return News(config=new, difference=change, stale=tuple(stale))

    def _tell(self, refusal: ConfigError) -> None:
        if refusal.faults == self._refused:
            return
        self._refused = refusal.faults
        logger.warning("refused, and nothing has changed: %s", refusal)
        faults = [str(fault) for fault in refusal.faults]
        self._bot.bus.emit_soon("config.rejected", {"file": refusal.origin, "faults": faults})


async def _folder_faults(config: Config) -> list[ConfigFault]:
    try:
        await asyncio.to_thread(discover, config.plugins.plugin_dirs)
    except OSError as error:
        reason = f"a folder cannot be searched: {error.strerror or error}"
        return [ConfigFault(path="plugins.plugin_dirs", reason=reason)]
    return []
