"""Work on a twin of the running bot, on a loop and in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from rosey.bot import Bot
from rosey.rehearsal.twin import open_twin, twin_of
from rosey.workbench.crossing.loop import Crossing, LoopThread

Result = TypeVar("Result")

TWIN_NAME = "rosey-twin"

CLOSE_S = 30.0
"""Seconds in which a twin must have torn its plugins down."""


def on_twin(
    bot: Bot,
    thread: LoopThread,
    names: Iterable[str],
    work: Callable[[Bot], Awaitable[Result]],
) -> Crossing[Result]:
    """Do something to a twin, which is gone afterwards; the bot goes on beside it.

    Args:
        bot: The bot.
        thread: Where the bot's loop runs.
        names: The plugins that the twin is to have, with those that they need.
        work: What to do, on the twin's loop.
    """

    async def carry_out() -> Result:
        twin = twin_of(bot, names)
        own = LoopThread(TWIN_NAME)

        async def rehearse() -> Result:
            async with open_twin(twin) as copy:
                return await work(copy)

        work_on_it = own.submit(rehearse())

        def end() -> None:
            # Cancelled, it still has to tear its plugins down.
            work_on_it.join(CLOSE_S)
            own.stop()

        try:
            return await work_on_it
        finally:
            # No task, and shielded: it is carried out, whoever is cancelled meanwhile.
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, end))

    return thread.submit(carry_out())
