"""What watchdog watches, and what it tells; no other module knows watchdog."""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserver
from watchdog.utils import BaseThread

from rosey.plugins.watching.places import Folder, Places
from rosey.plugins.watching.settling import Change

POLL_S: Final = 0.5
"""Seconds between two looks at the files where the system cannot tell of changes."""

# Reads are not asked for: the loader's own would come back as events.
_ASKED: Final[list[type[FileSystemEvent]]] = [
    *(FileCreatedEvent, FileModifiedEvent, FileClosedEvent, FileMovedEvent, FileDeletedEvent),
    *(DirCreatedEvent, DirMovedEvent, DirDeletedEvent),
]
_CHANGES: Final = {
    "created": Change.APPEARED,
    "deleted": Change.GONE,
    "closed": Change.WRITTEN,
}
_LIMITS: Final = frozenset({errno.ENOSPC, errno.EMFILE, errno.ENFILE})

logger = logging.getLogger(__name__)


class Sentry:
    """Watchdog's threads and what they watch. All but `is_well` blocks, in any thread.

    Args:
        hear: Told of each change to a path that was asked for, by its names, in watchdog's thread.
            There may be no names: something above such a path has changed.
    """

    def __init__(self, hear: Callable[[frozenset[Path], Change], None]) -> None:
        self._hear = hear
        self._ear = _Ear(self._receive)
        self._lock = threading.Lock()
        self._asked: tuple[Path, ...] = ()
        self._places = Places.of(())
        self._observer: BaseObserver | None = None
        self._threads: Sequence[threading.Thread] = ()
        # Replaced, never changed: `is_well` reads it in another thread.
        self._watches: Mapping[Folder, ObservedWatch] = {}
        self._refused: set[Path] = set()
        self._is_polling = self._is_closed = False

    def watch(self, asked: tuple[Path, ...]) -> None:
        """Watch these paths instead."""
        with self._lock:
            self._asked = asked
            self._look()

    def look_again(self) -> frozenset[Path]:
        """Watch what has to be watched for the same paths by now.

        Returns:
            The paths that were not watched before, or not any more: they may have changed.
        """
        with self._lock:
            return frozenset().union(*map(self._places.seen_from, self._look()))

    def close(self) -> None:
        """End watchdog's threads, for good."""
        with self._lock:
            self._is_closed = True
            self._stop()

    @property
    def is_well(self) -> bool:
        """Whether everything that should be watched is."""
        watches = self._watches
        return watches.keys() == self._places.folders and self._alive().issuperset(watches.values())

    def _alive(self) -> set[ObservedWatch]:
        observer = self._observer
        if observer is None or self._is_dead():
            return set()
        return {emitter.watch for emitter in observer.emitters.copy() if emitter.is_alive()}

    def _is_dead(self) -> bool:
        return not all(thread.is_alive() for thread in self._threads)

    def _look(self) -> frozenset[Folder]:
        """Watch what has to be watched, and say what of that was not."""
        if self._is_closed:
            return frozenset()
        self._places = Places.of(self._asked)
        try:
            return self._follow()
        except OSError as error:
            if not self._is_limit(error):
                raise
            logger.warning(
                "cannot watch files: %s; looking at them every %g s instead. Raise "
                "fs.inotify.max_user_watches and fs.inotify.max_user_instances with sysctl, and "
                "the limit of open files with ulimit -n, or watch smaller folders; then restart",
                error,
                POLL_S,
            )
        self._stop()
        self._is_polling = True
        return self._follow()

    def _follow(self) -> frozenset[Folder]:
        observer = self._running()
        alive = self._alive()
        kept = {
            folder: watch
            for folder, watch in self._watches.items()
            if folder in self._places.folders and watch in alive
        }
        for folder in self._watches.keys() - kept.keys():
            observer.unschedule(self._watches[folder])
            if folder in self._places.folders:
                logger.info("watching %s had ended and is started again", folder.path)
        self._watches = kept
        # Recursive ones first: watchdog passes over a limit that is met below a folder, so that it
        # shows at the next one, which is the folder around.
        for folder in sorted(
            self._places.folders - kept.keys(), key=lambda it: not it.is_recursive
        ):
            self._add(observer, folder)
        return frozenset(self._watches.keys() - kept.keys())

    def _running(self) -> BaseObserver:
        if self._observer is not None and self._is_dead():
            logger.warning("a thread that watches files has died; all of it is started again")
            self._stop()
        if self._observer is None:
            before = threading.enumerate()
            self._observer = PollingObserver(timeout=POLL_S) if self._is_polling else Observer()
            self._observer.start()
            # The observer has a thread of its own for reading, which it does not look after.
            self._threads = [
                thread
                for thread in threading.enumerate()
                if isinstance(thread, BaseThread) and thread not in before
            ]
        return self._observer

    def _add(self, observer: BaseObserver, folder: Folder) -> None:
        try:
            watch = observer.schedule(
                self._ear, str(folder.path), recursive=folder.is_recursive, event_filter=_ASKED
            )
        except OSError as error:
            if self._is_limit(error):
                raise
            # The next check tries again.
            if folder.path not in self._refused:
                logger.warning("cannot watch %s yet: %s", folder.path, error)
            self._refused.add(folder.path)
        else:
            self._watches = {**self._watches, folder: watch}

    def _is_limit(self, error: OSError) -> bool:
        return error.errno in _LIMITS and not self._is_polling

    def _stop(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        self._observer = None
        self._watches = {}

    def _receive(self, event: FileSystemEvent) -> None:
        is_closing_told = sys.platform == "linux" and not self._is_polling
        for path, change in _changes(event, is_closing_told=is_closing_told):
            names = self._places.names_of(path)
            if names or path in self._places.turns:
                self._hear(names, change)


class _Ear(FileSystemEventHandler):
    """Passes watchdog's events on; an exception in its thread would end that without a word."""

    def __init__(self, receive: Callable[[FileSystemEvent], None]) -> None:
        self._receive = receive

    def dispatch(self, event: FileSystemEvent) -> None:
        try:
            self._receive(event)
        except Exception:
            logger.exception("a change was not understood: %r", event)


def _changes(event: FileSystemEvent, *, is_closing_told: bool) -> Iterator[tuple[Path, Change]]:
    source = Path(os.fsdecode(event.src_path))
    if event.event_type == "moved":
        yield source, Change.GONE
        yield Path(os.fsdecode(event.dest_path)), Change.APPEARED
    elif event.event_type == "modified":
        yield source, Change.WRITING if is_closing_told else Change.WRITTEN
    else:
        yield source, _CHANGES[event.event_type]
