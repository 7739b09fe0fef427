"""What is to be watched is watched, as it changes, and everything that may have changed is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from watchdog.utils import BaseThread

from rosey.plugins.following.hot_reload import HotReload
from tests.plugins.host import Host

WAIT_S = 10.0


class Watched:
    """What is to be watched, and what is told of it."""

    def __init__(self) -> None:
        self.files: frozenset[Path] = frozenset()
        self.told: asyncio.Queue[frozenset[Path]] = asyncio.Queue()

    def now(self) -> frozenset[Path]:
        return self.files

    async def follow(self, paths: Iterable[Path]) -> None:
        self.told.put_nowait(frozenset(paths))

    async def next(self) -> frozenset[Path]:
        async with asyncio.timeout(WAIT_S):
            return await self.told.get()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
async def hot(host: Host, watched: Watched) -> AsyncIterator[HotReload]:
    hot = HotReload(host.bus, watched.now, watched.follow)
    yield hot
    await hot.close()


@pytest.fixture
def dice(tmp_path: Path) -> Path:
    file = tmp_path / "dice.py"
    file.write_text("old")
    return file


async def test_nothing_to_watch_needs_no_thread(hot: HotReload) -> None:
    await hot.start()

    assert not [t for t in threading.enumerate() if isinstance(t, BaseThread)]


async def test_what_is_watched_from_now_on_is_told_and_then_each_change(
    hot: HotReload, watched: Watched, dice: Path
) -> None:
    watched.files = frozenset({dice})
    await hot.start()
    assert await watched.next() == {dice}

    dice.write_text("new")
    assert await watched.next() == {dice}


async def test_file_that_a_plugin_brings_is_watched(
    hot: HotReload, watched: Watched, host: Host, dice: Path
) -> None:
    await hot.start()

    watched.files = frozenset({dice})
    await host.bus.emit("plugin.enabled")
    assert await watched.next() == {dice}

    dice.write_text("new")
    assert await watched.next() == {dice}


async def test_file_that_following_brings_without_a_word_is_watched(
    host: Host, watched: Watched, dice: Path
) -> None:
    other = dice.with_name("other.py")

    async def follow(paths: Iterable[Path]) -> None:
        await watched.follow(paths)
        if watched.told.qsize() == 2:
            watched.files = frozenset({dice, other})

    hot = HotReload(host.bus, watched.now, follow)
    watched.files = frozenset({dice})
    await hot.start()
    dice.write_text("new")
    async with asyncio.timeout(WAIT_S):
        while watched.told.qsize() < 3:
            await asyncio.to_thread(lambda: None)
    assert [await watched.next() for _ in range(3)] == [{dice}, {dice}, {other}]

    other.write_text("new")
    assert await watched.next() == {other}
    await hot.close()


async def test_file_that_following_brings_is_watched_before_the_next_change(
    host: Host, watched: Watched, dice: Path
) -> None:
    other = dice.with_name("other.py")

    async def follow(paths: Iterable[Path]) -> None:
        watched.files = frozenset({dice, other})
        await host.bus.emit("plugin.enabled")
        await watched.follow(paths)

    hot = HotReload(host.bus, watched.now, follow)
    watched.files = frozenset({dice})
    await hot.start()
    assert [await watched.next(), await watched.next()] == [{dice}, {other}]

    other.write_text("new")
    assert await watched.next() == {other}
    await hot.close()


async def test_file_that_is_not_to_be_watched_any_more_is_not_told(
    hot: HotReload, watched: Watched, dice: Path
) -> None:
    other = dice.with_name("other.py")
    watched.files = frozenset({dice, other})
    await hot.start()
    await watched.next()

    watched.files = frozenset({other})
    await hot.adjust()
    dice.write_text("new")
    other.write_text("new")

    assert await watched.next() == {other}


async def test_closed_one_watches_nothing_more(
    hot: HotReload, watched: Watched, dice: Path
) -> None:
    await hot.start()
    await hot.close()

    watched.files = frozenset({dice})
    await hot.adjust()

    assert watched.told.empty()
