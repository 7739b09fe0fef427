"""File changes become sets of changed paths, told once they have settled."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import stat
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final

from rosey.plugins.watching.sentry import Sentry
from rosey.plugins.watching.settling import Change, Settling

CHECK_S: Final = 1.0
"""Seconds between two looks at whether the watching still works."""

logger = logging.getLogger(__name__)


class Watcher:
    """Watches folders and files, and tells which paths have changed once they have settled.

    Paths are told as they were asked for: what changes behind a link is told below the link. A
    folder that is told stands for all that it holds, or held. That a path is told does not mean
    that its content differs: an unchanged save is told too.

    Args:
        changed: Told the paths, one call at a time. What changes meanwhile is collected for the
            next call. Whatever it raises is logged.
        quiet_s: Seconds without a change after which paths have settled.
        ceiling_s: Seconds after the first change when they are told whatever still happens.
    """

    def __init__(
        self,
        changed: Callable[[frozenset[Path]], Awaitable[None]],
        *,
        quiet_s: float = 0.03,
        ceiling_s: float = 0.5,
    ) -> None:
        self._changed = changed
        self._settling = Settling(quiet_s, ceiling_s)
        self._sentry = Sentry(self._hear)
        self._is_stale = self._is_closing = False
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, paths: Iterable[Path]) -> None:
        """Begin to watch, on the running loop; no change after it returns is missed.

        Args:
            paths: Files, and folders with all that they hold. Links are followed, and what does
                not exist yet is noticed when it appears.
        """
        self._loop = asyncio.get_running_loop()
        await self.watch(paths)
        # Made directly, with a context of its own: it belongs to no plugin that happens to run.
        self._task = asyncio.Task(
            self._run(), loop=self._loop, context=contextvars.Context(), name="rosey-watcher"
        )

    async def watch(self, paths: Iterable[Path]) -> None:
        """Watch these paths instead, from its return on; see `start`."""
        await asyncio.to_thread(self._sentry.watch, tuple(paths))

    async def close(self) -> None:
        """Stop watching, and wait until `changed` has returned, unless that calls this."""
        self._is_closing = True
        self._woken.set()
        await asyncio.to_thread(self._sentry.close)
        if self._task is not None and self._task is not asyncio.current_task():
            await asyncio.wait([self._task])

    def _hear(self, names: frozenset[Path], change: Change) -> None:
        """Pass a change from watchdog's thread to the loop."""
        assert self._loop is not None  # noqa: S101  nothing is watched before `start`
        self._loop.call_soon_threadsafe(self._note, names, change)

    def _note(self, names: frozenset[Path], change: Change) -> None:
        for name in names:
            self._settling.note(name, change, self._now())
        # Links may be other ones, and folders others of the same name.
        self._is_stale |= change in (Change.APPEARED, Change.GONE)
        self._woken.set()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _run(self) -> None:
        while not self._is_closing:
            await self._rest()
            await self._look_again()
            await self._tell()

    async def _rest(self) -> None:
        """Wait until something may have settled, and no longer than until the next check."""
        check_at = self._now() + CHECK_S
        while not self._is_closing:
            due = self._settling.due_at()
            until = check_at if due is None else min(due, check_at)
            if until <= self._now() or (due is None and self._is_stale):
                return
            self._woken.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._woken.wait()

    async def _look_again(self) -> None:
        """Watch what has to be watched by now."""
        if not self._is_stale and self._sentry.is_well:
            return
        self._is_stale = False
        try:
            missed = await asyncio.to_thread(self._sentry.look_again)
        except Exception:
            # Something is not watched now, which the next check sees.
            logger.exception("files cannot be watched; trying again")
        else:
            for name in missed:
                self._settling.note(name, Change.APPEARED, self._now())

    async def _tell(self) -> None:
        ripe = self._settling.ripe(self._now())
        if not ripe:
            return
        empty = await asyncio.to_thread(_empty_among, ripe)
        settled = self._settling.take(self._now(), empty)
        if not settled or self._is_closing:
            return
        try:
            await self._changed(settled)
        except asyncio.CancelledError:
            if self._task is None or self._task.cancelling():
                raise
            logger.exception("what follows from changed files was cancelled")
        except Exception:
            logger.exception("what follows from changed files has failed")


def _empty_among(paths: Iterable[Path]) -> set[Path]:
    """The paths that are files without content."""
    return {path for path in paths if _is_empty(path)}


def _is_empty(path: Path) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False  # gone
    return stat.S_ISREG(status.st_mode) and status.st_size == 0
