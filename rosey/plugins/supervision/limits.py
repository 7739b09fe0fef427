"""How much a plugin may take of what all plugins share."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from rosey.plugins.supervision.crash_policy import CrashPolicy

DEADLINE_S = 30.0
"""Seconds that a call into a plugin has by default, counted from where it first waits."""

CALLS = ("setup", "on_enable", "state", "handler", "command", "on_disable", "teardown")
"""What may have a deadline of its own."""


class WhenFull(enum.StrEnum):
    """What becomes of an event for a plugin that has as many waiting as it may."""

    WAIT = "wait"
    DROP_OLDEST = "drop_oldest"
    DROP_NEWEST = "drop_newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockingLimits:
    """How long the code of any plugin may hold the loop.

    Attributes:
        notice_s: Seconds after which it is named; above 0.
        fault_s: Seconds after which that is a fault of its plugin; above 0.
    """

    notice_s: float = 0.1
    fault_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one plugin.

    Attributes:
        deadline_s: Seconds that a call has, counted from where it first waits; above 0.
        deadlines_s: Others for some of `CALLS`. `handler` is for timers and filters too, `state`
            for all that has to do with state and settings, `teardown` for closers.
        concurrent_handlers: How many handlers and commands may be under way at once, 1 or more.
            What comes more waits.
        queued_events: How many may wait for that, and how many it may emit without waiting.
        when_full: What becomes of those that come then.
        live_tasks: How many tasks it may have at once.
        registrations: How many subscriptions, commands, services, timers and closers it may have.
        events_per_s: How many events it may emit in the long run; above that it is slowed down.
        events_per_cause: How many events its code may add to what one message or timer led to.
        replies_per_s: How many replies it may send in the long run; above that they wait.
        reply_burst: How many it may send at once before that.
        queued_replies: How many replies may wait; more are refused.
        storage_bytes: What it may keep on disk; None for as much as there is.
        crash: How often it may fail.
        unload_after_idle_s: Seconds without use after which it is unloaded; None where it stays.
    """

    deadline_s: float = DEADLINE_S
    deadlines_s: Mapping[str, float] = field(default_factory=dict)
    concurrent_handlers: int = 100
    queued_events: int = 1_000
    when_full: WhenFull = WhenFull.DROP_NEWEST
    live_tasks: int = 1_000
    registrations: int = 1_000
    events_per_s: float = 5_000.0
    events_per_cause: int = 1_000
    replies_per_s: float = 10.0
    reply_burst: int = 50
    queued_replies: int = 200
    storage_bytes: int | None = 1 << 30
    crash: CrashPolicy = field(default_factory=CrashPolicy)
    unload_after_idle_s: float | None = None

    def deadline(self, call: str) -> float:
        """Seconds that one of `CALLS` has."""
        return self.deadlines_s.get(call, self.deadline_s)
