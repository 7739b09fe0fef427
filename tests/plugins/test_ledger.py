"""What a generation takes is given back, in reverse, whatever happens."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable

import pytest

from rosey.errors import PluginStateError
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Fault
from rosey.plugins.ledger import Ledger
from rosey.plugins.owning.entries import Taken


class Books:
    """Ledgers, and a log of what begins and is given back."""

    def __init__(self) -> None:
        self.caller = Caller(grace_s=0.05)
        self.log: list[str] = []
        self.faults: list[Fault] = []
        self.ledger = self.new()
        self.staged = self.new(is_staged=True)

    def new(self, *, is_staged: bool = False) -> Ledger:
        """Open another ledger."""
        return Ledger("dice", self.caller, self.faults.append, is_staged=is_staged)

    def take(
        self, ledger: Ledger, label: str, *, pauses: bool = True, fails: bool = False
    ) -> Callable[[], None]:
        """Take something that logs what becomes of it."""

        def begin() -> None:
            if fails:
                raise ValueError(label)
            self.log.append(f"+{label}")

        return ledger.take(
            "thing",
            label,
            begin=begin,
            give_back=lambda: self.log.append(f"-{label}"),
            pauses=pauses,
        )


@pytest.fixture
async def books() -> AsyncIterator[Books]:
    """Ledgers that are closed in the end."""
    books = Books()
    yield books
    await books.ledger.close()
    await books.staged.close()
    await books.caller.close()


async def forever(log: list[str]) -> None:
    """Wait, and log the end of it."""
    try:
        await asyncio.Event().wait()
    finally:
        log.append("ended")


async def test_everything_is_given_back_in_reverse(books: Books) -> None:
    for label in "abc":
        books.take(books.ledger, label)

    assert await books.ledger.close() == ()

    assert books.log == ["+a", "+b", "+c", "-c", "-b", "-a"]
    assert books.ledger.entries == ()


async def test_kinds_are_given_back_in_one_order(books: Books) -> None:
    books.ledger.on_close("closer", lambda: books.log.append("closer"))
    books.ledger.create_task(forever(books.log))
    books.take(books.ledger, "a")
    await asyncio.sleep(0)

    await books.ledger.close()

    assert books.log == ["+a", "-a", "ended", "closer"]


async def test_entry_that_is_struck_is_given_back_once(books: Books) -> None:
    strike = books.take(books.ledger, "a")

    strike()
    strike()
    await books.ledger.close()

    assert books.log == ["+a", "-a"]


async def test_entry_that_cannot_begin_is_not_entered(books: Books) -> None:
    with pytest.raises(ValueError, match="a"):
        books.take(books.ledger, "a", fails=True)

    assert books.ledger.entries == ()
    assert books.log == []


async def test_entry_is_checked_when_it_is_taken(books: Books) -> None:
    def check() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        books.staged.take("thing", "a", begin=list, give_back=list, check=check)

    assert books.staged.entries == ()


async def test_staged_entries_begin_at_the_swap(books: Books) -> None:
    books.take(books.staged, "a")
    books.take(books.staged, "b")
    assert books.log == []
    assert not any(entry.is_active for entry in books.staged.entries)

    books.staged.begin()

    assert books.log == ["+a", "+b"]


async def test_begin_that_fails_is_rolled_back(books: Books) -> None:
    books.take(books.staged, "a")
    books.take(books.staged, "b", fails=True)

    with pytest.raises(ValueError, match="b"):
        books.staged.begin()

    assert books.log == ["+a", "-a"]
    assert not any(entry.is_active for entry in books.staged.entries)


async def test_check_that_fails_at_the_swap_begins_nothing(books: Books) -> None:
    taken: list[str] = []

    def check() -> None:
        if taken:
            raise LookupError

    books.take(books.staged, "a")
    books.staged.take("thing", "b", begin=list, give_back=list, check=check)
    taken.append("by somebody else")

    with pytest.raises(LookupError):
        books.staged.begin()
    assert books.log == []


async def test_paused_entries_come_back(books: Books) -> None:
    books.take(books.ledger, "a")
    books.take(books.ledger, "b", pauses=False)

    books.ledger.pause()
    books.take(books.ledger, "c")
    books.take(books.ledger, "d", pauses=False)
    books.ledger.begin()

    assert books.log == ["+a", "+b", "-a", "+d", "+a", "+c"]


async def test_withdrawn_entries_come_back_where_the_swap_fails(books: Books) -> None:
    books.take(books.ledger, "a")
    books.take(books.ledger, "b", pauses=False)

    books.ledger.withdraw()
    books.ledger.begin()

    assert books.log == ["+a", "+b", "-b", "-a", "+a", "+b"]


async def test_closed_ledger_refuses(books: Books) -> None:
    await books.ledger.close()

    with pytest.raises(PluginStateError, match="dice is unloaded: it cannot take thing a"):
        books.take(books.ledger, "a")
    with pytest.raises(PluginStateError):
        books.ledger.on_close("closer", list)
    task = books.ledger.create_task(forever(books.log))
    await asyncio.wait([task])
    assert task.cancelled()


async def test_closers_may_be_async_and_may_fail(books: Books) -> None:
    async def closer() -> None:
        await asyncio.sleep(0)
        books.log.append("async")

    books.ledger.on_close("async", closer)
    books.ledger.on_close("failing", lambda: 1 / 0)
    books.ledger.on_close("sync", lambda: books.log.append("sync"))

    problems = await books.ledger.close()

    assert books.log == ["sync", "async"]
    assert problems == ("closer failing: division by zero",)
    assert [fault.where for fault in books.faults] == ["closer failing"]


async def test_closer_that_is_struck_is_not_called(books: Books) -> None:
    strike = books.ledger.on_close("closer", lambda: books.log.append("called"))

    strike()
    await books.ledger.close()

    assert books.log == []


async def test_task_ends_with_the_ledger(books: Books) -> None:
    task = books.ledger.create_task(forever(books.log), name="waiter")
    await asyncio.sleep(0)
    assert books.ledger.entries == (Taken(kind="task", label="waiter", is_active=True),)

    await books.ledger.close()

    assert task.cancelled()
    assert books.log == ["ended"]


async def test_task_that_has_ended_is_no_entry(books: Books) -> None:
    assert await books.ledger.create_task(asyncio.sleep(0, "done")) == "done"
    await asyncio.sleep(0)

    assert books.ledger.entries == ()


async def test_task_that_does_not_end_is_named(books: Books) -> None:
    release = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                books.log.append("no")

    task = books.ledger.create_task(stubborn(), name="mule")
    await asyncio.sleep(0)

    assert await books.ledger.close() == ("task mule does not end",)
    release.set()
    await task


async def test_task_of_a_staged_ledger_starts_at_the_swap(books: Books) -> None:
    task = books.staged.create_task(asyncio.sleep(0, "done"))
    _, pending = await asyncio.wait([task], timeout=0)
    assert pending

    books.staged.begin()

    assert await task == "done"


async def test_task_of_a_staged_ledger_that_is_closed_never_runs(books: Books) -> None:
    """Nor does Python warn that it was never awaited: warnings are errors here."""
    task = books.staged.create_task(forever(books.log))

    await books.staged.close()

    assert task.cancelled()
    assert books.log == []


async def test_task_started_while_the_ledger_is_withdrawn_runs(books: Books) -> None:
    """That is what `teardown` does to flush something."""
    books.ledger.withdraw()

    assert await books.ledger.create_task(asyncio.sleep(0, "flushed")) == "flushed"


async def test_fault_of_a_task_is_reported_once(
    books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise ValueError

    task = books.ledger.create_task(fail())
    await asyncio.wait([task])
    del task

    assert [(f.plugin, f.error) for f in books.faults] == [("dice", "ValueError")]
    assert "never retrieved" not in caplog.text


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
async def test_task_cannot_end_the_loop(books: Books, error: BaseException) -> None:
    async def leave() -> None:
        raise error

    task = books.ledger.create_task(leave(), name="leaver")
    await asyncio.wait([task])

    assert "task leaver raised" in str(task.exception())
    assert len(books.faults) == 1


async def test_timer_calls_again_and_again(books: Books) -> None:
    ticks = asyncio.Semaphore(0)

    books.ledger.every(0.001, ticks.release, "tick")

    for _ in range(3):
        await ticks.acquire()
    assert [entry.label for entry in books.ledger.entries] == ["tick every 0.001 s"]


async def test_timer_survives_a_fault(books: Books) -> None:
    ticks = asyncio.Semaphore(0)

    def tick() -> None:
        ticks.release()
        raise ValueError

    books.ledger.every(0.001, tick, "tick")

    for _ in range(2):
        await ticks.acquire()
    assert books.faults[0].where == "tick"


async def test_timer_pauses_and_goes_on(books: Books) -> None:
    ticks = asyncio.Semaphore(0)
    books.ledger.every(0.001, ticks.release, "tick")
    await ticks.acquire()

    books.ledger.pause()
    assert not books.ledger.entries[0].is_active
    books.ledger.begin()

    await ticks.acquire()


async def test_timer_has_ended_when_the_ledger_is_closed(books: Books) -> None:
    books.ledger.every(60, list, "tick")

    await books.ledger.close()

    assert "tick" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_timer_that_begins_and_pauses_at_once_never_ticks(books: Books) -> None:
    books.staged.every(0.001, lambda: books.log.append("tick"), "tick")

    books.staged.begin()
    books.staged.pause()
    await books.staged.close()

    assert books.log == []


async def test_closed_ledger_keeps_nothing_that_a_timer_called(books: Books) -> None:
    class Plugin:
        def tick(self) -> None: ...

    plugin = Plugin()
    books.ledger.every(60, plugin.tick, "tick")
    await books.ledger.close()
    gone = weakref.ref(plugin)

    del plugin
    gc.collect()

    assert gone() is None
