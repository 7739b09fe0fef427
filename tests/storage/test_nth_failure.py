"""A change that fails at its first step, at its second, and so on until it passes untouched.

What is read back is the old or the new, never half. It is how SQLite itself is tested.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from rosey.errors import StorageError, StorageQuotaError
from rosey.storage import PluginStorage, Storage

ROOT = Path(__file__).parents[2]
PAGE_BYTES = 4096
STEP_BYTES = 1_999
"""Between two bounds on the length of a file: it is not half a page, and no multiple of one."""

MOST_STEPS = 300
"""Whatever is tried here passes with fewer."""

TABLE = "CREATE TABLE pair (text TEXT)"
ADD = "INSERT INTO pair VALUES ('new')"
LARGE = "new" * 10_000

Change = Callable[[PluginStorage], Awaitable[object]]
Content = tuple[object, ...]


async def set_value(written: PluginStorage) -> None:
    await written.set("key", LARGE)


async def delete_value(written: PluginStorage) -> None:
    await written.delete("key")


async def change_all(written: PluginStorage) -> None:
    async with written.transaction() as sql:
        await sql.execute(ADD)
        await written.set("key", LARGE)
        await sql.execute(ADD)


async def migrate(written: PluginStorage) -> None:
    await written.migrate([TABLE, f"{ADD}; CREATE TABLE other (text TEXT); {ADD}"])


async def begin(written: PluginStorage) -> None:
    """Keep what is old."""
    await written.migrate([TABLE])
    await written.set("key", "old")


@asynccontextmanager
async def opened(
    directory: Path | None, quota_bytes: int | None = None
) -> AsyncIterator[PluginStorage]:
    """The namespace that is written to, in storage of its own."""
    storage = Storage(directory, quota_bytes=lambda _plugin: quota_bytes)
    await storage.open()
    try:
        yield storage.namespace("written")
    finally:
        await storage.close()


async def content(written: PluginStorage) -> Content:
    """All that is kept, once it is found sound."""
    async with written.transaction() as sql:
        assert (await sql.execute("PRAGMA integrity_check")).scalar_one() == "ok"
        schema = (await sql.execute("SELECT sql FROM sqlite_schema ORDER BY name")).scalars().all()
        done = (await sql.execute("SELECT count(*) FROM rosey_migration")).scalar_one()
        rows = (await sql.execute("SELECT text FROM pair")).scalars().all() if done else ()
        return (*schema, done, *rows, await written.get("key"))


async def content_in(directory: Path) -> Content:
    """All that is kept in a directory."""
    async with opened(directory) as written:
        return await content(written)


async def content_after(*changes: Change) -> Content:
    """What is kept when nothing fails."""
    async with opened(None) as written:
        for change in changes:
            await change(written)
        return await content(written)


async def refusal(change: Change, written: PluginStorage) -> StorageError | None:
    """Why a change was refused; None where it was not."""
    try:
        await change(written)
    except StorageError as error:
        return error
    return None


@asynccontextmanager
async def stopping_at(written: PluginStorage, step: int) -> AsyncIterator[None]:
    """Have SQLite give up at one step of its virtual machine, counted from 1."""
    connection = written._database._connection  # noqa: SLF001  the only way to SQLite itself
    assert connection is not None
    driver = connection._driver  # noqa: SLF001  as above
    assert driver is not None
    steps = itertools.count(1)
    await driver.set_progress_handler(lambda: next(steps) == step, 1)
    yield
    await driver.set_progress_handler(lambda: False, 0)


@pytest.mark.parametrize("change", [set_value, delete_value, change_all, migrate])
async def test_change_that_stops_at_any_step_is_whole(directory: Path, change: Change) -> None:
    old, new = await content_after(begin), await content_after(begin, change)
    async with opened(directory) as written:
        await begin(written)
        for step in range(1, MOST_STEPS):
            async with stopping_at(written, step):
                refused = await refusal(change, written)
            # SQLite may give up right after a commit too: that is refused, and kept.
            if await content(written) == new:
                break
            assert await content(written) == old
            assert refused is not None

    assert 20 < step < MOST_STEPS - 1


@pytest.mark.parametrize("change", [set_value, change_all, migrate])
async def test_change_without_room_for_any_page_is_whole(directory: Path, change: Change) -> None:
    old, new = await content_after(begin), await content_after(begin, change)
    async with opened(directory) as written:
        await begin(written)
    for pages in range(MOST_STEPS):
        async with opened(directory, pages * PAGE_BYTES) as written:
            refused = await refusal(change, written)
        if refused is None:
            break
        assert isinstance(refused, StorageQuotaError)
        assert await content_in(directory) == old

    assert await content_in(directory) == new
    assert pages > 5


@pytest.fixture(scope="module")
def program() -> Iterator[subprocess.Popen[str]]:
    """The program that forks a writer for each line."""
    with subprocess.Popen(
        [sys.executable, Path(__file__).with_name("starved.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as running:
        yield running
        assert running.stdin is not None
        running.stdin.close()


def end_of_writer(program: subprocess.Popen[str], *words: object) -> str:
    """Have a writer write in files of bounded length; tells what became of it."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{' '.join(map(str, words))}\n")
    return program.stdout.readline().strip()


class Work(NamedTuple):
    """What a writer does: its name in that program, and what stands there before and after it."""

    name: str
    before: tuple[Change, ...]
    after: tuple[Change, ...]


WORKS = [Work("make", (), (set_value,)), Work("change", (begin,), (begin, change_all))]


@pytest.mark.skipif(sys.platform == "win32", reason="the length of files has no bound there")
@pytest.mark.parametrize(("end", "failed"), [("error", "refused"), ("kill", "killed")])
@pytest.mark.parametrize("work", WORKS, ids=[work.name for work in WORKS])
async def test_write_that_fails_anywhere_is_whole(
    directory: Path, program: subprocess.Popen[str], work: Work, end: str, failed: str
) -> None:
    old, new = await content_after(*work.before), await content_after(*work.after)
    ends: list[str] = []
    for most_bytes in range(0, MOST_STEPS * STEP_BYTES, STEP_BYTES):
        async with opened(directory) as written:
            for step in work.before:
                await step(written)
        ends.append(end_of_writer(program, work.name, end, most_bytes, directory))
        assert await content_in(directory) == (new if "kept" in ends[-1] else old)
        shutil.rmtree(directory)
        if "well" in ends[-1]:
            break

    assert {*ends} - {f"kept {failed}"} == {failed, "kept well"}
    assert len(ends) > 5
