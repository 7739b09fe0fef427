"""The room that one plugin's database has, and how much of it is taken."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from rosey.errors import StorageQuotaError

MOST_PAGES = 0xFFFF_FFFE
"""Pages of the largest database that SQLite can have."""

SPARE_BYTES = 65_536
"""With less than this to spare, it is the disk that is full and not the plugin's quota used up."""


class Room:
    """How large one plugin's database may be, and how large it is.

    Args:
        plugin: Whose it is.
        quota_bytes: Asked before each transaction; None is no bound.

    Attributes:
        used_bytes: What the database took when its last transaction ended, its log included.
    """

    def __init__(self, plugin: str, quota_bytes: Callable[[], int | None]) -> None:
        self._plugin = plugin
        self._quota_bytes = quota_bytes
        self.used_bytes = 0

    def most_pages(self, page_bytes: int) -> int:
        """How many pages of this size the database may have, at least one."""
        quota_bytes = self._quota_bytes()
        # Zero would be no bound but a question to SQLite.
        return MOST_PAGES if quota_bytes is None else max(1, quota_bytes // page_bytes)

    def refusal(self, path: Path | None) -> StorageQuotaError | None:
        """Why there is no room; None where not the quota is to blame but the disk. This blocks.

        Args:
            path: The file that SQLite says is full; None where there is none.
        """
        quota_bytes = self._quota_bytes()
        if quota_bytes is None or (path is not None and _is_disk_full(path)):
            return None
        return StorageQuotaError(self._plugin, quota_bytes)

    def factory(self, path: Path | None) -> Callable[..., sqlite3.Connection]:
        """What `sqlite3.connect` makes a connection with that keeps `used_bytes` up to date."""
        return partial(_Measured, self, path)


class _Measured(sqlite3.Connection):
    """Measures its database at the end of each transaction.

    It does so in the thread that has the connection: nobody has to wait for another turn of it.
    """

    def __init__(
        self,
        room: Room,
        path: Path | None,
        *arguments: Any,  # noqa: ANN401  those of `sqlite3.connect`
        **options: Any,  # noqa: ANN401  as `arguments`
    ) -> None:
        super().__init__(*arguments, **options)
        self._room = room
        self._path = path

    def commit(self) -> None:
        super().commit()
        self._measure()

    def rollback(self) -> None:
        super().rollback()
        self._measure()

    def close(self) -> None:
        super().close()
        if self._path is None:
            self._room.used_bytes = 0
        else:
            self._measure()

    def _measure(self) -> None:
        # It must not fail what has just succeeded: the end of the next transaction measures again.
        with suppress(OSError, sqlite3.Error):
            self._room.used_bytes = self._size_bytes()

    def _size_bytes(self) -> int:
        if self._path is not None:
            return size_bytes(self._path)
        pages: int
        page_bytes: int
        (pages,) = self.execute("PRAGMA page_count").fetchone()
        (page_bytes,) = self.execute("PRAGMA page_size").fetchone()
        return pages * page_bytes


def size_bytes(path: Path) -> int:
    """What a database takes on the disk, its log included; 0 where there is none. This blocks."""
    return sum(_file_bytes(Path(f"{path}{suffix}")) for suffix in ("", "-wal"))


def _is_disk_full(path: Path) -> bool:
    return shutil.disk_usage(path.parent).free < SPARE_BYTES


def _file_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
