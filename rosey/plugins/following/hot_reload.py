"""Hot reload: files are watched for as long as there is anything to watch, and followed."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rosey.plugins.bus import PluginEventBus
from rosey.plugins.events import Subscription

if TYPE_CHECKING:
    from rosey.plugins.watching.watcher import Watcher

_WHAT_MAY_CHANGE_THE_FILES = ("plugin.enabled", "plugin.reloaded", "plugin.failed")


class HotReload:
    """Watches the files of a bot between `start` and `close`, and has every change followed.

    Args:
        bus: Tells when a plugin may have come to declare other files.
        files: What is to be watched now; nothing while hot reload is off.
        follow: Told of paths that may have changed, also of those that are watched from now on:
            they may have changed before. What it raises is logged.
    """

    def __init__(
        self,
        bus: PluginEventBus,
        files: Callable[[], frozenset[Path]],
        follow: Callable[[Iterable[Path]], Awaitable[object]],
    ) -> None:
        self._bus = bus
        self._files = files
        self._follow = follow
        self._watcher: Watcher | None = None
        self._watched: frozenset[Path] = frozenset()
        self._subscriptions: list[Subscription] = []
        self._adjusting = asyncio.Lock()
        self._is_closed = False

    async def start(self) -> None:
        """Begin to watch, on the running loop; no change is missed from here on."""
        self._subscriptions = [
            self._bus.subscribe(event, self._hear, deadline_s=math.inf)
            for event in _WHAT_MAY_CHANGE_THE_FILES
        ]
        await self.adjust()

    async def adjust(self) -> None:
        """Watch what is to be watched by now, and have followed what is new among it."""
        async with self._adjusting:
            while not self._is_closed and (files := self._files()) != self._watched:
                await self._watch(files)
                new, self._watched = files - self._watched, files
                if new:
                    await self._follow(new)

    async def close(self) -> None:
        """Stop watching, and wait until what has been begun is done."""
        self._is_closed = True
        for subscription in self._subscriptions:
            subscription.cancel()
        async with self._adjusting:
            pass
        if self._watcher is not None:
            await self._watcher.close()

    async def _watch(self, files: frozenset[Path]) -> None:
        if self._watcher is not None:
            await self._watcher.watch(files)
            return
        # watchdog takes a tenth of the time that `import rosey` takes.
        from rosey.plugins.watching.watcher import Watcher  # noqa: PLC0415  see above

        self._watcher = Watcher(self._changed)
        await self._watcher.start(files)

    async def _changed(self, paths: Iterable[Path]) -> None:
        await self._follow(paths)
        await self.adjust()

    async def _hear(self, _event: object, _data: object) -> None:
        # Whoever adjusts looks once more before it ends.
        if not self._adjusting.locked():
            await self.adjust()
