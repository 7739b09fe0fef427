"""Windows on the events of the bot, which areas keep open from one drawing to the next."""

from __future__ import annotations

import weakref

from rosey.diagnostics.traces.window import Window
from rosey.workbench.calls.traces import Traces
from rosey.workbench.panel.sight import Sight


class Watch:
    """A window that a panel has open, as long as the same bot runs.

    Args:
        traces: Of the bot.
        query: What is looked for.

    Raises:
        UsageError: The query cannot be read.
    """

    def __init__(self, traces: Traces, query: str) -> None:
        # The bot may be stopped, and is not to be kept for its list.
        self._traces = weakref.ref(traces)
        self.window: Window = traces.window(query)

    def is_of(self, traces: Traces) -> bool:
        """Whether it follows the events of this bot."""
        return self._traces() is traces

    def close(self) -> None:
        """Follow no more."""
        self.window.close()


def window(sight: Sight, name: str, query: str) -> Window:
    """The window that an area keeps open under a name; another query or bot gets another one.

    Raises:
        UsageError: The query cannot be read; the window before stays open.
    """
    traces = sight.bot.traces
    watch: Watch | None = sight.seen.get(name)
    if watch is not None and watch.is_of(traces) and watch.window.query.text == query:
        return watch.window
    fresh = Watch(traces, query)
    if watch is not None:
        watch.close()
    sight.seen[name] = fresh
    return fresh.window
