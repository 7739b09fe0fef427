"""A connection by itself: what it refuses when it is not open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from rosey.errors import StorageError
from rosey.storage.connection import Connection
from rosey.storage.room import Room


def closed_connection() -> Connection:
    """A connection to a database in memory, before it is opened."""
    room = Room("quotes", lambda: None)
    return Connection(None, "a database", room, busy_timeout_s=1, statement_timeout_s=1)


@pytest.mark.parametrize(
    "use",
    [
        lambda connection: connection.execute("SELECT 1"),
        lambda connection: connection.begin(),
        lambda connection: connection.commit(),
    ],
    ids=["execute", "begin", "commit"],
)
async def test_connection_that_is_not_open_refuses_work(
    use: Callable[[Connection], Awaitable[object]],
) -> None:
    connection = closed_connection()

    with pytest.raises(StorageError, match="a database is closed"):
        await use(connection)

    assert not connection.is_in_transaction


async def test_closing_twice_is_fine() -> None:
    connection = closed_connection()
    await connection.open()
    await connection.open()

    await connection.close()
    await connection.close()
