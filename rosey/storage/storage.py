"""The bot's storage: a directory with a database for each plugin, or all of it in memory."""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from rosey.errors import StorageError
from rosey.storage.database import Database
from rosey.storage.directory import DataDirectory, check_plugin_name
from rosey.storage.load_markers import LoadMarkers
from rosey.storage.plugin_storage import PluginStorage


class Storage:
    """Gives each plugin its namespace. One bot has it, on one event loop, between open and close.

    Args:
        directory: Where the databases are; None keeps all in memory until `close`.
        busy_timeout_s: Seconds to wait for a database that another task or process is using.
        statement_timeout_s: Seconds that a statement may take before it is stopped.
        now: The clock that values expire by, in seconds since the epoch.
        quota_bytes: Asked before each transaction of a plugin how large its database may be; None
            is no bound.

    Attributes:
        load_markers: Where it is noted which plugins are being loaded; None in memory.
        listeners: Told of each change that a plugin has kept, by the plugin's name and for people,
            in the task that has made it.
    """

    def __init__(
        self,
        directory: Path | str | None = None,
        *,
        busy_timeout_s: float = 5.0,
        statement_timeout_s: float = 30.0,
        now: Callable[[], float] = time.time,
        quota_bytes: Callable[[str], int | None] = lambda _plugin: None,
    ) -> None:
        self._directory = None if directory is None else DataDirectory(Path(directory))
        self.load_markers = LoadMarkers(self._directory.path) if self._directory else None
        self._busy_timeout_s = busy_timeout_s
        self._statement_timeout_s = statement_timeout_s
        self._now = now
        self._quota_bytes = quota_bytes
        self.listeners: tuple[Callable[[str, str], None], ...] = ()
        self._databases: dict[str, Database] = {}
        self._is_open = False

    @property
    def directory(self) -> Path | None:
        """Where the databases are; None if they are in memory."""
        return None if self._directory is None else self._directory.path

    async def open(self) -> None:
        """Take the directory, which is made if it is not there; once open, nothing changes.

        Raises:
            StorageLockedError: Another bot has it.
            StorageError: It cannot be made or written to.
        """
        if not self._is_open:
            await asyncio.to_thread(self._prepare)
        self._is_open = True

    async def close(self) -> None:
        """Roll back what is under way, close every database and let the directory go."""
        self._is_open = False
        async with AsyncExitStack() as closers:
            if self._directory is not None:
                closers.callback(self._directory.close)
            for database in self._databases.values():
                closers.push_async_callback(database.close)

    def namespace(self, plugin: str) -> PluginStorage:
        """A plugin's own storage; its database is opened, and if need be made, at its first use.

        Raises:
            StorageError: That cannot be a plugin's name.
        """
        check_plugin_name(plugin)
        if plugin not in self._databases:
            self._databases[plugin] = Database(
                plugin,
                partial(self._locate, plugin),
                partial(self._quota_bytes, plugin),
                kept=partial(self._tell, plugin),
                busy_timeout_s=self._busy_timeout_s,
                statement_timeout_s=self._statement_timeout_s,
            )
        return PluginStorage(self._databases[plugin], self._now)

    def _tell(self, plugin: str, what: str) -> None:
        for listener in self.listeners:
            listener(plugin, what)

    def bytes_used(self, plugin: str) -> int:
        """What a plugin's database takes, its log included; 0 where nobody has used it yet."""
        return self._databases[plugin].bytes_used if plugin in self._databases else 0

    async def release(self, plugin: str) -> None:
        """Close an unloaded plugin's database; a transaction still open in it is rolled back.

        What it has kept stays, in memory too, and is there when the plugin is loaded again.
        """
        if plugin in self._databases:
            await self._databases[plugin].release()

    def _prepare(self) -> None:
        # SQLAlchemy takes long to load: now, and not in the setup of whichever plugin comes first.
        importlib.import_module("rosey.storage.connection")
        if self._directory is not None:
            self._directory.open()
        if self.load_markers is not None:
            self.load_markers.read()

    def _locate(self, plugin: str) -> Path | None:
        if not self._is_open:
            raise StorageError("storage is not open: the bot is not running")
        return None if self._directory is None else self._directory.path_of(plugin)
