"""Following events live: in the cell that asked for it, at a pace that a browser keeps up with."""

from __future__ import annotations

import collections
import contextlib
import contextvars
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from rosey.diagnostics.traces.trace import EventTrace
from rosey.plugins.delivery.routes import fits
from rosey.workbench.faces import trace_faces
from rosey.workbench.faces.answer import Answer

NAME = "live-rosey-trace"
"""The thread that shows them. It is none of the bot's, whose prints go to the log."""

EVENTS_FOLLOWED = 10_000
"""After so many events following ends by itself: nobody reads them any more."""

LINES_SHOWN = 20

PAUSE_S = 0.1
"""Seconds between two updates of what a cell shows."""

Show = Callable[[Answer], object]


class Followable(Protocol):
    """Tells of events as they are handled; see `Traces.following`."""

    def following(self, watcher: Callable[[EventTrace], None]) -> AbstractContextManager[None]:
        """Tell `watcher` of each event inside the `with` block."""


class Following:
    """One cell that shows the last events of a kind.

    Args:
        traces: Tells of the events.
        names: Of plugins or events, patterns among them; none for all events.
        show: Shows an answer in place of the one before; called on another thread.
    """

    def __init__(self, traces: Followable, names: Iterable[str], show: Show) -> None:
        self._names = tuple(names)
        self._show = show
        # What the cell shows goes where the cell's own output goes.
        self._context = contextvars.copy_context()
        self._lines: collections.deque[str] = collections.deque(maxlen=LINES_SHOWN)
        self._count = 0
        self._changed = threading.Event()
        self._closing = threading.Event()
        self._is_over = False
        self._parts = contextlib.ExitStack()
        self._parts.enter_context(traces.following(self._note))
        self._thread = threading.Thread(target=self._keep_showing, name=NAME, daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether it has ended, by itself or because it was told to."""
        return self._is_over

    @property
    def answer(self) -> Answer:
        """What the cell shows."""
        of = f" of {', '.join(self._names)}" if self._names else ""
        end = "no more are followed" if self._is_over else "%rosey trace off ends it"
        head = f"{self._count:,} events{of}; {end}"
        return Answer.of_lines(None, [head, *self._lines])

    def close(self) -> None:
        """Follow no more, and show that."""
        self._is_over = True
        self._closing.set()
        self._changed.set()
        self._thread.join()

    def _note(self, trace: EventTrace) -> None:
        if self._is_over or not self._is_meant(trace):
            return
        self._count += 1
        self._lines.append(trace_faces.line(trace))
        # Only ever set, as the cell's thread may end it at this very moment.
        if self._count >= EVENTS_FOLLOWED:
            self._is_over = True
        self._changed.set()

    def _is_meant(self, trace: EventTrace) -> bool:
        plugins = {trace.emitter, *(ran.plugin for ran in trace.ran)}
        names = self._names
        return not names or any(name in plugins or fits(name, trace.event) for name in names)

    def _keep_showing(self) -> None:
        with self._parts:
            is_last = False
            while not is_last:
                self._changed.wait()
                self._changed.clear()
                is_last = self._is_over
                self._context.run(self._show, self.answer)
                self._closing.wait(0 if is_last else PAUSE_S)
