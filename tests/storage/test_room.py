"""How much a plugin may keep, and how much of that it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rosey.errors import StorageError, StorageFullError, StorageQuotaError
from rosey.storage import PluginStorage, Storage, room

QUOTA_BYTES = 60_000
LARGE = "x" * 100_000
NOT_LARGE = "x" * 20_000


class Bound:
    """What a bot's owner allows a plugin; it may be changed at any time."""

    def __init__(self) -> None:
        self.quota_bytes: int | None = QUOTA_BYTES

    def __call__(self, plugin: str) -> int | None:
        return self.quota_bytes if plugin == "quotes" else None


@pytest.fixture
def bound() -> Bound:
    return Bound()


@pytest.fixture(params=["file", "memory"])
async def storage(
    request: pytest.FixtureRequest, directory: Path, bound: Bound
) -> AsyncIterator[Storage]:
    """Open storage, on the disk and in memory, that holds a plugin named quotes to its bound."""
    opened = Storage(directory if request.param == "file" else None, quota_bytes=bound)
    await opened.open()
    yield opened
    await opened.close()


def size_on_disk(directory: Path) -> int:
    """What the plugin's files take, without the index of the log."""
    return sum((directory / f"quotes.sqlite{end}").stat().st_size for end in ("", "-wal"))


async def test_change_that_exceeds_the_quota_is_refused(quotes: PluginStorage) -> None:
    await quotes.set("key", "before")

    with pytest.raises(StorageQuotaError, match=r"quotes may keep 60,000 bytes") as caught:
        await quotes.set("key", LARGE)

    assert (caught.value.plugin, caught.value.quota_bytes) == ("quotes", QUOTA_BYTES)
    assert await quotes.get("key") == "before"


async def test_what_fits_is_kept(quotes: PluginStorage) -> None:
    await quotes.set("key", NOT_LARGE)

    assert await quotes.get("key") == NOT_LARGE


async def test_quota_of_one_plugin_is_not_anothers(storage: Storage, quotes: PluginStorage) -> None:
    with pytest.raises(StorageQuotaError):
        await quotes.set("key", LARGE)

    await storage.namespace("trivia").set("key", LARGE)


async def fill(quotes: PluginStorage) -> int:
    """Set values until no more fits; returns how many there are."""
    count = 0
    try:
        while True:
            await quotes.set(f"key {count}", "x" * 3_000)
            count += 1
    except StorageQuotaError:
        return count


async def test_deleting_makes_room(quotes: PluginStorage) -> None:
    count = await fill(quotes)

    for number in range(count):
        assert await quotes.delete(f"key {number}")

    assert await fill(quotes) == count


async def test_whole_transaction_is_undone(quotes: PluginStorage) -> None:
    await quotes.migrate(["CREATE TABLE quote (text TEXT)"])

    async def overfill() -> None:
        async with quotes.transaction() as sql:
            await sql.execute("INSERT INTO quote VALUES ('small')")
            await sql.execute("INSERT INTO quote VALUES (zeroblob(100000))")

    with pytest.raises(StorageQuotaError):
        await overfill()

    async with quotes.transaction() as sql:
        assert (await sql.execute("SELECT * FROM quote")).all() == []


async def test_migration_that_exceeds_the_quota_is_named(quotes: PluginStorage) -> None:
    with pytest.raises(StorageQuotaError, match=r"migration 1 of quotes failed.*60,000") as caught:
        await quotes.migrate(["CREATE TABLE b AS SELECT zeroblob(100000)"])

    assert caught.value.quota_bytes == QUOTA_BYTES


async def test_temporary_tables_have_a_quota_too(quotes: PluginStorage) -> None:
    async with quotes.transaction() as sql:
        with pytest.raises(StorageQuotaError):
            await sql.execute("CREATE TEMP TABLE b AS SELECT zeroblob(100000)")


async def test_changed_quota_holds_from_the_next_transaction_on(
    quotes: PluginStorage, bound: Bound
) -> None:
    bound.quota_bytes = None
    await quotes.set("key", LARGE)
    bound.quota_bytes = QUOTA_BYTES
    with pytest.raises(StorageQuotaError):
        await quotes.set("more", LARGE)
    bound.quota_bytes = 1_000_000

    await quotes.set("more", LARGE)
    assert await quotes.get("key") == LARGE


async def test_database_above_its_quota_is_read_and_shrunk(
    storage: Storage, quotes: PluginStorage, bound: Bound
) -> None:
    bound.quota_bytes = None
    await quotes.set("key", LARGE)
    bound.quota_bytes = 1
    await storage.release("quotes")

    assert await quotes.get("key") == LARGE
    assert await quotes.delete("key")
    await quotes.set("key", NOT_LARGE)


@pytest.mark.parametrize("quota_bytes", [0, 1, 8_191])
async def test_quota_without_room_for_anything_lets_nothing_be_kept(
    quotes: PluginStorage, bound: Bound, quota_bytes: int
) -> None:
    bound.quota_bytes = quota_bytes
    with pytest.raises(StorageQuotaError):
        await quotes.set("key", 1)
    bound.quota_bytes = QUOTA_BYTES

    await quotes.set("key", 1)


@pytest.mark.parametrize("storage", ["file"], indirect=True)
async def test_full_disk_is_not_blamed_on_the_quota(
    quotes: PluginStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SPARE_BYTES", 2**80)  # no disk has so much

    with pytest.raises(StorageFullError, match="the disk or the database is full") as caught:
        await quotes.set("key", LARGE)

    assert not isinstance(caught.value, StorageQuotaError)


async def test_bytes_used_are_none_before_the_first_use(
    storage: Storage, quotes: PluginStorage
) -> None:
    assert (quotes.bytes_used, storage.bytes_used("never_seen")) == (0, 0)


async def test_bytes_used_grow_with_what_is_kept(storage: Storage, quotes: PluginStorage) -> None:
    await quotes.get("key")
    empty_bytes = quotes.bytes_used
    await quotes.set("key", NOT_LARGE)

    assert 0 < empty_bytes < quotes.bytes_used
    assert quotes.bytes_used > len(NOT_LARGE)
    assert storage.bytes_used("quotes") == quotes.bytes_used


@pytest.mark.parametrize("storage", ["file"], indirect=True)
async def test_bytes_used_are_those_on_the_disk(
    directory: Path, storage: Storage, quotes: PluginStorage
) -> None:
    await quotes.set("key", NOT_LARGE)
    assert quotes.bytes_used == size_on_disk(directory)

    with pytest.raises(StorageError):
        async with quotes.transaction() as sql:
            await sql.execute("SELEKT 1")
    assert quotes.bytes_used == size_on_disk(directory)

    await storage.release("quotes")
    assert quotes.bytes_used == (directory / "quotes.sqlite").stat().st_size


async def test_bytes_used_are_known_once_an_old_database_is_read(directory: Path) -> None:
    first, second = Storage(directory), Storage(directory)
    await first.open()
    await first.namespace("quotes").set("key", LARGE)
    await first.close()
    await second.open()
    await second.namespace("quotes").get("key")

    assert second.bytes_used("quotes") > len(LARGE)
    await second.close()


@pytest.mark.parametrize("storage", ["memory"], indirect=True)
async def test_bytes_used_in_memory_are_given_back_at_the_end(
    storage: Storage, quotes: PluginStorage
) -> None:
    await quotes.set("key", NOT_LARGE)
    await storage.close()

    assert quotes.bytes_used == 0


@pytest.mark.parametrize("storage", ["file"], indirect=True)
async def test_size_that_cannot_be_told_fails_nothing(
    directory: Path, quotes: PluginStorage
) -> None:
    await quotes.set("key", 1)
    before = quotes.bytes_used
    moved = directory.rename(directory.with_name("moved"))
    directory.write_text("no directory: what stands in it cannot be asked for")
    try:
        await quotes.set("key", 2)
    finally:
        directory.unlink()
        moved.rename(directory)

    assert quotes.bytes_used == before
    assert await quotes.get("key") == 2
