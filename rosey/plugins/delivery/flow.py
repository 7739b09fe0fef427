"""How much may be emitted: by one cause, and by a plugin that never pauses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from rosey.errors import LimitExceededError, PluginError, PluginLoopError
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Fault
from rosey.plugins.calling.ownership import current_owner
from rosey.plugins.events import MAX_HOPS, Event

EVENTS_PER_BREATH: Final = 1_000
"""After how many events somebody else on the loop comes to run, whoever emits."""

ERROR = "plugin.error"
"""The event that tells of a fault: it must be heard, also of a chain that was ended."""

_SLOWER_BY_S = 0.001
_SLOWEST_S = 1.0


class Flow:
    """Ends chains of events that do not end, and slows down who floods the bus.

    Args:
        caller: Knows the plugins' accounts.
        report: Gets each fault.
        clock: Seconds that never go back.
        wait: Waits for some seconds.
    """

    def __init__(
        self,
        caller: Caller,
        report: Callable[[Fault], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._caller = caller
        self._report = report
        self._clock = clock
        self._wait = wait
        self.breathes_at = EVENTS_PER_BREATH
        """The event, by its id, after which `breathe` is to be awaited."""

    def excess(self, event: Event) -> str | None:
        """Why an event that another one has led to must not be delivered; None where it may."""
        chain = event.chain
        owner = current_owner()
        name = owner.name if owner is not None else "rosey"
        if event.name == ERROR:
            if event.hops <= MAX_HOPS + 1:
                return None
            return self._refused(event, PluginLoopError(name, "it tells of itself"))
        if event.hops > MAX_HOPS:
            place = f"{event.name} is event {event.hops + 1} of a chain"
            reason = f"{place}; at most {MAX_HOPS} follow a root"
            return self._refused(event, PluginLoopError(name, reason))
        if owner is None or chain is None or chain.events <= owner.limits.events_per_cause:
            return None
        most = owner.limits.events_per_cause
        reason = f"emits {event.name} after the {most:,} events that one cause may lead to"
        return self._refused(event, LimitExceededError(name, "events_per_cause", reason))

    async def slow_down(self, event: Event) -> None:
        """Pause for whoever goes on emitting what is refused, longer each time."""
        assert event.chain is not None  # noqa: S101  only what has a cause is refused
        await self._wait(min(_SLOWEST_S, _SLOWER_BY_S * event.chain.refused))

    async def breathe(self, event: Event) -> None:
        """Let others run, and have a plugin that floods the bus wait until it may go on."""
        self.breathes_at = event.id + EVENTS_PER_BREATH
        for account in [*self._caller.accounts]:
            account.handled.fold()
        owner = current_owner()
        if owner is None:
            await asyncio.sleep(0)
            return
        # Every so many events one is looked at: a plugin is charged for its share of all.
        rate = owner.limits.events_per_s
        wait_s = owner.account.charge(EVENTS_PER_BREATH, rate, self._clock())
        if wait_s > 0 and not owner.account.is_flooding:
            reason = f"emits more than {rate:g} events a second: it is slowed down"
            error = LimitExceededError(owner.name, "events_per_s", reason)
            self._report(Fault.of(owner.name, f"emit {event.name}", error))
        owner.account.is_flooding = wait_s > 0
        await self._wait(wait_s)

    def _refused(self, event: Event, error: PluginError) -> str:
        """Report once for each chain that it was ended; gives the reason."""
        chain = event.chain
        assert chain is not None  # noqa: S101  the event has a cause
        chain.refused += 1
        if chain.refused == 1:
            self._report(Fault.of(event.emitter, f"emit {event.name}", error))
        return str(error)
