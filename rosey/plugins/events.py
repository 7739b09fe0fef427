"""What travels over the bus: events, who subscribed to them, and the report of a delivery."""

from __future__ import annotations

import collections
import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from rosey.plugins.calling.faults import Outcome
from rosey.plugins.calling.ownership import Call, Owner, current_call
from rosey.plugins.calling.parameters import takes_keyword

MAX_HOPS = 16
"""Events that may cause one another in a chain; the next one is refused, and its emitter named."""

Handler = Callable[..., Any]
"""Called as `handler(event, data)`, with `source=` where it takes it; plain or async."""


class Chain:
    """What one root cause has led to.

    Attributes:
        events: How many, those included that were refused.
        refused: How many were.
        had_late: By id of an event, what of plugins that were held has had it, or was passed over.
    """

    __slots__ = ("events", "had_late", "refused")

    def __init__(self) -> None:
        self.events = self.refused = 0
        self.had_late: dict[int, set[object]] = {}


class Event:
    """One event on its way to its handlers.

    Attributes:
        name: Words joined by dots, from the general to the special: `trivia.answered`.
        data: What the emitter passed; handlers share it.
        source: Who emitted it, as passed to `emit`.
        emitter: The plugin whose code emitted it, by name; None for the bot itself.
        id: Counts up from 1 on each bus.
        cause: Id of the event whose handler emitted this one; None for a root cause.
        root: Id of the first event of the chain; its own id for a root cause.
        hops: Events between the root cause and this one, 0 to `MAX_HOPS`.
        chain: What its root cause has led to; None for a root that has led to nothing yet.
        origin: Where the chain began, for instance the name of a connection.
        is_stopped: Whether a handler ended the round; see `stop`.
    """

    __slots__ = (
        "cause",
        "chain",
        "data",
        "emitter",
        "hops",
        "id",
        "is_stopped",
        "name",
        "origin",
        "root",
        "source",
    )

    def __init__(  # noqa: PLR0913, PLR0917  made by the bus only, for each event: by position is faster
        self,
        name: str,
        data: Any,  # noqa: ANN401  emitters and handlers agree on it, the bus does not care
        source: object,
        event_id: int,
        call: Call | None,
        origin: str | None,
    ) -> None:
        self.name = name
        self.data = data
        self.source = source
        self.id = event_id
        self.is_stopped = False
        owner, cause = call or (None, None)
        self.emitter = owner.name if owner is not None else None
        if cause is None:
            self.cause: int | None = None
            self.chain: Chain | None = None
            self.root = event_id
            self.hops = 0
            self.origin = origin
        else:
            self.cause = cause.id
            self.chain = cause.chain = cause.chain or Chain()
            self.chain.events += 1
            self.root = cause.root
            self.hops = cause.hops + 1
            self.origin = origin if origin is not None else cause.origin

    def stop(self) -> None:
        """End the round: handlers that have not begun do not get this event."""
        self.is_stopped = True

    @property
    def awaited_by(self) -> int | None:
        """The chain whose code may wait for it, by its first event; None where nobody does."""
        return self.root

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<Event {self.id} {self.name} caused by {self.cause}>"


class LateEvent(Event):
    """An event that one plugin gets later than the others did, as it was held.

    It is caused by the event that those have had, and stopping it stops nobody else.

    Attributes:
        plugin: The plugin's name.
    """

    __slots__ = ("plugin",)

    def __init__(self, first: Event, event_id: int, plugin: str) -> None:
        super().__init__(first.name, first.data, first.source, event_id, (None, first), None)
        self.emitter = first.emitter
        self.hops = first.hops
        self.plugin = plugin

    @property
    def awaited_by(self) -> int | None:
        """As of `Event`."""
        return None


def current_event() -> Event | None:
    """The event that the running code handles; None outside of handlers."""
    call = current_call.get()
    return call[1] if call is not None else None


uncounted = collections.deque[float](maxlen=0).append
"""Takes what nobody counts; a function of Python's own would cost more."""


class Subscription:
    """One handler, waiting for the events whose name matches a pattern.

    Attributes:
        pattern: An event's name, or a pattern with `*` for any run of characters.
        function: The handler.
        call: The handler as the bus awaits it.
        give_back: Takes the handler off the bus.
        note: Takes how long the handler took, in seconds.
        priority: High comes first.
        owner: The plugin whose handler it is, by its ledger.
        gate: Where events wait for that plugin; None for the bot's own, and for what only stands in
            for a handler.
        face: What reports say of it.
        place: Sorts subscriptions into the order in which their handlers run.
    """

    __slots__ = (
        "_deadline_s",
        "call",
        "face",
        "function",
        "gate",
        "give_back",
        "note",
        "owner",
        "pattern",
        "place",
        "priority",
    )

    def __init__(  # noqa: PLR0913, PLR0917  made by the bus only
        self,
        pattern: str,
        function: Handler,
        priority: int,
        owner: Owner | None,
        serial: int,
        deadline_s: float | None = None,
    ) -> None:
        self.pattern = pattern
        self.function = function
        self.priority = priority
        self.owner = owner
        self.gate = owner.gate if owner is not None else None
        self._deadline_s = deadline_s
        self.face = HandlerFace(
            owner.name if owner is not None else None, handler_name(function), priority
        )
        self.call = as_coroutine_function(function)
        self.note = owner.account.handled.note if owner is not None else uncounted
        self.place = (-priority, owner.order if owner is not None else -1, serial)
        self.give_back: Callable[[], None] | None = None

    @property
    def deadline_s(self) -> float | None:
        """Seconds that the handler has; None for those that code of no plugin has."""
        if self._deadline_s is None and self.owner is not None:
            return self.owner.limits.deadline("handler")
        return self._deadline_s

    def cancel(self) -> None:
        """Take the handler off the bus; a second call does nothing."""
        if self.give_back is not None:
            self.give_back()

    def __repr__(self) -> str:
        return f"<Subscription {self.face.handler} to {self.pattern}>"


def handler_name(function: Handler) -> str:
    """What people call a handler: its qualified name, without the frames it was defined in."""
    plain = _unwrapped(function)
    name: str = getattr(plain, "__qualname__", None) or type(plain).__qualname__
    return name.rpartition("<locals>.")[2]


def _unwrapped(function: Handler) -> Handler:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def as_coroutine_function(function: Handler) -> Callable[[Event, Any], Awaitable[object]]:
    """What the bus awaits; a coroutine function of two arguments is taken as it is, for speed."""
    is_async = inspect.iscoroutinefunction(_unwrapped(function))
    takes_source = takes_keyword(function, "source")
    if is_async and not takes_source:
        return function

    async def call(event: Event, data: object) -> object:
        named = {"source": event.source} if takes_source else {}
        result = function(event, data, **named)
        return await result if inspect.isawaitable(result) else result

    return call


class HandlerFace(NamedTuple):
    """What a report says of a handler; it holds none of the handler's code."""

    plugin: str | None
    handler: str
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What one handler made of one event.

    Attributes:
        plugin: The handler's plugin; None where it belongs to none.
        handler: The handler's name.
        priority: With which it ran.
        outcome: How it ended.
        began_at: When it began, by `time.perf_counter`.
        duration_s: Seconds from its start to its end, waiting included.
        error: The exception on one line, where it failed.
    """

    plugin: str | None
    handler: str
    priority: int
    outcome: Outcome
    began_at: float
    duration_s: float
    error: str | None


Record = tuple[int, HandlerFace, Outcome, float, float, str | None]
"""A `Handled` in the making: its place in the order of starting, then the facts."""


class Delivery:
    """The report of one emitted event: plain values, so that keeping it pins no plugin.

    Attributes:
        event: The event's name.
        id: The event's id.
        cause: Id of the event that caused it; None for a root cause.
        root: Id of the first event of its chain.
        hops: Events between the root cause and this one.
        is_stopped: A handler ended the round.
        refused: Why the event was delivered to nobody; None where it was delivered.
    """

    __slots__ = ("_records", "cause", "event", "hops", "id", "is_stopped", "refused", "root")

    def __init__(self, event: Event, records: list[Record], refused: str | None = None) -> None:
        self.event = event.name
        self.id = event.id
        self.cause = event.cause
        self.root = event.root
        self.hops = event.hops
        self.is_stopped = event.is_stopped
        self.refused = refused
        self._records = records

    @property
    def handled(self) -> tuple[Handled, ...]:
        """One entry for each handler that began, in the order of beginning."""
        # Made when asked for: most deliveries are never looked at.
        return tuple(
            Handled(
                plugin=face.plugin,
                handler=face.handler,
                priority=face.priority,
                outcome=outcome,
                began_at=began_at,
                duration_s=duration_s,
                error=error,
            )
            for _, face, outcome, began_at, duration_s, error in sorted(self._records)
        )

    def __repr__(self) -> str:
        return f"<Delivery of {self.event} ({self.id}) to {len(self._records)} handlers>"
