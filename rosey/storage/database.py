"""One plugin's database: opened at its first use, and used by one task at a time."""

from __future__ import annotations

import asyncio
import collections
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rosey.errors import StorageError, StorageLockedError
from rosey.storage.room import Room

if TYPE_CHECKING:
    from rosey.storage.connection import Connection, Parameters, Rows, Statement


CHANGES_TOLD = 20
TOLD_CHARS = 100_000
"""How much is told of a change; who shows it shortens it once secrets are masked, not before."""


class Transaction:
    """What a plugin runs SQL with; it ends with the block that began it.

    Attributes:
        is_over: It has ended.
        changes: What it has changed, for people; the newest `CHANGES_TOLD`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_over = False
        self.changes: collections.deque[str] = collections.deque(maxlen=CHANGES_TOLD)

    async def execute(
        self,
        statement: Statement,
        parameters: Parameters | None = None,
        *,
        told: str | None = None,
    ) -> Rows:
        """Run one statement.

        Args:
            statement: SQLite's SQL with `:name` for parameters, or a statement of SQLAlchemy.
            parameters: The values by name; a sequence of them runs the statement for each.
            told: How people are told of the change; by default by its SQL. An empty text is none.

        Returns:
            SQLAlchemy's result with all rows: iterate over it, or ask for `all()`, `first()`,
            `scalar()`, `rowcount` or `lastrowid`.

        Raises:
            StorageError: The statement failed, or the transaction is over.
        """
        self.check()
        try:
            rows = await self._connection.execute(statement, parameters)
        finally:
            # A full disk and some other errors make SQLite roll back: what follows is refused.
            self.is_over = self.is_over or not self._connection.is_in_transaction
        if rows.rowcount > 0 and told != "":
            change = told or f"{rows.rowcount} rows: {statement}"
            self.changes.append(change[:TOLD_CHARS])
        return rows

    def check(self) -> None:
        """Make sure that there still is a transaction.

        Raises:
            StorageError: It is over.
        """
        if self.is_over:
            raise StorageError(
                "the transaction is over: its block has ended, an error has rolled it back, or its "
                "plugin was unloaded"
            )


class Database:
    """One plugin's database. Whoever wants it waits for a turn, bounded by the busy timeout.

    Args:
        plugin: Whose it is.
        locate: Asked where it is when it must be opened; None is in memory.
        quota_bytes: Asked before each transaction how large it may be; None is no bound.
        kept: Told of each change that is kept, for people.
        busy_timeout_s: Seconds to wait for a turn, and for another process.
        statement_timeout_s: Seconds that a statement may take.
    """

    def __init__(  # noqa: PLR0913  all but three by name
        self,
        plugin: str,
        locate: Callable[[], Path | None],
        quota_bytes: Callable[[], int | None],
        *,
        kept: Callable[[str], object] = lambda _change: None,
        busy_timeout_s: float,
        statement_timeout_s: float,
    ) -> None:
        self.plugin = plugin
        self._locate = locate
        self._kept = kept
        self._room = Room(plugin, quota_bytes)
        self._busy_timeout_s = busy_timeout_s
        self._statement_timeout_s = statement_timeout_s
        self._connection: Connection | None = None
        self._turns = asyncio.Lock()
        self._held: tuple[asyncio.Task[Any] | None, Transaction] | None = None

    @property
    def bytes_used(self) -> int:
        """How large it was when its last transaction ended; 0 where it was never opened."""
        return self._room.used_bytes

    async def query(self, statement: str, parameters: Parameters) -> Rows:
        """Read, within the transaction of the current task if it has one."""
        if (mine := self._mine()) is not None:
            return await mine.execute(statement, parameters)
        async with self._turn() as connection:
            return await connection.execute(statement, parameters)

    def writing(self) -> AbstractAsyncContextManager[Transaction]:
        """The transaction of the current task, or a new one for this block."""
        mine = self._mine()
        return self.transaction() if mine is None else nullcontext(mine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Begin a transaction, committed when the block ends and rolled back when it raises.

        Raises:
            StorageError: The current task has one already, or nothing could be kept.
        """
        if self._mine() is not None:
            raise StorageError("transactions do not nest: use the one that is open")
        async with self._turn() as connection:
            transaction = Transaction(connection)
            held = self._held = asyncio.current_task(), transaction
            try:
                await connection.begin()
                yield transaction
                transaction.check()
                await connection.commit()
                for change in transaction.changes:
                    self._kept(change)
            except GeneratorExit:
                # The task is thrown away and cannot wait: the next turn rolls back.
                raise
            except BaseException:
                if not transaction.is_over:
                    await connection.rollback()
                raise
            finally:
                transaction.is_over = True
                self._held = None if self._held is held else self._held

    def _mine(self) -> Transaction | None:
        holder, transaction = self._held or (None, None)
        return transaction if holder is asyncio.current_task() else None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Connection]:
        turns = self._turns
        try:
            async with asyncio.timeout(self._busy_timeout_s):
                await turns.acquire()
        except TimeoutError as error:
            raise StorageLockedError(
                f"another task of {self.plugin} has had its database for over "
                f"{self._busy_timeout_s:g} s: keep transactions short, and wait for nothing in them"
            ) from error
        try:
            yield await self._ready(turns)
        finally:
            turns.release()

    async def _ready(self, turns: asyncio.Lock) -> Connection:
        connection = self._connection or await self._connect()
        if turns is self._turns:
            self._connection = connection
            await connection.open()
            await connection.rollback()
            if turns is self._turns:
                return connection
        raise StorageError(f"{self.plugin} was unloaded, or the bot stopped, while this waited")

    async def _connect(self) -> Connection:
        connection_class = await asyncio.to_thread(_load_connection_class)
        path = self._locate()
        return connection_class(
            path,
            f"{self.plugin}'s database" if path is None else str(path),
            self._room,
            busy_timeout_s=self._busy_timeout_s,
            statement_timeout_s=self._statement_timeout_s,
        )

    async def release(self) -> None:
        """End what is under way and close the file; the next use opens it again.

        A database in memory stays, as a file would; only `close` drops it.
        """
        if self._connection is not None and self._connection.path is None:
            self._revoke()
            await self._connection.stop()
        else:
            await self.close()

    async def close(self) -> None:
        """End what is under way: roll it back, and give the connection and its thread back."""
        self._revoke()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _revoke(self) -> None:
        # A task may hold its turn and never come back: those who come from now on queue afresh.
        self._turns = asyncio.Lock()
        if self._held is not None:
            self._held[1].is_over = True
            self._held = None


def _load_connection_class() -> type[Connection]:
    # SQLAlchemy takes longer to load than all of Rosey: here, and in a thread, nobody waits for it.
    from rosey.storage.connection import Connection  # noqa: PLC0415  see above

    return Connection
