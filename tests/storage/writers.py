"""Forks a writer for each line of its input; a writer reports each write as soon as it is kept.

Usage: writers.py DIRECTORY. It is a program of its own so that a writer can be killed, and forks so
that a hundred of them load their modules once.
"""

from __future__ import annotations

import asyncio
import os
import sys

import rosey.storage.connection  # noqa: F401  loaded before the forks
from rosey.storage import Storage

TABLE = "CREATE TABLE half (writer TEXT, number INTEGER)"
ADD = "INSERT INTO half VALUES (:writer, :number)"


async def write(directory: str, writer: str) -> None:
    """Write for ever, and report it."""
    storage = Storage(directory)
    await storage.open()
    plugin = storage.namespace("written")
    await plugin.migrate([TABLE])
    for number in range(1_000_000):
        await plugin.set(f"{writer} {number}", "x" * 5_000)
        report(f"value {writer} {number}")
        async with plugin.transaction() as sql:
            for _ in range(2):
                await sql.execute(ADD, {"writer": writer, "number": number})
        report(f"halves {writer} {number}")


def report(line: str) -> None:
    """Write a line in one piece: another process may report at the same time."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def main(directory: str) -> None:
    """Fork writers, one at a time."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(write(directory, line.strip()))
        report(f"started {pid}")
        os.waitpid(pid, 0)
        report("gone")


if __name__ == "__main__":
    main(sys.argv[1])
