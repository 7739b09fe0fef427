"""What a plugin uses of what all plugins share, at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from rosey.diagnostics.durations import seconds
from rosey.plugins.life.slots import Slot
from rosey.plugins.supervision.account import Durations


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a plugin uses now, and has used since it was discovered.

    Attributes:
        handled: The durations of its handlers and commands, waiting included.
        under_way: How many of them have begun and wait for something.
        waiting: How many events wait for the plugin.
        on_their_way: How many events that it has emitted are not handled yet.
        tasks: How many it has.
        blocked_s: Seconds for which its code has held the loop.
        dropped: How many events were dropped as too many waited for it.
        replies: How many it has sent.
        refused_replies: How many it was not allowed to send.
        storage_bytes: What its storage takes.
    """

    handled: Durations
    under_way: int
    waiting: int
    on_their_way: int
    tasks: int
    blocked_s: float
    dropped: int
    replies: int
    refused_replies: int
    storage_bytes: int

    @property
    def lines(self) -> tuple[str, ...]:
        """The same for people; what is nothing is left out, but for the first line."""
        handled = self.handled
        quantiles = {"p50": handled.p50_s, "p95": handled.p95_s, "p99": handled.p99_s}
        times = ", ".join(f"{name} {seconds(quantile)}" for name, quantile in quantiles.items())
        counted = {
            "under way": self.under_way,
            "events waiting": self.waiting,
            "events on their way": self.on_their_way,
            "tasks": self.tasks,
            "events dropped": self.dropped,
            "replies": self.replies,
            "replies refused": self.refused_replies,
            "bytes stored": self.storage_bytes,
        }
        took = f" in {seconds(handled.total_s)}: {times}" if handled.count else ""
        facts = [f"{what}: {count:,}" for what, count in counted.items() if count]
        if self.blocked_s:
            facts.append(f"held the loop: {seconds(self.blocked_s)}")
        return (f"handled {handled.count:,}{took}", *facts)


def usage_of(slot: Slot, *, storage_bytes: int) -> Usage:
    """Look at what a plugin uses."""
    account = slot.account
    return Usage(
        handled=account.handled.durations(),
        under_way=slot.gate.inside,
        waiting=slot.gate.waiting,
        on_their_way=account.pending,
        tasks=slot.staged.ledger.live_tasks if slot.staged is not None else 0,
        blocked_s=account.blocked_s,
        dropped=account.dropped,
        replies=account.replies,
        refused_replies=account.refused_replies,
        storage_bytes=storage_bytes,
    )
