"""Whether a file may be opened as a database, found out without writing to it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from rosey.errors import StorageCorruptError, StorageError, StorageTooNewError
from rosey.storage.faults import mapped

LAYOUT_VERSION = 1
"""The version of Rosey's own tables, kept as SQLite's `user_version`; 0 is a new database."""


def check(path: Path, *, busy_timeout_s: float, timeout_s: float) -> None:
    """Make sure that the file is a sound database that this code understands, or a new one.

    It blocks, and reads the whole file. A new file is made for the owner's eyes only.

    Raises:
        StorageCorruptError: It is damaged, or no database.
        StorageTooNewError: Its layout is newer than this code.
        StorageError: It cannot be read, or not within `timeout_s` seconds, or it is a link.
    """
    with mapped(str(path), timeout_s=timeout_s):
        _check_presence(path)
        with suppress(FileExistsError):
            path.touch(mode=0o600, exist_ok=False)
        if path.stat().st_size:
            _check_content(path, busy_timeout_s, timeout_s)


def _check_presence(path: Path) -> None:
    if path.is_symlink():
        raise StorageError(f"{path} is a link, and may lead anywhere: put the file itself there")
    # SQLite deletes a log whose database is missing or empty, and what it held with it.
    log = Path(f"{path}-wal")
    if _size_bytes(log) and not _size_bytes(path):
        raise StorageCorruptError(
            f"{path} is missing or empty, but {log.name} holds data of it: put the file back from "
            f"a backup, or move {log.name} away to begin anew"
        )


def _size_bytes(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _check_content(path: Path, busy_timeout_s: float, timeout_s: float) -> None:
    # A write that was killed before the first use of the log can only be undone by writing.
    mode = "rw" if Path(f"{path}-journal").exists() else "ro"
    uri = f"{path.as_uri()}?mode={mode}"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=busy_timeout_s)) as connection,
        _interrupted_after(timeout_s, connection),
    ):
        (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    if finding != "ok":
        raise StorageCorruptError(
            f"{path} is damaged ({finding}); it was left as it is: restore it from a backup, or "
            "move it away to begin anew"
        )
    if version > LAYOUT_VERSION:
        raise StorageTooNewError(
            f"{path} has layout {version}, this version of Rosey knows {LAYOUT_VERSION}; it was "
            "left as it is: install the newer Rosey that wrote it"
        )


@contextmanager
def _interrupted_after(timeout_s: float, connection: sqlite3.Connection) -> Iterator[None]:
    is_late = threading.Event()

    def interrupt() -> None:
        is_late.set()
        connection.interrupt()

    timer = threading.Timer(timeout_s, interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
    if is_late.is_set():
        # An interrupted check may report what it has seen so far as if it were all.
        raise TimeoutError(f"could not be checked within {timeout_s:g} s")
