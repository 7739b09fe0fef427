"""What the database's errors become."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from rosey.errors import (
    StorageCorruptError,
    StorageError,
    StorageFullError,
    StorageLockedError,
)

# A value that SQLite has no room for is a ValueError or an OverflowError.
DATABASE_ERRORS = (sqlite3.Error, OSError, ValueError, OverflowError)

_PRIMARY_CODE = 0xFF


@contextmanager
def mapped(
    where: str, *, timeout_s: float, errors: tuple[type[Exception], ...] = DATABASE_ERRORS
) -> Iterator[None]:
    """Turn what a database raises into `StorageError`.

    Args:
        where: The database, for the message.
        timeout_s: Seconds that a statement has, for the message.
        errors: What to turn; one that wraps another has it as `orig`, like SQLAlchemy's.
    """
    try:
        yield
    except errors as error:
        raise storage_error(getattr(error, "orig", error), where, timeout_s) from error


def storage_error(error: Exception, where: str, timeout_s: float) -> StorageError:
    """Say what went wrong in the database `where`, and what to do about it."""
    match getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StorageLockedError(
                f"{where} is in use by another process: close what has it open, then try again"
            )
        case sqlite3.SQLITE_FULL:
            return StorageFullError(
                f"{where}: the disk or the database is full, and this change was not kept: make "
                "room, then try again"
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StorageCorruptError(
                f"{where} is not a sound database ({error}); it was left as it is: restore it from "
                "a backup, or move it away to begin anew"
            )
        case sqlite3.SQLITE_INTERRUPT:
            return StorageError(
                f"{where}: stopped: a statement has {timeout_s:g} s, and ends with its plugin"
            )
        case sqlite3.SQLITE_AUTH:
            return StorageError(
                f"{where}: a plugin's SQL stays in its own database, leaves it to transaction() to "
                "begin, commit and roll back, and sets no PRAGMA: use migrate(), which keeps the "
                "version of the tables"
            )
    return StorageError(f"{where}: {error}")
