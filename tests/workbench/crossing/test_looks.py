"""Looks at the bot from outside of its loop, and not from inside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from rosey.errors import RoseyError
from rosey.workbench.crossing.looks import Looks
from rosey.workbench.crossing.loop import LoopThread

INSIDE = r"this is the bot's own thread, which would wait for itself: in a plugin use self\.bot"


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    """A thread that runs; it is stopped after the test."""
    thread = LoopThread("test-loop")
    yield thread
    thread.stop()


def test_a_look_is_answered_on_the_loop(thread: LoopThread) -> None:
    assert Looks(thread).at(asyncio.get_running_loop) is not None


def test_the_bots_own_thread_is_told_what_to_use_instead(thread: LoopThread) -> None:
    looks = Looks(thread)

    async def look() -> int:
        return looks.at(lambda: 1)

    with pytest.raises(RoseyError, match=INSIDE):
        thread.submit(look()).result()
