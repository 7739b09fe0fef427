"""SQL in transactions: kept whole or not at all, and one task at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import column, insert, select, table

from rosey.errors import StorageError, StorageLockedError
from rosey.storage import PluginStorage, Storage

TABLE = "CREATE TABLE quote (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)"
ADD = "INSERT INTO quote (text) VALUES (:text)"
FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


class Oops(Exception):  # noqa: N818  a test's own
    """Raised by a plugin in the middle of a transaction."""


@pytest.fixture
async def book(quotes: PluginStorage) -> AsyncIterator[PluginStorage]:
    """The namespace with a table in it."""
    await quotes.migrate([TABLE])
    yield quotes
    assert not quotes._database._turns.locked()  # noqa: SLF001  whatever happens, the turn is given back


async def texts(book: PluginStorage) -> list[str]:
    """All quotes in the table."""
    async with book.transaction() as sql:
        return list((await sql.execute("SELECT text FROM quote ORDER BY id")).scalars())


async def run(book: PluginStorage, *statements: str) -> None:
    """Run statements in one transaction."""
    async with book.transaction() as sql:
        for statement in statements:
            await sql.execute(statement)


async def test_transaction_is_kept_at_its_end(book: PluginStorage) -> None:
    async with book.transaction() as sql:
        added = await sql.execute(ADD, {"text": "one"})

    assert (added.rowcount, added.lastrowid) == (1, 1)
    assert await texts(book) == ["one"]


async def test_transaction_is_undone_when_its_block_raises(book: PluginStorage) -> None:
    async def fail() -> None:
        async with book.transaction() as sql:
            await sql.execute(ADD, {"text": "one"})
            raise Oops

    with pytest.raises(Oops):
        await fail()

    assert await texts(book) == []


async def test_sequence_of_parameters_runs_the_statement_for_each(book: PluginStorage) -> None:
    async with book.transaction() as sql:
        await sql.execute(ADD, [{"text": "one"}, {"text": "two"}])

    assert await texts(book) == ["one", "two"]


async def test_statements_of_sqlalchemy_are_welcome(book: PluginStorage) -> None:
    quote = table("quote", column("text"))
    async with book.transaction() as sql:
        await sql.execute(insert(quote), {"text": "one"})
        rows = await sql.execute(select(quote.c.text).where(quote.c.text == "one"))

    assert rows.scalar_one() == "one"


@pytest.mark.parametrize(
    "text", ["'); DROP TABLE quote; --", ":text :smile: \\:x", "nul \0", "100%s", "\U0001f339"]
)
async def test_hostile_text_is_only_a_value(book: PluginStorage, text: str) -> None:
    async with book.transaction() as sql:
        await sql.execute(ADD, {"text": text})
        found = await sql.execute("SELECT ':smile', text FROM quote WHERE text = :t", {"t": text})

    assert found.one() == (":smile", text)


@pytest.mark.parametrize("value", ["\ud800", 2**64, object()], ids=["surrogate", "large", "object"])
async def test_value_that_sqlite_cannot_hold_is_refused(book: PluginStorage, value: object) -> None:
    async with book.transaction() as sql:
        with pytest.raises(StorageError, match=r"quotes\.sqlite"):
            await sql.execute(ADD, {"text": value})


@pytest.mark.parametrize("statement", ["SELEKT 1", "SELECT 1; SELECT 2", "SELECT :missing", "\0"])
async def test_wrong_sql_is_an_error_that_names_the_file(
    book: PluginStorage, statement: str
) -> None:
    async with book.transaction() as sql:
        with pytest.raises(StorageError, match=r"quotes\.sqlite: "):
            await sql.execute(statement, {"text": 1})


async def test_error_of_a_statement_shows_no_values(book: PluginStorage) -> None:
    async with book.transaction() as sql:
        await sql.execute(ADD, {"text": "canary"})
        with pytest.raises(StorageError, match="UNIQUE") as caught:
            await sql.execute(ADD, {"text": "canary"})

    assert "canary" not in f"{caught.value} {caught.value.__cause__}"


async def test_transaction_goes_on_after_a_statement_failed(book: PluginStorage) -> None:
    async with book.transaction() as sql:
        await sql.execute(ADD, {"text": "one"})
        with pytest.raises(StorageError, match="UNIQUE"):
            await sql.execute(ADD, {"text": "one"})
        await sql.execute(ADD, {"text": "two"})

    assert await texts(book) == ["one", "two"]


@pytest.mark.parametrize(
    "statement", ["COMMIT", "ROLLBACK", "BEGIN", "ATTACH 'trivia.sqlite' AS trivia", "DETACH main"]
)
async def test_sql_stays_in_its_transaction_and_its_database(
    book: PluginStorage, statement: str
) -> None:
    with pytest.raises(StorageError, match="stays in its own database"):
        await run(book, "INSERT INTO quote (text) VALUES ('one')", statement)

    assert await texts(book) == []


@pytest.mark.parametrize(
    "pragma",
    [
        "user_version = 7",
        "main.USER_VERSION(7)",
        "journal_mode = DELETE",
        "synchronous = OFF",
        "foreign_keys = OFF",
        "writable_schema = ON",
    ],
)
async def test_sql_sets_no_pragma(storage: Storage, book: PluginStorage, pragma: str) -> None:
    with pytest.raises(StorageError, match=r"sets no PRAGMA: use migrate\(\)"):
        await run(book, "INSERT INTO quote (text) VALUES ('one')", f"PRAGMA {pragma}")
    with pytest.raises(StorageError, match=r"use migrate\(\)"):
        await book.migrate([TABLE, f"PRAGMA {pragma}"])

    await storage.release("quotes")
    assert await texts(book) == []


@pytest.mark.parametrize(
    "pragma",
    ["user_version", "table_info(quote)", "integrity_check(1)", "defer_foreign_keys = ON"],
)
async def test_sql_may_ask_by_pragma_and_put_foreign_keys_off(
    book: PluginStorage, pragma: str
) -> None:
    await run(book, f"PRAGMA {pragma}")


async def test_error_that_rolled_back_lets_nothing_follow(book: PluginStorage) -> None:
    async with book.transaction() as sql:
        await sql.execute(ADD, {"text": "one"})

    async def go_on_regardless() -> None:
        async with book.transaction() as sql:
            with pytest.raises(StorageError, match="UNIQUE"):
                await sql.execute(ADD.replace("INSERT", "INSERT OR ROLLBACK"), {"text": "one"})
            with pytest.raises(StorageError, match="the transaction is over"):
                await sql.execute(ADD, {"text": "two"})

    with pytest.raises(StorageError, match="the transaction is over"):
        await go_on_regardless()

    assert await texts(book) == ["one"]


async def test_commit_that_fails_keeps_nothing(book: PluginStorage) -> None:
    await book.migrate([
        TABLE,
        """CREATE TABLE vote (
            quote INTEGER REFERENCES quote (id) DEFERRABLE INITIALLY DEFERRED
        )""",
    ])  # fmt: skip

    with pytest.raises(StorageError, match="FOREIGN KEY"):
        await run(book, "INSERT INTO quote (text) VALUES ('one')", "INSERT INTO vote VALUES (99)")

    assert await texts(book) == []


async def test_transaction_is_of_no_use_after_its_block(book: PluginStorage) -> None:
    async with book.transaction() as sql:
        pass

    with pytest.raises(StorageError, match="the transaction is over"):
        await sql.execute(ADD, {"text": "one"})


async def test_transactions_do_not_nest(book: PluginStorage) -> None:
    async with book.transaction():
        with pytest.raises(StorageError, match="do not nest"):
            async with book.transaction():
                pass


async def test_values_set_in_a_transaction_are_part_of_it(book: PluginStorage) -> None:
    async def fail() -> None:
        async with book.transaction():
            await book.set("key", 1)
            assert await book.get("key") == 1
            raise Oops

    with pytest.raises(Oops):
        await fail()

    assert await book.get("key") is None


async def test_other_task_waits_for_the_transaction(storage: Storage, book: PluginStorage) -> None:
    async with book.transaction():
        other = asyncio.create_task(book.get("key"))
        await storage.namespace("trivia").set("key", "not held up")
        assert not other.done()
        await book.set("key", 1)

    assert await other == 1


async def test_wait_for_the_transaction_of_another_task_is_bounded(book: PluginStorage) -> None:
    async with book.transaction():
        with pytest.raises(StorageLockedError, match=r"another task of quotes .* over 0\.5 s"):
            await asyncio.create_task(book.set("key", 1))


async def test_statements_of_one_transaction_may_be_gathered(book: PluginStorage) -> None:
    async with book.transaction() as sql:
        await asyncio.gather(*(sql.execute(ADD, {"text": str(n)}) for n in range(10)))

    assert len(await texts(book)) == 10


async def test_statement_that_takes_too_long_is_stopped() -> None:
    storage = Storage(statement_timeout_s=0.1)
    await storage.open()

    async with storage.namespace("quotes").transaction() as sql:
        with pytest.raises(StorageError, match=r"a statement has 0\.1 s"):
            await sql.execute(FOREVER)
        assert (await sql.execute("SELECT 1")).scalar_one() == 1

    await storage.close()


async def test_transaction_of_a_task_thrown_away_is_undone_before_the_next(
    book: PluginStorage,
) -> None:
    began = asyncio.Event()

    async def hold() -> None:
        async with book.transaction() as sql:
            await sql.execute(ADD, {"text": "half"})
            began.set()
            await asyncio.Event().wait()

    code = hold()
    thrown_away = asyncio.create_task(code)
    await began.wait()
    code.close()

    assert await texts(book) == []
    thrown_away.cancel()
    with pytest.raises(RuntimeError, match="already awaited"):
        await thrown_away
