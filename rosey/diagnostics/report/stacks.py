"""What the plugins' tasks and the process's threads are doing, as text."""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
import types
from collections.abc import Iterable

from rosey.diagnostics.report.model import StackFacts
from rosey.diagnostics.stacks import awaiting, plugin_of

_MOST_FRAMES = 20
_MOST_TASKS = 50
_MOST_THREADS = 20


def stacks_of_tasks() -> tuple[StackFacts, ...]:
    """Where the tasks of plugins on the running loop wait."""
    found = []
    for task in asyncio.all_tasks():
        frames = [*awaiting(task.get_coro())]
        owner = next((name for name in map(plugin_of, frames) if name is not None), None)
        if owner is not None:
            lines = _lines((frame, frame.f_lineno) for frame in frames[-_MOST_FRAMES:])
            found.append(StackFacts(name=f"task {task.get_name()} of {owner}", lines=lines))
    return tuple(sorted(found, key=lambda stack: stack.name)[:_MOST_TASKS])


def stacks_of_threads() -> tuple[StackFacts, ...]:
    """What the threads do that execute code of Rosey or a plugin; the one that asks is left out."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    frames = sys._current_frames()  # noqa: SLF001  documented, for debuggers
    frames.pop(threading.get_ident(), None)
    found = [
        StackFacts(name=f"thread {names.get(number, number)}", lines=_stack(frame))
        for number, frame in frames.items()
        if any(_is_ours(part) for part, _ in traceback.walk_stack(frame))
    ]
    return tuple(sorted(found, key=lambda stack: stack.name)[:_MOST_THREADS])


def _is_ours(frame: types.FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return name.startswith("rosey.") or plugin_of(frame) is not None


def _stack(frame: types.FrameType) -> tuple[str, ...]:
    innermost = [*traceback.walk_stack(frame)][:_MOST_FRAMES]
    return _lines(reversed(innermost))


def _lines(places: Iterable[tuple[types.FrameType, int]]) -> tuple[str, ...]:
    summary = traceback.StackSummary.extract(iter(places))
    return tuple(line for entry in summary.format() for line in entry.splitlines())
