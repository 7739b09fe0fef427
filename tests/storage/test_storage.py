"""Storage as the bot has it: where it is, who may have it, and what is left when it closes."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rosey.errors import StorageError, StorageLockedError
from rosey.storage import PluginStorage, Storage

FULL = Path("/dev/full")


def mode(path: Path) -> int:
    """The permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


async def test_plugins_do_not_see_each_other(storage: Storage) -> None:
    quotes, trivia = storage.namespace("quotes"), storage.namespace("trivia")
    await quotes.migrate(["CREATE TABLE secret (text TEXT)"])
    await quotes.set("key", "quotes")
    await trivia.set("key", "trivia")

    assert await quotes.get("key") == "quotes"
    async with trivia.transaction() as sql:
        with pytest.raises(StorageError, match="no such table: secret"):
            await sql.execute("SELECT * FROM secret")


async def test_values_survive_closing(directory: Path, storage: Storage) -> None:
    await storage.namespace("quotes").set("key", 1)
    await storage.close()
    again = Storage(str(directory))
    await again.open()

    assert await again.namespace("quotes").get("key") == 1
    await again.close()


async def test_files_are_for_the_owner_only(directory: Path, quotes: PluginStorage) -> None:
    await quotes.set("key", 1)

    assert mode(directory) == 0o700
    assert {mode(path) for path in directory.iterdir()} == {0o600}


async def test_closing_leaves_one_file_per_plugin(
    directory: Path, storage: Storage, quotes: PluginStorage
) -> None:
    await quotes.set("key", 1)
    await storage.close()

    assert sorted(path.name for path in directory.iterdir()) == ["quotes.sqlite", "rosey.lock"]


async def test_namespace_that_is_not_used_makes_no_file(
    directory: Path, quotes: PluginStorage
) -> None:
    assert [path.name for path in directory.iterdir()] == ["rosey.lock"]
    assert quotes is not None


@pytest.mark.parametrize(
    "name", ["", "../quotes", "a/b", "Quotes", "1a", "a-b", "a.b", "a\0", "a\n", "\u0430", "a" * 65]
)
async def test_name_that_is_not_a_plugins_is_refused(storage: Storage, name: str) -> None:
    with pytest.raises(StorageError, match="cannot have storage"):
        storage.namespace(name)


async def test_link_in_place_of_a_database_is_refused(
    directory: Path, tmp_path: Path, quotes: PluginStorage
) -> None:
    (directory / "quotes.sqlite").symlink_to(tmp_path / "elsewhere.sqlite")

    with pytest.raises(StorageError, match="is a link"):
        await quotes.set("key", 1)

    assert not (tmp_path / "elsewhere.sqlite").exists()


async def test_second_bot_on_a_directory_is_refused(directory: Path, storage: Storage) -> None:
    second = Storage(directory)

    with pytest.raises(StorageLockedError, match=rf"another bot \(process {os.getpid()}\)"):
        await second.open()

    await storage.namespace("quotes").set("key", 1)


async def test_bot_in_another_process_is_refused(directory: Path, storage: Storage) -> None:
    code = f"""
import asyncio
from rosey.storage import Storage
asyncio.run(Storage({str(directory)!r}).open())
"""
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stderr=subprocess.PIPE)
    _, complaint = await child.communicate()

    assert child.returncode == 1
    assert b"StorageLockedError" in complaint
    assert storage.directory == directory


async def test_directory_is_free_after_closing(directory: Path, storage: Storage) -> None:
    await storage.close()
    await storage.close()
    second = Storage(directory)
    await second.open()
    await second.open()

    await second.close()


async def test_platform_without_locks_is_warned_about(
    directory: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    storage = Storage(directory)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "platform", "win32")
        await storage.open()

    assert "only one bot" in caplog.text
    await storage.close()


async def test_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match="cannot hold data"):
        await Storage(tmp_path / "file" / "data").open()


@pytest.mark.skipif(not FULL.exists(), reason="no file that is always full there")
async def test_directory_on_a_full_disk_is_refused(directory: Path) -> None:
    directory.mkdir()
    (directory / "rosey.lock").symlink_to(FULL)

    with pytest.raises(StorageError, match="cannot hold data"):
        await Storage(directory).open()


async def test_storage_that_is_not_open_refuses_work(directory: Path, storage: Storage) -> None:
    with pytest.raises(StorageError, match="not open"):
        await Storage(directory / "other").namespace("quotes").get("key")

    quotes = storage.namespace("quotes")
    await quotes.set("key", 1)
    await storage.close()
    with pytest.raises(StorageError, match="not open"):
        await quotes.get("key")


async def test_storage_may_be_opened_again(storage: Storage, quotes: PluginStorage) -> None:
    await quotes.set("key", 1)
    await storage.close()
    await storage.open()

    assert await quotes.get("key") == 1


async def test_memory_keeps_until_it_is_closed() -> None:
    storage = Storage()
    await storage.open()
    quotes = storage.namespace("quotes")
    await quotes.set("key", 1)
    await storage.release("quotes")

    assert storage.directory is None
    assert await quotes.get("key") == 1
    assert await storage.namespace("trivia").get("key") is None
    await storage.close()
    await storage.open()
    assert await quotes.get("key") is None
    await storage.close()


async def test_released_database_is_closed_and_opens_again(
    directory: Path, storage: Storage, quotes: PluginStorage
) -> None:
    await quotes.set("key", 1)
    await storage.release("quotes")
    await storage.release("never_used")

    assert not (directory / "quotes.sqlite-wal").exists()
    assert await quotes.get("key") == 1


@pytest.mark.parametrize("is_in_memory", [True, False], ids=["memory", "file"])
async def test_release_rolls_back_what_a_task_holds(directory: Path, *, is_in_memory: bool) -> None:
    storage = Storage(None if is_in_memory else directory, busy_timeout_s=0.1)
    await storage.open()
    quotes = storage.namespace("quotes")
    began, released = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with quotes.transaction() as sql:
            await sql.execute("CREATE TABLE half (done INTEGER)")
            began.set()
            await released.wait()

    holder = asyncio.create_task(hold())
    await began.wait()
    await storage.release("quotes")
    async with quotes.transaction() as sql:
        tables = await sql.execute("SELECT name FROM sqlite_schema WHERE name = 'half'")
        released.set()
        with pytest.raises(StorageError, match="the transaction is over"):
            await holder
        await sql.execute("CREATE TABLE whole (done INTEGER)")

    assert tables.all() == []
    await storage.close()


async def test_task_that_waits_for_its_turn_is_told_of_the_release(
    storage: Storage, quotes: PluginStorage
) -> None:
    began, released = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with quotes.transaction():
            began.set()
            await released.wait()

    holder = asyncio.create_task(hold())
    await began.wait()
    waiting = asyncio.create_task(quotes.get("key"))
    await asyncio.sleep(0)
    await storage.release("quotes")
    released.set()

    with pytest.raises(StorageError, match="the transaction is over"):
        await holder
    with pytest.raises(StorageError, match="unloaded"):
        await waiting


async def test_threads_are_gone_after_closing(storage: Storage) -> None:
    before = set(threading.enumerate())
    for plugin in ("quotes", "trivia"):
        await storage.namespace(plugin).set("key", 1)
    workers = set(threading.enumerate()) - before
    await storage.close()

    for worker in workers:
        worker.join(1)
    assert len(workers) >= 2
    assert not [worker for worker in workers if worker.is_alive() and "asyncio" not in worker.name]


def test_storage_works_on_a_loop_of_another_thread(directory: Path) -> None:
    async def use() -> object:
        storage = Storage(directory)
        await storage.open()
        await storage.namespace("quotes").set("key", 1)
        value = await storage.namespace("quotes").get("key")
        await storage.close()
        return value

    values: list[object] = []
    thread = threading.Thread(target=lambda: values.append(asyncio.run(use())))
    thread.start()
    thread.join()

    assert values == [1]


def test_sqlalchemy_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, rosey.storage; sys.exit('sqlalchemy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
