"""Who looks on while events are delivered: logs, recorders, panels and tests, not plugins."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator

from rosey.plugins.events import Delivery, Event

logger = logging.getLogger(__name__)

Tap = Callable[[Event, Delivery], None]
"""Sees every event after its delivery."""

Lookout = Callable[[Event], None]
"""Sees every event before its delivery."""


class Taps:
    """Shows every event to those who look on; what they raise stays with them.

    Attributes:
        before: Shown an event before anybody else gets it.
        after: Shown it after its delivery.
        cancelled: Shown it instead where whoever emitted it was cancelled.
    """

    def __init__(self) -> None:
        self.before: tuple[Lookout, ...] = ()
        self.after: tuple[Tap, ...] = ()
        self.cancelled: tuple[Tap, ...] = ()

    @contextlib.contextmanager
    def open(self, after: Tap, before: Lookout | None, cancelled: Tap | None) -> Iterator[None]:
        """Show every event to these inside the `with` block."""
        self.after = (*self.after, after)
        if before is not None:
            self.before = (*self.before, before)
        if cancelled is not None:
            self.cancelled = (*self.cancelled, cancelled)
        try:
            yield
        finally:
            self.after = tuple(t for t in self.after if t != after)
            self.before = tuple(look for look in self.before if look != before)
            self.cancelled = tuple(t for t in self.cancelled if t != cancelled)

    def show_cancelled(self, event: Event, delivery: Delivery) -> None:
        """Show an event whose delivery was cancelled."""
        for tap in self.cancelled:
            self.show(tap, event, delivery)

    @staticmethod
    def show(tap: Callable[..., None], event: Event, *delivery: Delivery) -> None:
        """Show one event to one of them."""
        try:
            tap(event, *delivery)
        except Exception:
            logger.exception("a tap failed at %s", event.name)
