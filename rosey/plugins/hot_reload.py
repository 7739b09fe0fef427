"""Hot reload: from changed files to the plugins that must be loaded, reloaded or unloaded."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rosey.errors import PluginError, PluginLoadError
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from rosey.plugins.reading import read
from rosey.plugins.slots import Slot

if TYPE_CHECKING:
    from rosey.plugins.watcher import Watcher

logger = logging.getLogger(__name__)


class HotReload:
    """Keeps the plugins that run as they stand in their files, between `start` and `close`.

    A save that changes nothing reloads nothing. A broken save is tried once, and the next one
    that differs is tried again. A plugin whose file is gone is unloaded, and loaded again when the
    file is back. A plugin that somebody unloaded stays so.

    Args:
        manager: Whose plugins.
        is_wanted: Whether a plugin of that name is loaded when its file appears.
    """

    def __init__(self, manager: PluginManager, is_wanted: Callable[[str], bool]) -> None:
        self._manager = manager
        self._is_wanted = is_wanted
        self._watcher: Watcher | None = None
        self._gone: set[str] = set()

    async def start(self) -> None:
        """Begin to watch the plugin directories, on the running loop."""
        # watchdog takes a tenth of the time that `import rosey` takes.
        from rosey.plugins.watcher import Watcher  # noqa: PLC0415  see above

        self._watcher = Watcher(self.follow)
        await self._watcher.start(self._manager.plugin_dirs)

    async def close(self) -> None:
        """Stop watching, and wait until what has been begun is done."""
        if self._watcher is not None:
            await self._watcher.close()

    async def follow(self, paths: Iterable[Path]) -> None:
        """Bring the plugins that some files belong to up to date.

        Args:
            paths: Files and folders that have changed, appeared or gone.
        """
        await self._manager.discover_plugins()
        slots = [*self._manager.slots]
        sources = [slot.source.path for slot in slots]
        touched, there = await asyncio.to_thread(_touched, [*paths], sources)
        for slot in slots:
            if slot.source.path not in touched:
                continue
            try:
                await self._follow(slot, is_there=slot.source.path in there)
            except PluginError as error:
                logger.warning("%s", error, extra={"plugin": slot.name})

    async def _follow(self, slot: Slot, *, is_there: bool) -> None:
        if slot.is_loaded and not is_there:
            await self._manager.unload_plugin(slot.name)
            self._gone.add(slot.name)
        elif slot.is_loaded or slot.state is PluginState.FAILED:
            if await _differs(slot):
                await self._manager.reload_plugin(slot.name)
        elif slot.name in self._gone or self._is_new(slot):
            self._gone.discard(slot.name)
            await self._manager.load_plugin(slot.name)

    def _is_new(self, slot: Slot) -> bool:
        return slot.state is PluginState.DISCOVERED and self._is_wanted(slot.name)


async def _differs(slot: Slot) -> bool:
    """Whether a plugin's files are not those of the last attempt to load it."""
    try:
        return (await read(slot.source)).digest != slot.attempted
    except PluginLoadError:
        return True  # the attempt says why


def _touched(paths: Sequence[Path], sources: Sequence[Path]) -> tuple[set[Path], set[Path]]:
    """Which sources some paths belong to, links followed, and which of those are there."""
    real = {path: Path(os.path.realpath(path)) for path in (*paths, *sources)}

    def belongs(path: Path, source: Path) -> bool:
        # A folder stands for all that it holds, or held.
        return path.is_relative_to(source) or source.is_relative_to(path)

    touched = {
        source
        for source in sources
        if any(belongs(path, source) or belongs(real[path], real[source]) for path in paths)
    }
    return touched, {source for source in touched if source.exists()}
