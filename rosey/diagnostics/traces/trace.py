"""Traces: what became of one event, and of all that it led to, as plain values."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from rosey.chat.model import Rank
from rosey.chat.routed import Verdict
from rosey.diagnostics.state.changes import StateChange
from rosey.diagnostics.traces.census import Census
from rosey.plugins.calling.faults import Outcome

SLOW_S = 0.1
"""Seconds from which a handler is slow."""

DATA_CHARS = 1_000
"""How much is kept of one text; what is longer is cut, and ends in three dots."""

HELD = frozenset({Outcome.HELD, Verdict.HELD})
"""What is said of handlers and commands of a plugin that is held: they get the event later."""


class Kind(enum.IntEnum):
    """What makes a trace worth keeping; the higher, the longer it is kept."""

    PLAIN = 0
    ANSWERED = 1
    SLOW = 2
    FAILED = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerTrace:
    """What one handler, or one chat command, made of an event.

    Attributes:
        plugin: Whose it is; None for the bot's own.
        handler: The handler's name; a command with its prefix.
        outcome: How it ended, as text for people.
        is_failure: Whether that is a fault.
        waited_s: Seconds from the event's emission until it began: closed gates, limits, and
            handlers of higher priority.
        took_s: Seconds from its beginning to its end.
        error: Why it ended so, on one line; None where there is nothing to say.
    """

    plugin: str | None
    handler: str
    outcome: Outcome | Verdict
    is_failure: bool
    waited_s: float
    took_s: float
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something that a plugin has stored.

    Attributes:
        plugin: The plugin's name.
        change: What it stored, for people.
    """

    plugin: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What became of the attributes of a plugin that got an event.

    Attributes:
        plugin: The plugin's name.
        changes: What differs from before. Where others used the plugin at the same time, what they
            changed is among it.
    """

    plugin: str
    changes: tuple[StateChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrace:
    """What became of one event.

    Attributes:
        id: The event's id.
        event: Its name.
        at: When it was emitted, in seconds since the epoch.
        root: Id of the first event of its chain.
        cause: Id of the event that caused it; None for a root cause.
        hops: Events between the root cause and this one.
        origin: Where the chain began, as the name of a connection.
        emitter: The plugin that emitted it; None for the bot itself.
        late_for: The one plugin that it goes to, as others had it while that was held; its cause is
            the same event as those had it. None where it goes to all.
        user: Who said it, where it is a message.
        rank: What they may do, where it is a message.
        text: What was said, where it is a message or a reply; what went wrong, where it tells of a
            fault.
        data: What it carried, as bounded text; None where too much went on to keep it.
        took_s: Seconds until all handlers had ended.
        is_stopped: A handler ended the round.
        is_cancelled: Whoever emitted it was cancelled before all handlers had ended.
        refused: Why it was delivered to nobody; None where it was delivered.
        handled: The handlers that began, in that order.
        command: The chat command that it called, where it is a message that calls one.
        kept: What plugins stored because of it.
        changed: What it changed in the plugins that got it; None where too much went on to look.
        census: Who might have had it.
    """

    id: int
    event: str
    at: float
    root: int
    cause: int | None
    hops: int
    origin: str | None
    emitter: str | None
    late_for: str | None
    user: str | None
    rank: Rank | None
    text: str | None
    data: str | None
    took_s: float
    is_stopped: bool
    is_cancelled: bool
    refused: str | None
    handled: tuple[HandlerTrace, ...]
    command: HandlerTrace | None
    kept: tuple[Kept, ...]
    changed: tuple[Changed, ...] | None
    census: Census = field(repr=False)

    @property
    def ran(self) -> tuple[HandlerTrace, ...]:
        """The handlers that began, and the command that one of them called."""
        return self.handled if self.command is None else (*self.handled, self.command)

    @property
    def failures(self) -> tuple[str, ...]:
        """What went wrong, a line each."""
        lines = [
            f"{ran.plugin or 'rosey'}: {ran.handler} {ran.outcome}: {ran.error or 'no reason'}"
            for ran in self.ran
            if ran.is_failure
        ]
        return (self.refused, *lines) if self.refused is not None else tuple(lines)

    @property
    def is_slow(self) -> bool:
        """Whether a handler took long, however it ended."""
        return any(ran.took_s >= SLOW_S for ran in self.ran)

    @property
    def kind(self) -> Kind:
        """What makes it worth keeping."""
        if self.failures or self.event == "plugin.error":
            return Kind.FAILED
        if self.is_slow:
            return Kind.SLOW
        return Kind.ANSWERED if self.event == "reply" else Kind.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainTrace:
    """An event and all that it led to.

    Attributes:
        root: Id of the event that it began with.
        events: All that are kept of it, by id. The first is the root, unless that was let go of, or
            is still on its way.
        left_out: How many more there were.
    """

    root: int
    events: tuple[EventTrace, ...]
    left_out: int

    @property
    def replies(self) -> tuple[str, ...]:
        """What the bot said because of it, in order."""
        said = (e for e in self.events if e.event == "reply")
        return tuple(e.text or "" for e in said if not e.refused and not e.is_cancelled)

    @property
    def kind(self) -> Kind:
        """What makes it worth keeping."""
        return max((event.kind for event in self.events), default=Kind.PLAIN)

    def part(self, event_id: int) -> ChainTrace:
        """One of the events, and all that it led to."""
        events: dict[int, EventTrace] = {}
        for event in self.events:
            if event.id == event_id or event.cause in events:
                events[event.id] = event
        return ChainTrace(root=event_id, events=tuple(events.values()), left_out=self.left_out)

    def caused_by(self, event_id: int) -> tuple[EventTrace, ...]:
        """The events that one of them led to directly."""
        return tuple(event for event in self.events if event.cause == event_id)
