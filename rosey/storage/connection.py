"""One connection to one database: what it runs, it runs to its end, whatever its caller suffers.

This is the only file that imports SQLAlchemy. It is imported when the first database is opened,
since SQLAlchemy takes longer to load than all of Rosey.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import aiosqlite
from sqlalchemy import URL, CursorResult, Executable
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from rosey.errors import StorageError, StorageFullError
from rosey.storage import soundness
from rosey.storage.faults import DATABASE_ERRORS, mapped
from rosey.storage.finish import finish
from rosey.storage.room import MOST_PAGES, Room

ERRORS = (*DATABASE_ERRORS, SQLAlchemyError)

SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # what was acknowledged survives a loss of power
    "PRAGMA foreign_keys = ON",
)

LAYOUT = (
    "CREATE TABLE rosey_keyvalue (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at REAL)",
    "CREATE INDEX rosey_expiry ON rosey_keyvalue (expires_at) WHERE expires_at IS NOT NULL",
    """CREATE TABLE rosey_migration (
        version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,
        applied_at REAL NOT NULL
    )""",
    f"PRAGMA user_version = {soundness.LAYOUT_VERSION}",
)

# What a plugin may give a PRAGMA a value for: it asks about the schema, or is over with the
# transaction. Any other setting would outlast the transaction, or change what Rosey relies on.
HARMLESS_PRAGMAS = frozenset({
    "defer_foreign_keys",
    "foreign_key_check",
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
})  # fmt: skip

Statement: TypeAlias = str | Executable
Parameters: TypeAlias = Mapping[str, object] | Sequence[Mapping[str, object]]
Rows: TypeAlias = CursorResult[Any]

_T = TypeVar("_T")


class Connection:
    """A connection that may be opened and closed, and opened again.

    Calls queue. A cancelled call interrupts its statement and waits for the end of it, so that
    nothing is under way behind the caller's back. A statement that takes too long is interrupted.

    Args:
        path: The database's file; None for one in memory.
        where: The database's name for messages.
        room: How large it may be, and how large it is.
        busy_timeout_s: Seconds to wait for another process that has the database.
        statement_timeout_s: Seconds that a statement may take.
    """

    def __init__(
        self,
        path: Path | None,
        where: str,
        room: Room,
        *,
        busy_timeout_s: float,
        statement_timeout_s: float,
    ) -> None:
        self.path = path
        self._where = where
        self._room = room
        self._busy_timeout_s = busy_timeout_s
        self._statement_timeout_s = statement_timeout_s
        self._connection: AsyncConnection | None = None
        self._driver: aiosqlite.Connection | None = None
        self._queue = asyncio.Lock()
        self._is_at_boundary = False
        self._page_bytes = 0
        self._most_pages = MOST_PAGES

    @property
    def is_in_transaction(self) -> bool:
        """Whether a transaction is open, as SQLite sees it."""
        return self._live_driver is not None and self._live_driver.in_transaction

    @property
    def _live_driver(self) -> aiosqlite.Connection | None:
        # SQLAlchemy gives a connection up whose statement was torn down with the event loop.
        is_open = self._connection is not None and not self._connection.invalidated
        return self._driver if is_open else None

    async def open(self) -> None:
        """Open the database unless it is open; see `soundness.check` for what is refused."""
        if self._live_driver is None:
            await self._run(self._open)

    async def _open(self) -> None:
        if self.path is not None:
            await asyncio.to_thread(
                soundness.check,
                self.path,
                busy_timeout_s=self._busy_timeout_s,
                timeout_s=self._statement_timeout_s,
            )
        engine = await asyncio.to_thread(
            create_async_engine,
            URL.create("sqlite+aiosqlite", database=str(self.path) if self.path else None),
            poolclass=NullPool,
            hide_parameters=True,
            # Python must not begin transactions by itself: it would leave schema changes out.
            connect_args={
                "timeout": self._busy_timeout_s,
                "isolation_level": None,
                "factory": self._room.factory(self.path),
            },
        )
        connection = await engine.connect()
        try:
            self._driver = await self._prepare(connection)
        except BaseException:
            await connection.close()
            raise
        self._connection = connection

    async def _prepare(self, connection: AsyncConnection) -> aiosqlite.Connection:
        for setting in SETTINGS:
            await connection.exec_driver_sql(setting)
        self._page_bytes = (await connection.exec_driver_sql("PRAGMA page_size")).scalar_one()
        self._most_pages = MOST_PAGES
        await self._bound(connection)
        if not (await connection.exec_driver_sql("PRAGMA user_version")).scalar_one():
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
            for statement in LAYOUT:
                await connection.exec_driver_sql(statement)
            await connection.commit()
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, aiosqlite.Connection)  # noqa: S101  it is what the URL names
        await driver.set_authorizer(self._authorize)
        return driver

    def _authorize(self, action: int, name: str | None, value: str | None, *_: object) -> int:
        match action:
            case sqlite3.SQLITE_ATTACH | sqlite3.SQLITE_DETACH:
                is_allowed = False
            case sqlite3.SQLITE_TRANSACTION:
                is_allowed = self._is_at_boundary
            case sqlite3.SQLITE_PRAGMA:
                is_harmless = value is None or (name or "").lower() in HARMLESS_PRAGMAS
                is_allowed = is_harmless or self._is_at_boundary
            case _:
                is_allowed = True
        return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY

    async def execute(self, statement: Statement, parameters: Parameters | None = None) -> Rows:
        """Run one statement; its rows are fetched when this returns.

        Args:
            statement: SQLite's SQL with `:name` for parameters, or a statement of SQLAlchemy.
            parameters: The values by name; a sequence of them runs the statement for each.

        Raises:
            StorageError: It failed.
        """
        if isinstance(statement, str):
            # Past SQLAlchemy's own reading of `:name`, which would find names within texts too.
            bound = dict(parameters) if isinstance(parameters, Mapping) else parameters
            return await self._run(lambda: self._opened().exec_driver_sql(statement, bound))
        return await self._run(lambda: self._opened().execute(statement, parameters))

    async def begin(self) -> None:
        """Begin a transaction that may write: nobody else comes between its reads and writes."""
        await self._at_boundary(self._begin)

    async def _begin(self) -> None:
        connection = self._opened()
        await self._bound(connection)
        await connection.exec_driver_sql("BEGIN IMMEDIATE")

    async def _bound(self, connection: AsyncConnection) -> None:
        """Have SQLite hold the database to the room that it has, where that is new.

        A database that is larger already grows no more; what is deleted in it makes room.
        """
        most_pages = self._room.most_pages(self._page_bytes)
        if most_pages != self._most_pages:
            for schema in ("main", "temp"):
                await connection.exec_driver_sql(f"PRAGMA {schema}.max_page_count = {most_pages}")
            self._most_pages = most_pages

    async def commit(self) -> None:
        """Keep what the transaction did: on the disk when this returns."""
        await self._at_boundary(lambda: self._opened_driver().commit())

    async def rollback(self) -> None:
        """Undo what the open transaction did, if there is one."""
        if self.is_in_transaction:
            await self._at_boundary(lambda: self._opened_driver().rollback())

    async def stop(self) -> None:
        """Stop what runs and what is queued, and roll back what is open."""
        await finish(self._idle(), timeout_s=0, stop=self._interrupt)
        await self.rollback()

    async def _idle(self) -> None:
        async with self._queue:
            pass

    async def _interrupt(self) -> None:
        if self._live_driver is not None:
            await self._live_driver.interrupt()

    async def close(self) -> None:
        """Stop what runs, roll back what is open, and give the connection and its thread back."""
        try:
            await self.stop()
        finally:
            await self._run(self._close)

    async def _close(self) -> None:
        if self._live_driver is not None:
            # SQLite remembers an interrupt until its next statement: closing would leave the log.
            await self._opened().exec_driver_sql("SELECT 1")
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None:
            await connection.close()

    def _opened(self) -> AsyncConnection:
        if self._connection is None:
            raise StorageError(f"{self._where} is closed")
        return self._connection

    def _opened_driver(self) -> aiosqlite.Connection:
        # Not SQLAlchemy's commit, which would do no rollback after it has failed.
        if (driver := self._live_driver) is None:
            raise StorageError(f"{self._where} is closed")
        return driver

    async def _at_boundary(self, work: Callable[[], Awaitable[object]]) -> None:
        async def marked() -> None:
            self._is_at_boundary = True
            try:
                await work()
            finally:
                self._is_at_boundary = False

        await self._run(marked)

    async def _run(self, work: Callable[[], Awaitable[_T]]) -> _T:
        # SQLAlchemy throws away a connection on which it is cancelled, in memory with all its data.
        return await finish(
            self._alone(work), timeout_s=self._statement_timeout_s, stop=self._interrupt
        )

    async def _alone(self, work: Callable[[], Awaitable[_T]]) -> _T:
        async with self._queue:
            try:
                with mapped(self._where, timeout_s=self._statement_timeout_s, errors=ERRORS):
                    return await work()
            except StorageFullError as error:
                refusal = await asyncio.to_thread(self._room.refusal, self.path)
                raise (refusal or error) from error.__cause__
