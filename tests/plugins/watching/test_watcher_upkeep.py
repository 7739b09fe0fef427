"""A watcher goes on whatever fails, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, EventEmitter
from watchdog.utils import BaseThread

from rosey.plugins.watching import sentry, watcher
from rosey.plugins.watching.watcher import Watcher
from tests.plugins.listening import WAIT_S, Listener, listening


async def test_changes_during_a_call_are_collected_for_the_next(folder: Path) -> None:
    begun, release = asyncio.Event(), asyncio.Event()
    told: asyncio.Queue[frozenset[Path]] = asyncio.Queue()

    async def changed(paths: frozenset[Path]) -> None:
        told.put_nowait(paths)
        begun.set()
        await release.wait()

    one, two, three = (folder / name for name in ("one", "two", "three"))
    busy = Watcher(changed, quiet_s=0.15)
    await busy.start([folder])
    one.write_text("1")
    async with asyncio.timeout(WAIT_S):
        await begun.wait()
        two.write_text("2")
        three.write_text("3")
        release.set()
        sets = [await told.get(), await told.get()]

    assert sets == [{one}, {two, three}]
    await busy.close()


@pytest.mark.parametrize("fault", [ValueError("broken"), asyncio.CancelledError()])
async def test_fault_of_whoever_is_told_is_logged_and_watching_goes_on(
    fault: BaseException, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [fault]
    told: asyncio.Queue[frozenset[Path]] = asyncio.Queue()

    async def changed(paths: frozenset[Path]) -> None:
        told.put_nowait(paths)
        if faults:
            raise faults.pop()

    hurt = Watcher(changed)
    await hurt.start([folder])
    async with asyncio.timeout(WAIT_S):
        for name in ("one", "two"):
            (folder / name).write_text(name)
            assert await told.get() == {folder / name}

    [record] = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[1] is fault
    await hurt.close()


def threads(role: str) -> list[BaseThread]:
    """Watchdog's threads of a role, or in any."""
    roles: dict[str, Callable[[threading.Thread], bool]] = {
        "dispatcher": lambda thread: isinstance(thread, BaseObserver),
        "emitter": lambda thread: isinstance(thread, EventEmitter),
        "reader": lambda thread: not isinstance(thread, BaseObserver | EventEmitter),
        "any": lambda _: True,
    }
    return [
        thread
        for thread in threading.enumerate()
        if isinstance(thread, BaseThread) and roles[role](thread)
    ]


@pytest.mark.parametrize("role", ["dispatcher", "emitter", "reader"])
async def test_dead_thread_is_replaced_and_what_it_missed_is_told(
    role: str,
    listener: Listener,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    dice = folder / "dice.py"
    caplog.set_level(logging.INFO, logger="rosey")
    monkeypatch.setattr(watcher, "CHECK_S", 0.05)
    await listener.watcher.start([folder])

    for thread in threads(role):
        thread.stop()
        thread.join(WAIT_S)
    dice.write_text("missed")
    assert await listener.told() == {folder: None}

    dice.write_text("new")
    assert await listener.told() == {dice: "new"}
    assert "started again" in caplog.text


async def test_fault_while_watching_again_is_logged_and_tried_again(
    listener: Listener,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(watcher, "CHECK_S", 0.05)
    await listener.watcher.start([folder])

    def fails_once() -> BaseObserver:
        monkeypatch.setattr(sentry, "Observer", Observer)
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(sentry, "Observer", fails_once)
    for thread in threads("dispatcher"):
        thread.stop()

    assert await listener.told() == {folder: None}
    assert "cannot be watched; trying again" in caplog.text
    await listener.told_nothing_but(folder / "marker")


async def test_close_waits_for_the_call_that_runs(folder: Path) -> None:
    begun, release = asyncio.Event(), asyncio.Event()
    log: list[str] = []

    async def changed(_paths: frozenset[Path]) -> None:
        begun.set()
        await release.wait()
        log.append("returned")

    busy = Watcher(changed)
    await busy.start([folder])
    (folder / "dice.py").write_text("new")
    async with asyncio.timeout(WAIT_S):
        await begun.wait()
        closing = asyncio.create_task(busy.close())
        asyncio.get_running_loop().call_soon(release.set)
        await closing

    assert log == ["returned"]


async def test_whoever_is_told_may_close(folder: Path) -> None:
    closed = asyncio.Event()

    async def changed(_paths: frozenset[Path]) -> None:
        await own.close()
        closed.set()

    own = Watcher(changed)
    await own.start([folder])
    (folder / "dice.py").write_text("new")

    async with asyncio.timeout(WAIT_S):
        await closed.wait()
    await own.close()


async def test_end_of_the_loop_ends_the_call_that_runs(folder: Path) -> None:
    ended: list[Awaitable[None]] = []

    async def changed(_paths: frozenset[Path]) -> None:
        task = asyncio.current_task()
        assert task is not None
        ended.append(task)
        task.cancel()
        await asyncio.Event().wait()

    cut = Watcher(changed)
    await cut.start([folder])
    (folder / "dice.py").write_text("new")
    async with asyncio.timeout(WAIT_S):
        while not ended:
            await asyncio.to_thread(lambda: None)
        with pytest.raises(asyncio.CancelledError):
            await ended[0]

    await cut.close()


async def test_closed_watcher_tells_nothing_and_watches_no_more(
    listener: Listener, folder: Path
) -> None:
    await listener.watcher.start([folder])
    (folder / "dice.py").write_text("new")

    await listener.watcher.close()
    await listener.watcher.watch([folder])

    assert listener.sets.empty()
    assert threads("any") == []


async def test_watcher_that_never_started_can_be_closed() -> None:
    async with listening(quiet_s=0.03, ceiling_s=0.5):
        pass

    assert threads("any") == []
