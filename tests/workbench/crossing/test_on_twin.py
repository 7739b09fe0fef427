"""Work on a copy of the bot, which is gone afterwards, whatever becomes of the work."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from blockbuster import BlockBuster

from rosey.bot import Bot
from rosey.workbench.crossing.loop import LoopThread
from rosey.workbench.crossing.on_twin import TWIN_NAME, on_twin
from tests.bots import bot_of, write_plugin

DEADLINE_S = 20.0

LINGERING = """
async def teardown(self):
    import asyncio, pathlib, time
    def wait():
        folder = pathlib.Path({folder!r})
        (folder / "tearing-down").touch()
        while not (folder / "go-on").exists():
            time.sleep(0.01)
    await asyncio.to_thread(wait)
"""


@pytest.fixture(autouse=True)
def thread_may_be_waited_for(blockbuster: BlockBuster) -> None:
    """Until it is up, which it is at once."""
    blockbuster.functions["threading.Lock.acquire"].can_block_in(
        "rosey/workbench/crossing/loop.py", "__init__"
    )


async def cancel_everything() -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


def wait_for(file: Path) -> None:
    while not file.exists():
        threading.Event().wait(0.01)


async def test_a_twin_is_gone_although_what_waits_for_its_end_is_cancelled(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "lingering", LINGERING.format(folder=str(tmp_path)))
    begun, thread = threading.Event(), await asyncio.to_thread(LoopThread, "test-loop")

    async def work(copy: Bot) -> None:
        del copy
        begun.set()
        await asyncio.Event().wait()

    async with asyncio.timeout(DEADLINE_S), bot_of(tmp_path / "plugins") as bot:
        crossing = on_twin(bot, thread, ["lingering"], work)
        await asyncio.to_thread(begun.wait)
        crossing.cancel()
        await asyncio.to_thread(wait_for, tmp_path / "tearing-down")
        await thread.submit(cancel_everything())
        await asyncio.to_thread(crossing.join, DEADLINE_S)
        (tmp_path / "go-on").touch()
        for own in [t for t in threading.enumerate() if t.name.startswith(TWIN_NAME)]:
            await asyncio.to_thread(own.join)
        await asyncio.to_thread(thread.stop)
