"""What every test is held to: it leaves nothing behind and never blocks the loop."""

from __future__ import annotations

import asyncio
import gc
import inspect
import math
from collections.abc import AsyncIterator, Iterator

import pytest
from blockbuster import BlockBuster, blockbuster_ctx

from tests import leftovers


@pytest.fixture(autouse=True)
def clean_process() -> Iterator[None]:
    """Fail a test that leaves or changes what `leftovers` looks at."""
    process = leftovers.Process()
    yield
    assert not (faults := process.faults()), "; ".join(faults)


@pytest.fixture(autouse=True)
def blockbuster(
    clean_process: None,  # noqa: ARG001  it sees what the patches leave
) -> Iterator[BlockBuster]:
    """Fail blocking calls that `rosey` makes on a loop; a test about one calls `deactivate()`."""
    with blockbuster_ctx("rosey") as active:
        # Coverage takes a lock where it first sees a file, which another thread may hold.
        acquire = active.functions["threading.Lock.acquire"]
        acquire.can_block_in("coverage/collector.py", "lock_data")
        yield active


@pytest.fixture(autouse=True)
def clean_loop(
    request: pytest.FixtureRequest,
    clean_process: None,  # noqa: ARG001  the loop must close, and its executor with it, before
) -> None:
    """Fail an async test that leaves something on its loop, or an error that nobody has caught."""
    # Asked for by name, so that a sync test gets no loop.
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("watched_loop")


@pytest.fixture
async def watched_loop(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Run the test with asyncio's own checks on, and look at its loop; see `clean_loop`."""
    running = asyncio.get_running_loop()
    exempt = request.node.get_closest_marker("no_loop_debug")
    assert exempt is None or exempt.kwargs["reason"]
    running.set_debug(exempt is None)
    # The collection after the test takes no time, as all that was before is frozen.
    gc.collect()
    gc.freeze()
    # What blocks is blockbuster's affair: a busy machine is no fault of a test.
    running.slow_callback_duration = math.inf
    loop = leftovers.Loop(running)
    yield
    faults = loop.faults()
    loop.raise_uncaught()
    assert not faults, "; ".join(faults)
