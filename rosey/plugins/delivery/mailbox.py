"""The mailbox of a plugin that is held: events wait in it, and nobody waits for them."""

from __future__ import annotations

import collections
import copy
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from rosey.plugins.calling.faults import Outcome
from rosey.plugins.calling.gate import Gate
from rosey.plugins.events import Event, LateEvent, Subscription, uncounted

MOST_HELD: Final = 10_000
"""How many events may wait for a plugin that is held: one more, and the hold has to end. While that
goes on twice as many may; what comes then is dropped."""

Part = tuple[str, str, int]
"""One of a plugin's handlers, in whatever generation: its pattern, its name, and its place among
those that have both in common."""


class PutAsideError(Exception):
    """Raised instead of calling a handler that gets its event later, or never.

    Attributes:
        outcome: What is reported of the handler.
    """

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


@dataclass(slots=True, eq=False)
class HeldEvent:
    """An event that waits for a plugin.

    Attributes:
        event: The event, as the others have had it.
        known: The handlers that the plugin had for it when it came.
        owed: Those of them that have not had it.
        command: The router's subscription, where the event calls a command of the plugin.
    """

    event: Event
    known: frozenset[Part]
    owed: set[Part] = field(default_factory=set)
    command: Subscription | None = None

    def is_for(self, part: Part) -> bool:
        """Whether a handler of the plugin is to have it; one of newer code is, too."""
        return part in self.owed or part not in self.known


class Mailbox:
    """The events that wait for one plugin, in the order in which they came to it.

    Args:
        plugin: The plugin's name.
        parts: The handlers that the plugin has for events of a name.
        overflowed: Called when too many wait.
        dropped: Called for each event that is dropped, as too many wait even so.

    Attributes:
        plugin: As passed.
        is_emptying: What waits is let through without anybody asking for each.
    """

    def __init__(
        self,
        plugin: str,
        parts: Callable[[str], frozenset[Part]],
        overflowed: Callable[[], object],
        dropped: Callable[[], object],
    ) -> None:
        self.plugin = plugin
        self.is_emptying = False
        self._parts = parts
        self._overflowed = overflowed
        self._dropped = dropped
        self._queue: collections.deque[HeldEvent] = collections.deque()
        self._by_id: dict[int, HeldEvent] = {}

    def __len__(self) -> int:
        return len(self._queue)

    def __iter__(self) -> Iterator[Event]:
        return (held.event for held in self._queue)

    def stand_in(self, subscription: Subscription, part: Part) -> Subscription:
        """What an event meets, and nobody waits for, in place of one of the plugin's handlers."""
        stand_in = copy.copy(subscription)
        stand_in.gate = None
        stand_in.call = partial(self._take, part)
        stand_in.note = uncounted
        return stand_in

    def reserve(self, event: object) -> bool:
        """Keep a place for an event that waits for the plugin at its gate, and comes here now.

        Returns:
            Whether it does: there may be no room, and what was let through goes to the plugin.
        """
        if not isinstance(event, Event) or self.is_letting_through(event):
            return False
        return self._held(event) is not None

    def take_command(self, event: Event, router: Subscription) -> Outcome:
        """Put a message aside that calls a command of the plugin.

        Args:
            event: The message.
            router: Whom it is to be given to again.

        Returns:
            Whether it is held or dropped.
        """
        held = self._held(event)
        if held is None:
            return Outcome.DROPPED
        held.command = router
        return Outcome.HELD

    def is_letting_through(self, event: Event) -> bool:
        """Whether an event is one that has waited here."""
        return isinstance(event, LateEvent) and event.plugin == self.plugin

    async def _take(self, part: Part, event: Event, _data: Any) -> object:  # noqa: ANN401  called as handlers are
        held = self._held(event)
        if held is None:
            raise PutAsideError(Outcome.DROPPED)
        held.owed.add(part)
        raise PutAsideError(Outcome.HELD)

    def _held(self, event: Event) -> HeldEvent | None:
        """What is noted of an event that waits; None where there is no room for it."""
        held = self._by_id.get(event.id)
        if held is None:
            if len(self._queue) >= MOST_HELD and not self.is_emptying:
                self._overflowed()
            if len(self._queue) >= 2 * MOST_HELD:
                self._dropped()
                return None
            held = self._by_id[event.id] = HeldEvent(event, self._parts(event.name))
            self._queue.append(held)
        return held

    def next(self) -> HeldEvent:
        """Take the first event out.

        Raises:
            IndexError: None waits.
        """
        held = self._queue.popleft()
        self._by_id.pop(held.event.id, None)
        return held

    def put_back(self, held: HeldEvent) -> None:
        """Have an event that was taken out wait again, before all others."""
        self._by_id.setdefault(held.event.id, held)
        self._queue.appendleft(held)


def parts_at(gate: Gate, handlers: Iterable[Subscription]) -> dict[Subscription, Part]:
    """Those handlers that are of the plugin with this gate, and which part of it each is.

    Args:
        gate: The plugin's.
        handlers: All that an event goes to, in order.
    """
    met: collections.Counter[tuple[str, str]] = collections.Counter()
    parts: dict[Subscription, Part] = {}
    for handler in handlers:
        if handler.owner is None or handler.owner.gate is not gate:
            continue
        named = handler.pattern, handler.face.handler
        parts[handler] = (*named, met[named])
        met[named] += 1
    return parts


def not_late(
    had: Container[object], left: Iterable[Subscription], now: Sequence[Subscription]
) -> list[Subscription]:
    """Those of some handlers that have not had an event yet, as it was let through to a plugin.

    Args:
        had: What has: gates of plugins, each with a part of that plugin.
        left: The handlers.
        now: All that the event would go to if it began now, in order.
    """

    def has_had(handler: Subscription) -> bool:
        if handler.owner is None:
            return False
        gate = handler.owner.gate
        return (gate, parts_at(gate, now)[handler]) in had

    return [handler for handler in left if not has_had(handler)]
