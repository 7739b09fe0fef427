"""A cancelled call leaves no half transaction, no locked database and nothing running."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from rosey.errors import StorageError
from rosey.storage import PluginStorage, Storage

TABLE = "CREATE TABLE pair (text TEXT)"
ADD = "INSERT INTO pair VALUES (:text)"
FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


async def add_pair(quotes: PluginStorage) -> None:
    async with quotes.transaction() as sql:
        await sql.execute(ADD, {"text": "first"})
        await sql.execute(ADD, {"text": "second"})


async def count(quotes: PluginStorage) -> int:
    async with quotes.transaction() as sql:
        number: int = (await sql.execute("SELECT count(*) FROM pair")).scalar_one()
        return number


async def cancel_after(code: Awaitable[None], steps: int) -> bool:
    """Cancel a call after so many rounds of the loop; tells whether it was in time."""
    task = asyncio.ensure_future(code)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


# Every await of the work is hit by some number of rounds, if not by the same in each run.
@pytest.mark.parametrize("steps", range(0, 60, 3))
async def test_transaction_cancelled_anywhere_is_whole(quotes: PluginStorage, steps: int) -> None:
    await quotes.migrate([TABLE])

    await cancel_after(add_pair(quotes), steps)

    assert await count(quotes) in {0, 2}


@pytest.mark.parametrize("steps", range(0, 40, 4))
async def test_set_cancelled_anywhere_is_whole(quotes: PluginStorage, steps: int) -> None:
    await quotes.set("key", "old")

    await cancel_after(quotes.set("key", "new"), steps)

    assert await quotes.get("key") in {"old", "new"}
    await quotes.set("key", "newer")


@pytest.mark.parametrize("steps", range(0, 30, 5))
async def test_first_use_cancelled_anywhere_may_be_repeated(
    quotes: PluginStorage, steps: int
) -> None:
    await cancel_after(quotes.set("key", 1), steps)

    await quotes.set("key", 2)

    assert await quotes.get("key") == 2


async def test_memory_keeps_its_values_when_a_call_is_cancelled() -> None:
    storage = Storage()
    await storage.open()
    quotes = storage.namespace("quotes")
    await quotes.set("key", 1)

    for steps in range(8):
        await cancel_after(quotes.set("other", steps), steps)

    assert await quotes.get("key") == 1
    await storage.close()


@pytest.mark.parametrize("is_in_memory", [True, False], ids=["memory", "file"])
async def test_cancelling_stops_a_statement_that_runs(
    directory: Path, *, is_in_memory: bool
) -> None:
    storage = Storage(None if is_in_memory else directory)
    await storage.open()
    quotes = storage.namespace("quotes")
    await quotes.set("key", 1)

    async def work() -> None:
        async with quotes.transaction() as sql:
            await sql.execute(FOREVER)

    assert await cancel_after(work(), 100)
    assert await quotes.get("key") == 1
    await storage.close()


async def test_cancelling_again_and_again_still_waits_for_the_end(quotes: PluginStorage) -> None:
    await quotes.migrate([TABLE])

    began = asyncio.Event()

    async def work() -> None:
        async with quotes.transaction() as sql:
            await sql.execute(ADD, {"text": "half"})
            began.set()
            await sql.execute(FOREVER)

    task = asyncio.create_task(work())
    await began.wait()
    for _ in range(20):
        await asyncio.sleep(0)
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await count(quotes) == 0


async def test_storage_closes_while_a_statement_runs(
    storage: Storage, quotes: PluginStorage
) -> None:
    await quotes.set("key", 1)
    began = asyncio.Event()

    async def work() -> None:
        async with quotes.transaction() as sql:
            began.set()
            await sql.execute(FOREVER)

    task = asyncio.create_task(work())
    await began.wait()
    await asyncio.sleep(0)
    await storage.close()

    with pytest.raises(StorageError, match="ends with its plugin"):
        await task


@pytest.mark.parametrize("steps", range(1, 30, 3))
async def test_release_during_the_first_use_leaves_nothing_open(
    directory: Path, storage: Storage, quotes: PluginStorage, steps: int
) -> None:
    first = asyncio.create_task(quotes.get("key", "default"))
    for _ in range(steps):
        await asyncio.sleep(0)
    await storage.release("quotes")

    with contextlib.suppress(StorageError):
        assert await first == "default"
    assert not (directory / "quotes.sqlite-wal").exists()
    await quotes.set("key", 1)


@pytest.mark.parametrize(
    "use",
    [lambda quotes: quotes.get("key"), lambda quotes: quotes.set("key", 1)],
    ids=["get", "set"],
)
def test_loop_that_is_torn_down_leaves_no_thread_and_no_lock(
    directory: Path, use: Callable[[PluginStorage], Awaitable[object]]
) -> None:
    async def leave_at_once() -> None:
        storage = Storage(directory)
        await storage.open()
        quotes = storage.namespace("quotes")
        await use(quotes)

        async def work() -> None:
            try:
                async with quotes.transaction() as sql:
                    await sql.execute(FOREVER)
            finally:
                await storage.close()

        tasks.append(asyncio.create_task(work()))
        for _ in range(100):
            await asyncio.sleep(0)

    async def come_again() -> object:
        storage = Storage(directory)
        await storage.open()
        value = await storage.namespace("quotes").get("key")
        await storage.close()
        return value

    tasks: list[asyncio.Task[None]] = []
    before = set(threading.enumerate())
    asyncio.run(leave_at_once())
    for thread in set(threading.enumerate()) - before:
        thread.join(2)

    assert set(threading.enumerate()) == before
    asyncio.run(come_again())
