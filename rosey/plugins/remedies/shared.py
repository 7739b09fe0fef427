"""Settings of the whole process that a plugin's code changed while it was loaded."""

from __future__ import annotations

import contextlib
import functools
import gc
import logging
import os
import socket
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from rosey.plugins.remedies.lines import taken_back


class Setting(NamedTuple):
    """One setting that everybody in the process shares.

    Attributes:
        name: For people.
        read: Asks for it.
        write: Puts it back; None where a library that the plugin was the first to import may have
            changed it, and needs it so.
    """

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object] | None = None


class Change(NamedTuple):
    """What a setting was before a plugin's code ran, and what it was then."""

    before: Any
    after: Any


SETTINGS = (
    Setting("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    Setting("the switch interval", sys.getswitchinterval, sys.setswitchinterval),
    Setting("the working directory", os.getcwd, os.chdir),
    Setting("the socket timeout", socket.getdefaulttimeout, socket.setdefaulttimeout),
    Setting("logging.disable", lambda: logging.root.manager.disable, logging.disable),
    Setting(
        "garbage collection", gc.isenabled, lambda is_on: gc.enable() if is_on else gc.disable()
    ),
    *(
        Setting(f"sys.{n}", functools.partial(getattr, sys, n), functools.partial(setattr, sys, n))
        for n in ("stdin", "stdout", "stderr")
    ),
    # Through the public face each value would be decoded, at each load of a plugin.
    Setting("os.environ", lambda: {**getattr(os.environ, "_data", os.environ)}),
    Setting("sys.path", lambda: [*sys.path]),
    # By identity: a filter may have a category that the plugin defines, which must not be kept.
    Setting("warnings.filters", lambda: [*map(id, warnings.filters)]),
)


class Shared:
    """Knows which plugin has changed which of `SETTINGS`, and puts them back when it has gone.

    A reload is no end: the new generation finds what the old one has set, and may rely on it.
    """

    def __init__(self) -> None:
        self._changes: dict[str, dict[Setting, Change]] = {}
        self._alive: Counter[str] = Counter()

    def begin(self, plugin: str) -> None:
        """Note that one more generation of a plugin is there; `end` must follow."""
        self._alive[plugin] += 1

    @contextlib.contextmanager
    def noting(self, plugin: str) -> Iterator[None]:
        """Note what changes inside a `with` block in which nothing but a plugin's code runs."""
        before = _now()
        try:
            yield
        finally:
            after = _now()
            changes = self._changes.setdefault(plugin, {})
            for setting, was in before.items():
                if not _is_same(was, after.get(setting, was)):
                    first = changes[setting].before if setting in changes else was
                    changes[setting] = Change(first, after[setting])

    def end(self, plugin: str) -> tuple[str, ...]:
        """Put back what a plugin has changed, once none of its generations is there any more.

        Returns:
            For people, what was put back, and what was not.
        """
        self._alive[plugin] -= 1
        if self._alive[plugin] > 0:
            return ()
        del self._alive[plugin]
        return tuple(_put_back(self._changes.pop(plugin, {})))


def _put_back(changes: dict[Setting, Change]) -> Iterator[str]:
    now = _now()
    for setting, (before, after) in changes.items():
        # What somebody has changed since is theirs.
        if setting not in now or not _is_same(now[setting], after):
            continue
        if setting.write is None:
            yield f"{setting.name} was changed while it was loaded, and stays so"
        else:
            yield taken_back(setting.name, functools.partial(setting.write, before))


def _now() -> dict[Setting, Any]:
    values: dict[Setting, Any] = {}
    for setting in SETTINGS:
        with contextlib.suppress(OSError):  # the working directory may have been deleted
            values[setting] = setting.read()
    return values


def _is_same(one: object, other: object) -> bool:
    # A stream may be a plugin's, whose `__eq__` is not to be asked.
    return one is other or (isinstance(one, int | float | str | list | dict) and one == other)
