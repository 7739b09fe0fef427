"""Databases that are locked, full, damaged or too new: a clear error, and nothing lost."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from rosey.errors import (
    StorageCorruptError,
    StorageError,
    StorageFullError,
    StorageLockedError,
    StorageTooNewError,
)
from rosey.storage import PluginStorage, Storage
from rosey.storage.soundness import check

FILE = "quotes.sqlite"


@contextmanager
def other_program(directory: Path) -> Iterator[sqlite3.Connection]:
    """A program of the operator's that has the database open."""
    with closing(sqlite3.connect(directory / FILE, isolation_level=None)) as other:
        yield other


def contents(directory: Path) -> dict[str, bytes]:
    """Every file of the database but the index of its log, which holds locks only."""
    return {
        path.name: path.read_bytes()
        for path in directory.glob(f"{FILE}*")
        if not path.name.endswith("-shm") and path.stat().st_size
    }


@pytest.fixture
async def kept(directory: Path, storage: Storage, quotes: PluginStorage) -> Path:
    """A file with something in it, closed."""
    for number in range(100):
        await quotes.set(f"key {number}", "x" * 1000)
    await storage.release("quotes")
    return directory / FILE


async def test_database_locked_by_another_program_is_named(
    directory: Path, quotes: PluginStorage
) -> None:
    await quotes.set("key", 1)
    with other_program(directory) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageLockedError, match=r"quotes\.sqlite is in use"):
            await quotes.set("key", 2)
        assert await quotes.get("key") == 1

    await quotes.set("key", 2)
    assert await quotes.get("key") == 2


async def test_database_locked_when_it_is_opened_is_tried_again_at_the_next_use(
    directory: Path, kept: Path, quotes: PluginStorage
) -> None:
    with other_program(directory) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageLockedError, match=kept.name):
            await quotes.get("key 1")

    assert await quotes.get("key 1") == "x" * 1000


async def test_new_database_locked_by_another_program_is_made_at_the_next_use(
    directory: Path, quotes: PluginStorage
) -> None:
    with other_program(directory) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageLockedError, match="try again"):
            await quotes.set("key", 1)

    await quotes.set("key", 1)


async def test_trouble_of_one_plugin_stays_its_own(
    directory: Path, storage: Storage, quotes: PluginStorage
) -> None:
    (directory / FILE).write_bytes(b"no database " * 1000)
    trivia = storage.namespace("trivia")
    await trivia.set("key", 1)

    with pytest.raises(StorageCorruptError):
        await quotes.get("key")

    assert await trivia.get("key") == 1


@pytest.mark.usefixtures("_small_disk")
async def test_full_database_keeps_what_it_has(quotes: PluginStorage) -> None:
    await quotes.set("key", "before")

    with pytest.raises(StorageFullError, match="make room"):
        await quotes.set("key", "x" * 100_000)

    assert await quotes.get("key") == "before"
    await quotes.set("key", "after")


@pytest.mark.usefixtures("_small_disk")
async def test_full_database_undoes_the_whole_transaction(quotes: PluginStorage) -> None:
    await quotes.migrate(["CREATE TABLE quote (text TEXT)"])

    async def fill() -> None:
        async with quotes.transaction() as sql:
            await sql.execute("INSERT INTO quote VALUES ('small')")
            await sql.execute("INSERT INTO quote VALUES (zeroblob(100000))")

    with pytest.raises(StorageFullError):
        await fill()

    async with quotes.transaction() as sql:
        assert (await sql.execute("SELECT * FROM quote")).all() == []


@pytest.mark.parametrize("garbage", [b"no", b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 5000])
async def test_file_that_is_no_database_is_left_untouched(
    directory: Path, quotes: PluginStorage, garbage: bytes
) -> None:
    (directory / FILE).write_bytes(garbage)

    for _ in range(2):
        with pytest.raises(StorageCorruptError, match=r"quotes\.sqlite .*from a backup"):
            await quotes.set("key", 1)

    assert contents(directory) == {FILE: garbage}


async def test_file_cut_off_in_the_middle_is_left_untouched(
    directory: Path, kept: Path, quotes: PluginStorage
) -> None:
    half = kept.read_bytes()[: kept.stat().st_size // 2]
    kept.write_bytes(half)

    with pytest.raises(StorageCorruptError, match="move it away"):
        await quotes.get("key 1")

    assert contents(directory) == {FILE: half}


async def test_file_damaged_inside_is_left_untouched(
    directory: Path, kept: Path, quotes: PluginStorage
) -> None:
    damaged = bytearray(kept.read_bytes())
    damaged[4096 : 4096 * 8] = b"\xa5" * 4096 * 7
    kept.write_bytes(damaged)

    with pytest.raises(StorageCorruptError, match=r"quotes\.sqlite"):
        await quotes.get("key 1")

    assert contents(directory) == {FILE: damaged}


async def test_log_of_a_damaged_file_is_left_untouched(
    directory: Path, kept: Path, quotes: PluginStorage
) -> None:
    with other_program(directory) as other:
        other.execute("PRAGMA wal_autocheckpoint = 0")
        other.execute("UPDATE rosey_keyvalue SET value = 'y'")
        log = Path(f"{kept}-wal").read_bytes()
    Path(f"{kept}-wal").write_bytes(log)
    kept.write_bytes(b"\xff" * 4096)
    before = contents(directory)

    with pytest.raises(StorageCorruptError):
        await quotes.get("key 1")

    assert contents(directory) == before


@pytest.mark.parametrize("is_there", [True, False], ids=["empty", "missing"])
async def test_log_without_its_database_is_not_thrown_away(
    directory: Path, quotes: PluginStorage, *, is_there: bool
) -> None:
    if is_there:
        (directory / FILE).touch()
    (directory / f"{FILE}-wal").write_bytes(b"committed")

    with pytest.raises(StorageCorruptError, match="holds data of it"):
        await quotes.get("key")

    assert contents(directory) == {f"{FILE}-wal": b"committed"}


async def test_write_that_was_killed_before_the_log_is_undone(
    directory: Path, kept: Path, quotes: PluginStorage
) -> None:
    with other_program(directory) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("PRAGMA cache_size = 1")
        other.execute("BEGIN")
        other.execute("UPDATE rosey_keyvalue SET value = '\"half\"'")
        torn, journal = kept.read_bytes(), Path(f"{kept}-journal").read_bytes()
    kept.write_bytes(torn)
    Path(f"{kept}-journal").write_bytes(journal)

    assert await quotes.get("key 1") == "x" * 1000


async def test_layout_newer_than_the_code_is_left_untouched(
    directory: Path, kept: Path, quotes: PluginStorage
) -> None:
    with other_program(directory) as other:
        other.execute("PRAGMA user_version = 2")
    before = kept.read_bytes()

    with pytest.raises(StorageTooNewError, match="has layout 2"):
        await quotes.get("key 1")

    assert contents(directory) == {FILE: before}


async def test_database_that_is_refused_keeps_its_time(kept: Path, quotes: PluginStorage) -> None:
    kept.write_bytes(b"no database")
    os.utime(kept, (1, 1))

    with pytest.raises(StorageCorruptError):
        await quotes.get("key 1")

    assert kept.stat().st_mtime == 1


async def test_database_that_cannot_be_read_is_an_error_of_storage(
    directory: Path, quotes: PluginStorage
) -> None:
    (directory / FILE).mkdir()

    with pytest.raises(StorageError, match=FILE):
        await quotes.get("key")


async def test_database_without_rosey_tables_is_an_error_of_storage(quotes: PluginStorage) -> None:
    async with quotes.transaction() as sql:
        await sql.execute("DROP TABLE rosey_keyvalue")

    with pytest.raises(StorageError, match="no such table"):
        await quotes.get("key")


async def test_check_that_takes_too_long_is_stopped(directory: Path, kept: Path) -> None:
    with other_program(directory) as other:
        other.execute("CREATE TABLE large AS SELECT randomblob(20000000)")

    with pytest.raises(StorageError, match=r"stopped|could not be checked within 0 s"):
        await asyncio.to_thread(check, kept, busy_timeout_s=0, timeout_s=0)
