"""What every test is held to: it leaves nothing behind and never blocks the loop."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from blockbuster import BlockBuster, blockbuster_ctx

GRACE_S = 1.0


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    """Fail blocking calls that `rosey` makes on a loop; a test about one calls `deactivate()`."""
    with blockbuster_ctx("rosey") as active:
        yield active


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """Fail a test whose threads outlive it."""
    before = set(threading.enumerate())
    yield
    started = [thread for thread in threading.enumerate() if thread not in before]
    for thread in started:
        thread.join(GRACE_S)
    left = [thread.name for thread in started if thread.is_alive()]
    assert not left, f"threads left behind: {left}"


@pytest.fixture(autouse=True)
def no_plugin_modules_left() -> Iterator[None]:
    """Fail a test whose plugin generations stay in `sys.modules`."""
    before = set(sys.modules)
    yield
    left = [name for name in set(sys.modules) - before if name.startswith("rosey_plugins")]
    assert not left, f"plugin modules left behind: {left}"


@pytest.fixture(autouse=True)
def no_tasks_left(
    request: pytest.FixtureRequest,
    no_threads_left: None,  # noqa: ARG001  the loop must close, and its executor with it, before
) -> None:
    """Fail an async test that leaves tasks or a task factory on its loop."""
    # Asked for by name, so that a sync test gets no loop.
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("clean_loop")


@pytest.fixture
async def clean_loop() -> AsyncIterator[None]:
    """Compare the test's loop before and after it; see `no_tasks_left`."""
    before = asyncio.all_tasks()
    yield
    left = [task.get_name() for task in asyncio.all_tasks() - before - {asyncio.current_task()}]
    assert not left, f"tasks left behind: {left}"
    assert asyncio.get_running_loop().get_task_factory() is None, "task factory left behind"
