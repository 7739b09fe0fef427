"""A window on the events: the rows at one place of the list of those that match a query."""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType
from typing import Self

from rosey.diagnostics.traces.order import Order
from rosey.diagnostics.traces.query import Query
from rosey.diagnostics.traces.ring import Ring, Step
from rosey.diagnostics.traces.trace import EventTrace

LOOK_S = 0.01
"""Seconds that one look may take to read on in what was kept before the window was opened."""

MOST_WAITING = 1_000
"""So many steps of the ring wait to be taken in by a look; of more, the bot takes in the oldest."""

_READ_AT_ONCE = 50
_TAKEN_IN_FOR_ONE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a window shows.

    Attributes:
        rows: The events at the place that was asked for, newest first.
        matching: How many match, of those that are kept.
        unread: How many were not looked at yet; the next look reads on.
        is_paused: Whether the list is held as it was.
        newer: How many came since it is held and match.
        dropped: Of how many events of the bot nothing is kept.
    """

    rows: tuple[EventTrace, ...]
    matching: int
    unread: int
    is_paused: bool
    newer: int
    dropped: int


class Window:
    """The events that match a query, by id, newest first, as they come and go.

    A look costs what has changed since the last one, however many events are kept. Any thread may
    look. While nobody does, the bot keeps what waits for that within bounds.

    Args:
        ring: Where the events are kept.
        query: Which of them.
        clock: Seconds.

    Attributes:
        query: As passed.
    """

    def __init__(
        self, ring: Ring, query: Query, *, clock: Callable[[], float] = perf_counter
    ) -> None:
        self.query = query
        self._ring = ring
        self._clock = clock
        self._lock = threading.Lock()
        self._steps: collections.deque[Step] = collections.deque()
        with self._lock:
            self._open()

    def look(self, first: int = 0, count: int = 100) -> Seen:
        """What there is now.

        Args:
            first: How many newer rows are passed by.
            count: How many rows at most.
        """
        with self._lock:
            self._take_in(len(self._steps))
            self._read_on()
            return Seen(
                rows=tuple(self._found[number] for number in self._order.highest(first, count)),
                matching=len(self._found),
                unread=len(self._unread),
                is_paused=self._is_paused,
                newer=self._newer,
                dropped=self._ring.dropped_events,
            )

    def pause(self) -> None:
        """Hold the list as it is now, and count what is newer."""
        with self._lock:
            self._take_in(len(self._steps))
            self._is_paused = True

    def resume(self) -> None:
        """Show what there is now again."""
        with self._lock:
            if self._is_paused:
                self._ring.unfollow(self._note)
                self._open()

    def close(self) -> None:
        """Be told of no more events, and show none."""
        with self._lock:
            self._ring.unfollow(self._note)
            self._empty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _empty(self) -> None:
        self._steps.clear()
        self._unread: dict[int, EventTrace] = {}
        self._found: dict[int, EventTrace] = {}
        self._order = Order()
        self._is_paused = False
        self._newer = 0

    def _open(self) -> None:
        self._empty()
        self._unread = {event.id: event for event in self._ring.follow(self._note)}

    def _note(self, step: Step) -> None:
        """Take note of a step; called on the bot's loop, which does not wait for a look."""
        self._steps.append(step)
        if len(self._steps) > MOST_WAITING and self._lock.acquire(blocking=False):
            try:
                self._take_in(_TAKEN_IN_FOR_ONE)
            finally:
                self._lock.release()

    def _take_in(self, count: int) -> None:
        for _ in range(count):
            step = self._steps.popleft()
            if self._is_paused:
                self._newer += self.query.matches(step.event)
                continue
            if step.is_kept:
                self._enter(step.event)
            for number in step.let_go:
                self._leave(number)

    def _read_on(self) -> None:
        """Read on in what was kept at the beginning, newest first, until the time is over."""
        until = self._clock() + LOOK_S
        while self._unread:
            for _ in range(min(_READ_AT_ONCE, len(self._unread))):
                _, event = self._unread.popitem()
                self._enter(event)
            if self._clock() >= until:
                break

    def _enter(self, event: EventTrace) -> None:
        if self.query.matches(event):
            self._found[event.id] = event
            self._order.add(event.id)

    def _leave(self, number: int) -> None:
        self._unread.pop(number, None)
        if self._found.pop(number, None) is not None:
            self._order.remove(number)
