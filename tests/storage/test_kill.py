"""A process killed in the middle of a write: all that it has acknowledged is there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rosey.storage import Storage

KILLS = 100
ROOT = Path(__file__).parents[2]
CHANCE = random.Random(4)  # noqa: S311  when to kill is no secret


@contextmanager
def writers(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """The program that forks a writer for each line."""
    with subprocess.Popen(
        [sys.executable, Path(__file__).with_name("writers.py"), directory],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as program:
        yield program
        assert program.stdin is not None
        program.stdin.close()


def kill_one(program: subprocess.Popen[str], name: str) -> set[str]:
    """Start a writer, kill it after a few writes, and return what it has acknowledged."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{name}\n")
    pid = 0
    acknowledged: set[str] = set()
    enough = CHANCE.randrange(8)
    while (line := program.stdout.readline().strip()) != "gone":
        assert line, "the writers' program has failed"
        if line.startswith("started"):
            pid = int(line.split()[1])
        else:
            acknowledged.add(line)
        if pid and len(acknowledged) >= enough:
            os.kill(pid, signal.SIGKILL)
            pid = 0
    return acknowledged


async def stored(directory: Path) -> set[str]:
    """What is in the database, in the words of the acknowledgements."""
    storage = Storage(directory)
    await storage.open()
    plugin = storage.namespace("written")
    values = {f"value {key}" for key in await plugin.keys() if await plugin.get(key) == "x" * 5_000}
    async with plugin.transaction() as sql:
        rows = await sql.execute("SELECT writer, number, count(*) FROM half GROUP BY 1, 2")
        halves = {tuple(row) for row in rows}
    await storage.close()
    assert {count for _, _, count in halves} == {2}
    return values | {f"halves {writer} {number}" for writer, number, _ in halves}


@pytest.mark.timeout(120)
async def test_process_killed_a_hundred_times_keeps_all_it_acknowledged(directory: Path) -> None:
    with writers(directory) as program:
        acknowledged = {line for n in range(KILLS) for line in kill_one(program, f"writer-{n}")}

    assert len(acknowledged) > KILLS
    assert acknowledged <= await stored(directory)
