"""Code that must not stop half-way ends before a cancellation is heard."""

from __future__ import annotations

import asyncio

import pytest

from rosey.plugins.calling.uncancelled import to_its_end
from tests.plugins.nth import Await


class Step:
    """Waits in the middle."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.has_ended = False
        self.error = error

    async def run(self) -> None:
        self.begun.set()
        await self.go_on.wait()
        self.has_ended = True
        if self.error is not None:
            raise self.error


async def cancelled(step: Step, *, times: int = 1) -> asyncio.Task[None]:
    """Cancel whoever waits for a step, and let it end."""
    waiting = asyncio.create_task(to_its_end(step.run()))
    await step.begun.wait()
    for _ in range(times):
        waiting.cancel()
        await asyncio.sleep(0)
    assert not waiting.done()
    step.go_on.set()
    await asyncio.wait([waiting])
    return waiting


async def test_what_is_not_cancelled_ends_as_ever() -> None:
    step = Step(ValueError("bad"))
    step.go_on.set()

    with pytest.raises(ValueError, match="bad"):
        await to_its_end(step.run())


@pytest.mark.parametrize("times", [1, 3])
async def test_cancellation_is_heard_when_it_has_ended(times: int) -> None:
    step = Step()

    waiting = await cancelled(step, times=times)

    assert step.has_ended
    assert waiting.cancelled()


async def test_what_it_raised_meanwhile_is_told_with_the_cancellation() -> None:
    waiting = await cancelled(Step(ValueError("bad")))

    with pytest.raises(asyncio.CancelledError) as caught:
        await waiting

    assert isinstance(caught.value.__cause__, ValueError)


async def test_what_is_thrown_at_whoever_waits_is_raised_when_it_has_ended() -> None:
    step = Step()
    step.go_on.set()

    with pytest.raises(MemoryError):
        await Await(to_its_end(step.run()), 1, MemoryError()).run()

    assert step.has_ended


async def test_loop_that_is_shut_down_ends_both() -> None:
    step = Step()
    waiting = asyncio.create_task(to_its_end(step.run()))
    await step.begun.wait()

    (inner,) = [task for task in asyncio.all_tasks() if task.get_name() == "rosey-step"]
    inner.cancel()
    waiting.cancel()
    await asyncio.wait([waiting])

    assert (inner.cancelled(), waiting.cancelled()) == (True, True)
