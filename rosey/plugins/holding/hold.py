"""One plugin that is held: what waits for it, what it was given, and what can be done with it."""

from __future__ import annotations

import asyncio
import collections
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from rosey.errors import LimitExceededError, PluginStateError
from rosey.plugins.calling.faults import Fault
from rosey.plugins.delivery.dispatch import Report
from rosey.plugins.delivery.mailbox import HeldEvent, Mailbox
from rosey.plugins.events import Delivery
from rosey.plugins.life.candidate import KeptState
from rosey.plugins.life.slots import Slot
from rosey.plugins.lifecycle import PluginState

MOST_STEPS_BACK: Final = 20
"""How many steps can be taken back: before each the plugin's state is kept."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was taken.

    Attributes:
        held: What was let through.
        before: The plugin's state before it; where that is not known, why.
    """

    held: HeldEvent
    before: KeptState | str


@dataclass(slots=True, eq=False)
class Hold:
    """A plugin that is held.

    Attributes:
        slot: The plugin.
        mailbox: What waits.
        steps: The last ones, newest last.
        lock: Held while a step begins, or is taken back.
        under_way: What was let through and is not over.
        is_starting: Some of it may not have come to the plugin yet.
        emptying: What lets everything through; None where nobody has asked for that.
    """

    slot: Slot
    mailbox: Mailbox
    steps: collections.deque[Step] = field(
        default_factory=lambda: collections.deque(maxlen=MOST_STEPS_BACK)
    )
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    under_way: set[asyncio.Task[Delivery]] = field(default_factory=set)
    is_starting: bool = False
    emptying: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.slot.name

    @property
    def is_busy(self) -> bool:
        """Whether the plugin handles an event: its state is not of before or after one."""
        return bool(self.under_way) or self.slot.gate.handling > 0

    @property
    def is_full(self) -> bool:
        """Whether as much is under way as the plugin may have."""
        limits = self.slot.serving.ledger.limits
        return len(self.under_way) >= min(limits.concurrent_handlers, limits.queued_events)

    @property
    def can_step_back(self) -> bool:
        """Whether the state before the last step is known."""
        return bool(self.steps) and not isinstance(self.steps[-1].before, str)

    def check_serving(self) -> None:
        """Make sure that what is let through finds handlers.

        Raises:
            PluginStateError: The plugin is not enabled.
        """
        if not is_serving(self.slot):
            first = "enable" if self.slot.is_loaded else "load"
            waiting = f"{first} it first; waiting: {len(self.mailbox)}"
            raise PluginStateError(self.name, f"{self.name} is {self.slot.state}: {waiting}")

    def check_waiting(self) -> None:
        """Make sure that an event waits.

        Raises:
            PluginStateError: None does.
        """
        if not self.mailbox:
            raise PluginStateError(
                self.name, f"nothing waits for {self.name}: it has had all so far"
            )

    def state_to_go_back_to(self) -> KeptState:
        """The state before the last step.

        Raises:
            PluginStateError: There is none, it is not known, or what goes on would lose by it.
        """
        reason = self._why_not_back()
        if reason is not None:
            raise PluginStateError(self.name, reason)
        before = self.steps[-1].before
        if isinstance(before, str):
            raise PluginStateError(self.name, f"the step cannot be taken back: {before}")
        return before

    def _why_not_back(self) -> str | None:
        if self.mailbox.is_emptying:
            return f"{self.name} is being resumed: hold it, then take a step back"
        if not self.steps:
            return f"{self.name} has no step that could be taken back"
        if self.is_busy:
            return f"{self.name} is handling an event: take the step back once that is over"
        return None


def is_serving(slot: Slot) -> bool:
    """Whether a plugin gets events, or does once it is reloaded."""
    is_reloading = slot.state is PluginState.RELOADING
    is_enabled = slot.staged is not None and slot.staged.plugin.enabled
    return slot.state is PluginState.ENABLED or (is_reloading and is_enabled)


def dropping(slot: Slot, report: Report) -> Callable[[], None]:
    """What counts the events that are dropped, and makes the first of them a fault."""
    dropped = itertools.count(1)

    def drop() -> None:
        slot.account.dropped += 1
        if next(dropped) == 1:
            reason = "is held, and more events came than may wait: some are dropped"
            error = LimitExceededError(slot.name, "queued_events", reason)
            report(Fault.of(slot.name, "its mailbox", error))

    return drop
