"""Forks a writer for each line of its input: one that may make no file longer than so many bytes.

Usage: starved.py. A line is `WORK END BYTES DIRECTORY`: what to write, whether too long a write
raises an `error` or ends in a `kill` of the writer, and the bound. The answer is `kept` if the
change was acknowledged, and how the writer ended: `well`, `refused` or `killed`. It is a program of
its own so that the bound is nobody else's, and forks so that its modules are loaded once.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable

import rosey.storage.connection  # noqa: F401  loaded before the forks
from rosey.errors import StorageError
from rosey.storage import Storage

ENDINGS = {0: "well", 3: "refused", -signal.SIGXFSZ: "killed"}
VALUE = "new" * 10_000
ADD = "INSERT INTO pair VALUES ('new')"


async def make(storage: Storage, starve: Callable[[], None]) -> None:
    """Make a database with one value in it."""
    starve()
    await storage.open()
    await storage.namespace("written").set("key", VALUE)
    report("kept ")
    await storage.close()


async def change(storage: Storage, starve: Callable[[], None]) -> None:
    """Change a value and two rows of a database that is open."""
    await storage.open()
    written = storage.namespace("written")
    await written.get("key")
    starve()
    async with written.transaction() as sql:
        await sql.execute(ADD)
        await written.set("key", VALUE)
        await sql.execute(ADD)
    report("kept ")
    await storage.close()


def report(text: str) -> None:
    """Write past any buffer: a writer may be killed at any moment."""
    os.write(sys.stdout.fileno(), text.encode())


def write(work: str, end: str, most_bytes: int, directory: str) -> int:
    """Do the work; returns the exit code."""

    def starve() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if end == "kill" else signal.SIG_IGN)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))

    try:
        asyncio.run({"make": make, "change": change}[work](Storage(directory), starve))
    except StorageError:
        return 3
    except BaseException:  # noqa: BLE001  a fork must not go on as its parent
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    """Fork writers, one at a time."""
    for line in sys.stdin:
        work, end, most_bytes, directory = line.rstrip("\n").split(" ", 3)
        pid = os.fork()
        if pid == 0:
            os._exit(write(work, end, int(most_bytes), directory))
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        report(f"{ENDINGS.get(code, code)}\n")


if __name__ == "__main__":
    main()
