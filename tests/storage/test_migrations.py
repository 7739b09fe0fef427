"""Migrations: each runs once, whole, in order, and never over a database that is newer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rosey.errors import StorageError, StorageFullError, StorageTooNewError
from rosey.storage import Migration, PluginStorage, Storage
from rosey.storage.migrations import next_number, split

FIRST = "CREATE TABLE quote (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"
SECOND = "ALTER TABLE quote ADD COLUMN author TEXT"
THIRD = Migration(name="find by author", statements=("CREATE INDEX by_author ON quote (author)",))


async def schema(quotes: PluginStorage) -> list[str]:
    """What the plugin's own tables and indexes are."""
    async with quotes.transaction() as sql:
        rows = await sql.execute(
            "SELECT sql FROM sqlite_schema WHERE name NOT LIKE '%rosey%' ORDER BY name"
        )
        return [str(row.sql) for row in rows]


async def test_missing_migrations_run_in_order(quotes: PluginStorage) -> None:
    assert await quotes.migrate([FIRST]) == 1
    assert await quotes.migrate([FIRST, SECOND, THIRD]) == 2
    assert await quotes.migrate([FIRST, SECOND, THIRD]) == 0

    index, table = await schema(quotes)
    assert (index, "author" in table) == (THIRD.statements[0], True)


async def test_no_migrations_are_fine(quotes: PluginStorage) -> None:
    assert await quotes.migrate([]) == 0


async def test_text_and_sequences_may_hold_several_statements(quotes: PluginStorage) -> None:
    await quotes.migrate([f"{FIRST}; {SECOND};", [*THIRD.statements, "CREATE TABLE a (b)"]])

    assert len(await schema(quotes)) == 3


async def test_migrations_survive_closing(storage: Storage, quotes: PluginStorage) -> None:
    await quotes.migrate([FIRST])
    await storage.close()
    await storage.open()

    assert await quotes.migrate([FIRST, SECOND]) == 1


async def test_failing_migration_is_undone_and_named(quotes: PluginStorage) -> None:
    with pytest.raises(
        StorageError, match=r"migration 2 of quotes failed .* `SELEKT 1;`: .*syntax error"
    ):
        await quotes.migrate([FIRST, f"{SECOND}; SELEKT 1;", THIRD])

    assert await schema(quotes) == [FIRST]
    assert await quotes.migrate([FIRST, SECOND, THIRD]) == 2


async def test_name_of_a_failing_migration_is_shown(quotes: PluginStorage) -> None:
    with pytest.raises(StorageError, match=r"migration 1 of quotes \(find by author\) failed"):
        await quotes.migrate([THIRD])


@pytest.mark.usefixtures("_small_disk")
async def test_error_of_a_migration_keeps_its_kind(quotes: PluginStorage) -> None:
    await quotes.migrate([FIRST])

    with pytest.raises(StorageFullError, match="migration 2 of quotes"):
        await quotes.migrate([FIRST, "CREATE TABLE b AS SELECT zeroblob(100000)"])


async def test_migration_cannot_end_its_transaction(quotes: PluginStorage) -> None:
    with pytest.raises(StorageError, match="leaves it to transaction"):
        await quotes.migrate([f"{FIRST}; COMMIT; {SECOND};"])

    assert await schema(quotes) == []


async def test_edited_migration_is_refused(quotes: PluginStorage) -> None:
    await quotes.migrate([FIRST, SECOND])

    with pytest.raises(StorageError, match="migration 1 of quotes was edited"):
        await quotes.migrate([FIRST.replace("text", "line"), SECOND, THIRD])

    assert len(await schema(quotes)) == 1


async def test_migration_may_be_laid_out_anew(quotes: PluginStorage) -> None:
    await quotes.migrate([FIRST])

    assert await quotes.migrate([f"\n    {FIRST.replace(' (', '  (')}\n"]) == 0


async def test_database_newer_than_the_code_is_refused(
    directory: Path, storage: Storage, quotes: PluginStorage
) -> None:
    await quotes.migrate([FIRST, SECOND])
    await storage.release("quotes")
    before = (directory / "quotes.sqlite").read_bytes()

    with pytest.raises(StorageTooNewError, match="at migration 2, its code knows 1"):
        await quotes.migrate([FIRST])

    await storage.release("quotes")
    assert (directory / "quotes.sqlite").read_bytes() == before


async def test_migrating_at_once_runs_each_migration_once(quotes: PluginStorage) -> None:
    counts = await asyncio.gather(*(quotes.migrate([FIRST, SECOND, THIRD]) for _ in range(5)))

    assert sum(counts) == 3


async def test_migrating_in_a_transaction_is_refused(quotes: PluginStorage) -> None:
    async with quotes.transaction():
        with pytest.raises(StorageError, match="do not nest"):
            await quotes.migrate([FIRST])


def test_next_number_is_the_first_that_has_not_run() -> None:
    migrations = [Migration.of(FIRST), Migration.of(SECOND)]

    assert next_number("quotes", [], migrations) == 1
    assert next_number("quotes", [migrations[0].checksum], migrations) == 2
    assert next_number("quotes", [step.checksum for step in migrations], migrations) is None


@pytest.mark.parametrize(
    ("script", "statements"),
    [
        ("", []),
        (" ;", [";"]),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT ';'; SELECT \"a;b\";\n", ["SELECT ';';", 'SELECT "a;b";']),
        ("SELECT 1; -- one; two\nSELECT 2;", ["SELECT 1;", "-- one; two\nSELECT 2;"]),
        ("/* ; */ SELECT 1;", ["/* ; */ SELECT 1;"]),
        (
            "CREATE TRIGGER t AFTER INSERT ON q BEGIN SELECT 1; SELECT 2; END; SELECT 3",
            ["CREATE TRIGGER t AFTER INSERT ON q BEGIN SELECT 1; SELECT 2; END;", "SELECT 3"],
        ),
    ],
)
def test_script_is_split_where_statements_end(script: str, statements: list[str]) -> None:
    assert split(script) == statements
