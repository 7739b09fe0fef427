"""Starts a rehearsal's process, hears what it tells, and ends it, whatever it does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pickle
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from rosey.errors import RehearsalError
from rosey.rehearsal.stage import Fact, Stage

Plan = TypeVar("Plan")

SILENCE_S = 20.0
"""Seconds without a word after which a rehearsal hangs."""

START_S = 60.0
"""Seconds that its process has to import Rosey."""

_MAIN = Path(__file__).with_name("__main__.py")
_MOST_LINE_BYTES = 2**26
_PRINTED_MOST_BYTES = 2**16
_LAST_WORDS_S = 1.0
_PLACE = re.compile(
    r'^Current thread.*?^  File "(?P<file>[^\n"]+)", line (?P<line>\d+)', re.MULTILINE | re.DOTALL
)


async def rehearse(
    task: Callable[[Plan, Stage], None],
    plan: Plan,
    hear: Callable[[Fact], None],
    *,
    starts_at_s: float | None = None,
    silence_s: float = SILENCE_S,
) -> str:
    """Have a task done in a process of its own, which ends with this call in any case.

    The process finds the same modules as this one, its sets are in the same order each time, and
    it ends by itself should this process be killed.

    Args:
        task: A function of a module, called there with the plan and the stage.
        plan: What it needs to know; it must be picklable.
        hear: Called with each fact that the task tells.
        starts_at_s: Where the process's clock begins, in seconds since the epoch: it stands still
            then, and moves on as soon as everybody waits. None leaves it the real clock.
        silence_s: Seconds without a fact after which the process is killed.

    Returns:
        The end of what was printed there.

    Raises:
        RehearsalError: It hung or crashed; what it had told was heard.
    """
    orders = pickle.dumps(starts_at_s) + pickle.dumps((task, plan))
    environment = await asyncio.to_thread(_environment)
    async with _printed() as printed:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-X", "faulthandler", str(_MAIN)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=printed.sink,
            env=environment,
            limit=_MOST_LINE_BYTES,
            start_new_session=True,  # an interrupt of the terminal is for this process alone
        )
        try:
            code = await _follow(process, orders, hear, silence_s)
        except TimeoutError:
            words = await _last_words(process, printed)
            place = _PLACE.search(words)
            raise RehearsalError(_hung(silence_s, place), printed=words) from None
        finally:
            _kill(process)
            await process.wait()
            if process.stdin is not None:
                process.stdin.close()
        words = await printed.end()
    if code != 0:
        raise RehearsalError(_crashed(code, words), printed=words)
    return words


async def _follow(
    process: asyncio.subprocess.Process,
    orders: bytes,
    hear: Callable[[Fact], None],
    silence_s: float,
) -> int:
    """Give a process its orders, and hear what it tells until it ends; gives its exit code."""
    assert process.stdin is not None  # noqa: S101  asked for
    assert process.stdout is not None  # noqa: S101  asked for
    process.stdin.write(orders)
    await _hear_all(process.stdout, hear, silence_s)
    return await asyncio.wait_for(process.wait(), silence_s)


async def _hear_all(
    line: asyncio.StreamReader, hear: Callable[[Fact], None], silence_s: float
) -> None:
    await asyncio.wait_for(line.readline(), START_S)
    try:
        while told := await asyncio.wait_for(line.readline(), silence_s):
            if told.endswith(b"\n"):  # or it was killed in the middle of a line
                hear(json.loads(told))
    except ValueError as error:
        raise RehearsalError(f"what the copy tells cannot be read: {error}") from error


class _Printed:
    """The end of what a process prints.

    Args:
        sink: What it prints to; closed here.
        stream: Where that can be read.
    """

    def __init__(self, sink: int, stream: asyncio.StreamReader) -> None:
        self.sink = sink
        self._kept = b""
        self._reading = asyncio.create_task(self._read(stream))

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while chunk := await stream.read(_PRINTED_MOST_BYTES):
            self._kept = (self._kept + chunk)[-_PRINTED_MOST_BYTES:]

    async def end(self) -> str:
        """The last of it; whoever else holds the sink, such as a daemon, is not heard any more."""
        if self.sink >= 0:
            os.close(self.sink)
            self.sink = -1
        await asyncio.wait([self._reading], timeout=_LAST_WORDS_S)
        self._reading.cancel()
        await asyncio.wait([self._reading])
        return self._kept.decode(errors="replace")


@contextlib.asynccontextmanager
async def _printed() -> AsyncIterator[_Printed]:
    """A pipe of our own: asyncio's process would not end before everybody has let go of its."""
    source, sink = os.pipe()
    stream = asyncio.StreamReader()
    pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(source, "rb")
    )
    printed = _Printed(sink, stream)
    try:
        yield printed
    finally:
        await printed.end()
        pipe.close()


async def _last_words(process: asyncio.subprocess.Process, printed: _Printed) -> str:
    """Have a process that hangs say where."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGABRT)
    return await printed.end()


def _kill(process: asyncio.subprocess.Process) -> None:
    """End a process, and what it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:  # pragma: no cover  Windows has no groups of processes
            process.kill()


def _hung(silence_s: float, place: re.Match[str] | None) -> str:
    where = "" if place is None else f": it sits at {place['file']}:{place['line']}"
    return f"the copy has told nothing for {silence_s:g} s and was killed{where}"


def _crashed(code: int, words: str) -> str:
    how = f"ended with exit code {code}"
    if code < 0:
        with contextlib.suppress(ValueError):
            how = f"was ended by {signal.Signals(-code).name}"
    last = words.strip().rpartition("\n")[2]
    return f"the copy's process {how}: {last}" if last else f"the copy's process {how}"


def _environment() -> Mapping[str, str]:
    folders = [folder or str(Path.cwd()) for folder in sys.path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(folders), "PYTHONHASHSEED": "0"}
