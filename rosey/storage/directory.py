"""The directory that holds a bot's databases, one file per plugin, and the lock on it."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from rosey.errors import StorageError, StorageLockedError
from rosey.plugins.loading.discovery import NAME_RULE, is_name

if sys.platform != "win32":
    import fcntl

LOCK_NAME = "rosey.lock"
"""The file that is locked while a bot has the directory; no plugin's name has a dot."""

_LOG = logging.getLogger(__name__)


def check_plugin_name(plugin: str) -> None:
    """Refuse a name that could be anything but the name of a file in the directory.

    Raises:
        StorageError: It has not the form of a plugin's name.
    """
    if not is_name(plugin):
        raise StorageError(f"{plugin!r} cannot have storage: a plugin's name is {NAME_RULE}")


class DataDirectory:
    """One directory, used by one bot at a time. Its methods block: call them in a thread.

    Args:
        path: Where it is; made, for the owner's eyes only, if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    def open(self) -> None:
        """Make the directory if need be, and lock it.

        Raises:
            StorageLockedError: Another bot has it.
            StorageError: It cannot be made or written to.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.path / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StorageError(f"{self.path} cannot hold data: {error.strerror}") from error
        try:
            self._take(lock)
        except BaseException:
            os.close(lock)
            raise
        self._lock = lock

    def _take(self, lock: int) -> None:
        if sys.platform == "win32":
            _LOG.warning("no file locks here: see to it that only one bot uses %s", self.path)
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise StorageLockedError(
                f"{self.path} is used by another bot (process {holder}): stop that one, or give "
                "this one a data directory of its own"
            ) from error
        try:
            os.ftruncate(lock, 0)
            os.pwrite(lock, b"%d\n" % os.getpid(), 0)
        except OSError as error:
            raise StorageError(f"{self.path} cannot hold data: {error.strerror}") from error

    def close(self) -> None:
        """Let another bot have it. The lock's file stays: who removes it may remove a new lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def path_of(self, plugin: str) -> Path:
        """The file of a plugin's database, which need not be there yet.

        Raises:
            StorageError: The name is not a plugin's.
        """
        check_plugin_name(plugin)
        return self.path / f"{plugin}.sqlite"
