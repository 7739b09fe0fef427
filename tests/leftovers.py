"""What a test can leave behind in its process or on its loop, and how that is seen."""

from __future__ import annotations

import asyncio
import builtins
import gc
import logging
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

GRACE_S = 1.0

Facts = frozenset[str]

_LOGGERS = ("rosey", "plugin")

_TEMPORARY = str(Path(tempfile.gettempdir()).resolve())
_LASTING = (str(Path(__file__).resolve().parents[1]), sys.prefix)


def threads() -> Facts:
    """The threads that run."""
    return frozenset(f"{thread.name} ({thread.ident})" for thread in threading.enumerate())


def modules() -> Facts:
    """The plugins' modules, and others whose files are as short-lived as the test."""
    return frozenset(
        name
        for name, module in [*sys.modules.items()]
        if name.startswith("rosey_plugins") or _is_passing(getattr(module, "__file__", None))
    )


def _is_passing(file: object) -> bool:
    # The checkout itself may stand among temporary files, and its environment with it.
    return str(file).startswith(_TEMPORARY) and not str(file).startswith(_LASTING)


def sockets() -> Facts:
    """The open sockets, where the system lists the files of a process."""
    return frozenset(_sockets())


def _sockets() -> Iterator[str]:
    listing = Path("/dev/fd")
    for file in listing.iterdir() if listing.exists() else ():
        try:
            status = os.fstat(int(file.name))
        except OSError:
            continue  # it was the listing's own
        if stat.S_ISSOCK(status.st_mode):
            yield f"file {file.name}, inode {status.st_ino}"


def logs() -> Facts:
    """How the root logger, Rosey's and the plugins' are set."""
    loggers = logging.root.manager.loggerDict
    watched = [
        logger
        for name, logger in loggers.items()
        if name.partition(".")[0] in _LOGGERS and isinstance(logger, logging.Logger)
    ]
    facts = [f"everything disabled up to {logging.root.manager.disable}"]
    for logger in (logging.root, *watched):
        parts = [p for p in (*logger.handlers, *logger.filters) if not _is_pytest(p)]
        facts += [f"{logger.name}: {part!r}" for part in parts]
        if logger.level or logger.disabled or not logger.propagate:
            facts.append(f"{logger!r}, {logger.disabled=}, {logger.propagate=}")
    return frozenset(facts)


def _is_pytest(part: object) -> bool:
    return type(part).__module__.startswith("_pytest.")


def surroundings() -> Facts:
    """The environment and the working directory."""
    # pytest itself writes there which test runs.
    environ = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
    return frozenset([f"in {Path.cwd()}", *(f"{key}={value}" for key, value in environ.items())])


def interpreter() -> Facts:
    """What all code of a process shares: builtins, ways of importing, hooks, limits."""
    shared: dict[str, object] = {
        **{f"builtins.{name}": value for name, value in vars(builtins).items() if name != "_"},
        **{f"sys.meta_path {finder!r}": finder for finder in sys.meta_path},
        **{f"sys.path {path}": None for path in sys.path},
        "sys.excepthook": sys.excepthook,
        "threading.excepthook": threading.excepthook,
    }
    limits = [f"recursion limit {sys.getrecursionlimit()}", f"collector on: {gc.isenabled()}"]
    return frozenset([*limits, *(f"{name} ({id(value)})" for name, value in shared.items())])


LEFT: Mapping[str, Callable[[], Facts]] = {
    "threads": threads,
    "plugin modules": modules,
    "sockets": sockets,
}
"""What must not come to stay; what was there before may go."""

CHANGED: Mapping[str, Callable[[], Facts]] = {
    "logging": logs,
    "environment": surroundings,
    "interpreter": interpreter,
}
"""What must be as it was."""


class Process:
    """What the process is like before a test, to be held against what it is like afterwards."""

    def __init__(self) -> None:
        self._threads = {*threading.enumerate()}
        self._before = {what: look() for what, look in {**LEFT, **CHANGED}.items()}

    def faults(self) -> list[str]:
        """What the test has left behind or changed, one line for each kind."""
        for thread in {*threading.enumerate()} - self._threads:
            thread.join(GRACE_S)
        came = {f"{what} left behind": look() - self._before[what] for what, look in LEFT.items()}
        other = {f"{what} changed": look() ^ self._before[what] for what, look in CHANGED.items()}
        return [f"{what}: {sorted(facts)}" for what, facts in {**came, **other}.items() if facts]


class Loop:
    """What the loop of a test is like before it, and what nobody has caught on it.

    Args:
        loop: It runs.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._tasks = asyncio.all_tasks(loop)
        self._uncaught: list[dict[str, Any]] = []
        self._note = self._uncaught_is
        loop.set_exception_handler(self._note)

    def _uncaught_is(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._uncaught.append({key: context.get(key) for key in ("message", "exception")})
        loop.default_exception_handler(context)

    def faults(self) -> list[str]:
        """What the test has left on the loop, one line for each kind."""
        # What nobody asked a task for is told when the task goes.
        gc.collect()
        tasks = asyncio.all_tasks(self._loop) - self._tasks - {asyncio.current_task(self._loop)}
        left: dict[str, list[Any]] = {
            "tasks": [task.get_name() for task in tasks],
            "timers": [handle for handle in _scheduled(self._loop) if not handle.cancelled()],
            "task factory": [factory] if (factory := self._loop.get_task_factory()) else [],
            "exception handler": self._handlers(),
        }
        return [f"{what} left behind: {found}" for what, found in left.items() if found]

    def _handlers(self) -> list[object]:
        handler = self._loop.get_exception_handler()
        return [] if handler is self._note else [handler]

    def raise_uncaught(self) -> None:
        """Raise what nobody has caught on the loop, if there was any."""
        messages = "; ".join(str(context["message"]) for context in self._uncaught)
        causes = [c["exception"] for c in self._uncaught if c["exception"] is not None]
        if messages:
            raise AssertionError(f"nobody caught: {messages}") from next(iter(causes), None)


def _scheduled(loop: asyncio.AbstractEventLoop) -> list[asyncio.TimerHandle]:
    """The timers of a loop of the standard library, which tells nobody else."""
    return [*vars(loop).get("_scheduled", ())]
