"""What is watched when the system refuses, and what a fault in watchdog's thread does."""

from __future__ import annotations

import errno
import queue
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.events import FileSystemEventHandler
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserver

from rosey.plugins.watching import sentry
from rosey.plugins.watching.sentry import Sentry
from rosey.plugins.watching.settling import Change

WAIT_S = 5.0


class Listener:
    """Hears of changes in watchdog's thread."""

    def __init__(self) -> None:
        self.changes: queue.Queue[tuple[frozenset[Path], Change]] = queue.Queue()
        self.faults: list[Exception] = []
        self.sentry = Sentry(self.hear)

    def hear(self, names: frozenset[Path], change: Change) -> None:
        if self.faults:
            raise self.faults.pop()
        self.changes.put((names, change))

    def heard(self) -> tuple[frozenset[Path], Change]:
        return self.changes.get(timeout=WAIT_S)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.sentry.close()


class FullObserver(PollingObserver):
    """Meets the system's limit at the second folder."""

    def schedule(
        self,
        event_handler: FileSystemEventHandler,
        path: str | Path,
        **named: Any,  # noqa: ANN401  watchdog's own
    ) -> ObservedWatch:
        if self.emitters:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        return super().schedule(event_handler, path, **named)


def no_observer() -> BaseObserver:
    raise OSError(errno.EMFILE, "inotify instance limit reached")


@pytest.mark.parametrize("limited", [FullObserver, no_observer])
def test_limit_of_the_system_is_told_once_and_files_are_looked_at(
    limited: Callable[[], BaseObserver],
    listener: Listener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(sentry, "POLL_S", 0.02)
    monkeypatch.setattr(sentry, "Observer", limited)
    folder, dice = tmp_path / "plugins", tmp_path / "plugins" / "dice.py"
    folder.mkdir()

    listener.sentry.watch((folder,))
    assert listener.sentry.is_well
    dice.write_text("new")
    assert listener.heard() == (frozenset({dice}), Change.APPEARED)
    dice.write_text("changed")
    assert listener.heard() == (frozenset({dice}), Change.WRITTEN)
    assert listener.sentry.look_again() == frozenset()

    [record] = caplog.records
    assert "fs.inotify.max_user_watches" in record.getMessage()


def test_fault_in_the_thread_is_logged_and_watching_goes_on(
    listener: Listener, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    dice = tmp_path / "dice.py"
    listener.sentry.watch((tmp_path,))

    listener.faults.append(ValueError("broken"))
    dice.touch()

    assert listener.heard() == (frozenset({dice}), Change.WRITTEN)
    [record] = caplog.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ValueError)


def test_folder_that_goes_before_it_is_watched_is_tried_again(
    listener: Listener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = tmp_path / "plugins"

    class SlowObserver(PollingObserver):
        def schedule(
            self,
            event_handler: FileSystemEventHandler,
            path: str | Path,
            **named: Any,  # noqa: ANN401  watchdog's own
        ) -> ObservedWatch:
            if Path(path) == folder.resolve():
                shutil.rmtree(folder)
            return super().schedule(event_handler, path, **named)

    monkeypatch.setattr(sentry, "Observer", SlowObserver)
    for _ in range(2):
        folder.mkdir()
        listener.sentry.watch((folder,))
        assert not listener.sentry.is_well

    [record] = caplog.records
    assert record.getMessage().startswith(f"cannot watch {folder.resolve()} yet")
    assert listener.sentry.look_again() == frozenset()
    assert listener.sentry.is_well


def test_fault_of_another_kind_is_raised(
    listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> BaseObserver:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(sentry, "Observer", broken)

    with pytest.raises(OSError, match="broken"):
        listener.sentry.watch((tmp_path,))
