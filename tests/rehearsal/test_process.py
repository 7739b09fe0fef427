"""A rehearsal's process does its task, and ends, whatever it does."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rosey.errors import RehearsalError
from rosey.rehearsal.process import rehearse
from rosey.rehearsal.twin import twin_of
from tests.bots import bot_of, write_plugin
from tests.rehearsal import acts

WAITING = """
@command("wait", cooldown_s=60)
async def wait(self, ctx):
    import asyncio, time
    began = time.time()
    await asyncio.sleep(9)
    await self.storage.set("waits", await self.storage.get("waits", 0) + 1)
    await ctx.reply(f"{await self.storage.get('waits')} after {time.time() - began:g} s")
"""


async def test_a_task_is_done_and_what_it_tells_is_heard() -> None:
    facts: list[Any] = []

    printed = await rehearse(acts.echo, {"a": [1, "é"]}, facts.append)

    assert [fact["plan"] for fact in facts] == [{"a": [1, "é"]}]
    assert {*sys.path} - {""} <= {*facts[0]["path"]}
    assert printed == "printed, not told\n"


async def test_the_clock_stands_where_it_is_put() -> None:
    facts: list[Any] = []

    await rehearse(acts.echo, None, facts.append, starts_at_s=1_000_000.0)

    assert facts[0]["clock"] == 1_000_000.0


async def test_time_passes_at_once_where_the_clock_is_moved_by_hand() -> None:
    facts: list[Any] = []
    began = time.monotonic()

    await rehearse(acts.sleep_for_days, 5 * 86_400.0, facts.append, starts_at_s=0.0)

    assert facts == [{"slept": 5 * 86_400.0 + 1}]
    assert time.monotonic() - began < 10


async def test_a_bot_waits_for_its_storage_and_not_for_the_clock(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "waiting", WAITING)
    facts: list[Any] = []

    async with bot_of(tmp_path / "plugins") as bot:
        plan = twin_of(bot), ["!wait", "!wait"]
        await rehearse(acts.talk, plan, facts.append, starts_at_s=5.0)

    assert facts == [{"replies": [["1 after 9 s"], ["2 after 9 s"]]}]


async def test_the_parent_is_watched_until_the_process_has_ended() -> None:
    assert await rehearse(acts.look_at_the_end, None, print) == "watched True\n"


async def test_a_crash_is_told_after_what_was_told_before() -> None:
    facts: list[Any] = []

    with pytest.raises(RehearsalError, match="was ended by SIGABRT") as caught:
        await rehearse(acts.crash, 1, facts.append)

    assert facts == [{"plan": 1}]
    assert "acts.py" in caught.value.printed


async def test_an_error_is_told_by_its_last_line() -> None:
    with pytest.raises(RehearsalError, match="ended with exit code 1: ValueError: no such thing"):
        await rehearse(acts.fail, "no such thing", print)


async def test_what_hangs_is_killed_and_named(tmp_path: Path) -> None:
    place = tmp_path / "pid"

    with pytest.raises(
        RehearsalError, match=r"nothing for 2 s and was killed: it sits at .*acts\.py"
    ):
        await rehearse(acts.spin, place, lambda _: None, silence_s=2)

    assert not is_alive(int(place.read_text()))


async def test_a_daemon_that_is_left_is_not_waited_for() -> None:
    facts: list[Any] = []

    await rehearse(acts.leave_a_daemon, None, facts.append)

    assert facts == [{"plan": "begun"}]


async def test_what_cannot_be_read_is_told() -> None:
    with pytest.raises(RehearsalError, match="what the copy tells cannot be read"):
        await rehearse(acts.babble, None, lambda _: None)


async def test_what_is_cancelled_is_killed(tmp_path: Path) -> None:
    place = tmp_path / "pid"
    begun = asyncio.Event()
    task = asyncio.create_task(rehearse(acts.spin, place, lambda _: begun.set()))
    await begun.wait()

    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert not is_alive(int(place.read_text()))


DYING = """
import asyncio, os, sys
from pathlib import Path
from rosey.rehearsal.process import rehearse
from tests.rehearsal import acts

asyncio.run(rehearse(acts.hold, Path(sys.argv[1]), lambda _: os._exit(0)))
"""


def test_the_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    os.mkfifo(place := tmp_path / "place")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    with subprocess.Popen([sys.executable, "-c", DYING, str(place)], env=environ) as parent:
        # There is an end to read when nobody holds the place any more.
        assert place.read_text() == ""

    assert parent.returncode == 0


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
