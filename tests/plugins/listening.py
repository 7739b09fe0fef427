"""Hears what a watcher tells."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from rosey.plugins.watching.watcher import Watcher

WAIT_S = 5.0


class Listener:
    """Is told of changes, with what the files held at that moment."""

    def __init__(self, *, quiet_s: float, ceiling_s: float) -> None:
        self.sets: asyncio.Queue[dict[Path, str | None]] = asyncio.Queue()
        self.watcher = Watcher(self.changed, quiet_s=quiet_s, ceiling_s=ceiling_s)

    async def changed(self, paths: frozenset[Path]) -> None:
        self.sets.put_nowait(await asyncio.to_thread(texts, paths))

    async def told(self) -> dict[Path, str | None]:
        """Wait for the next set: its paths, each with its text; None for what is no file."""
        async with asyncio.timeout(WAIT_S):
            return await self.sets.get()

    async def told_nothing_but(self, marker: Path) -> None:
        """Fail if anything has changed but what is written now."""
        await asyncio.to_thread(marker.write_text, "marker")
        assert await self.told() == {marker: "marker"}


def texts(paths: frozenset[Path]) -> dict[Path, str | None]:
    return {path: path.read_text() if path.is_file() else None for path in paths}


@contextlib.asynccontextmanager
async def listening(*, quiet_s: float, ceiling_s: float) -> AsyncIterator[Listener]:
    listener = Listener(quiet_s=quiet_s, ceiling_s=ceiling_s)
    try:
        yield listener
    finally:
        await listener.watcher.close()
