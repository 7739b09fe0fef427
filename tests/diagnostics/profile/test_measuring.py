"""Measuring puts everything back, and is still where nothing is kept."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator

import pytest

from rosey.diagnostics.profile.measuring import Samples, tracing
from rosey.diagnostics.profile.scope import Scope


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The collector as it is where nobody has frozen anything."""
    gc.unfreeze()
    yield
    gc.unfreeze()
    tracemalloc.stop()


def state() -> tuple[bool, bool]:
    """Whether there is something frozen, and whether allocations are traced."""
    return gc.get_freeze_count() > 0, tracemalloc.is_tracing()


def test_what_exists_is_frozen_and_the_rest_traced_inside_only() -> None:
    with tracing():
        assert state() == (True, True)

    assert state() == (False, False)


def test_everything_is_put_back_after_a_failure() -> None:
    with pytest.raises(KeyboardInterrupt), tracing():
        raise KeyboardInterrupt

    assert state() == (False, False)


def test_what_somebody_else_has_frozen_and_traces_stays_so() -> None:
    gc.freeze()
    frozen = gc.get_freeze_count()
    tracemalloc.start(5)

    with tracing():
        pass

    assert gc.get_freeze_count() >= frozen
    assert tracemalloc.get_traceback_limit() == 5


async def test_samples_see_what_is_kept_and_nothing_else() -> None:
    kept, samples, loop = (
        list[bytes](),
        Samples(40, Scope(is_live=False)),
        asyncio.get_running_loop(),
    )
    loop.set_debug(False)
    with tracing():
        for number in range(40):
            for _ in range(3):
                loop.call_later(3600, str).cancel()
            type("Short", (), {}).__name__  # noqa: B018  it fills the cache of attributes
            if number >= 20:
                kept.append(bytes(1000))
            await samples.take(number)

    still = [*samples.allocated][10:20]
    assert max(still) - min(still) < 100
    assert samples.allocated[39] - samples.allocated[20] >= 19 * 1000
    assert samples.blocks[39] - samples.blocks[20] >= 19
