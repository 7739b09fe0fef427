"""One event through its handlers: plain functions over lanes."""

from __future__ import annotations

import asyncio
import math
import operator
from collections.abc import Awaitable, Callable, Iterator, Sequence
from time import perf_counter

from rosey.errors import DeadlineExceededError, EventDroppedError
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Fault, Outcome, describe
from rosey.plugins.calling.gate import Gate
from rosey.plugins.calling.lanes import Lane
from rosey.plugins.calling.ownership import current_call, current_owner
from rosey.plugins.delivery.mailbox import PutAsideError, not_late
from rosey.plugins.delivery.succession import unmet
from rosey.plugins.events import Event, Record, Subscription

Target = tuple[int, Subscription]
"""A subscription and its place among all that an event goes to."""

Route = tuple[Target, ...]
"""All that an event goes to, high priority first."""

Report = Callable[[Fault], None]

Reroute = Callable[[str], Route]
"""All that an event of this name goes to as of now."""

_HANDLED = Outcome.HANDLED
_NOBODY = object()


def dispatch(  # noqa: PLR0913, PLR0917  called for each event: an object to carry them would cost more
    caller: Caller,
    route: Route,
    event: Event,
    records: list[Record],
    report: Report,
    reroute: Reroute,
) -> Awaitable[None] | None:
    """Give `event` to the handlers of `route`; the caller awaits what is returned.

    Handlers run straight after one another in one lane for as long as none of them suspends.
    One that suspends goes on beside the others of its priority; those of the next priority begin
    when all of them have ended.

    Args:
        caller: Has the lanes and the deadline.
        route: Whom to call; nobody behind a closed gate.
        event: What to call them with.
        records: Gets an entry for each handler that began.
        report: Gets each fault.
        reroute: Asked again after handlers have waited: plugins may have been reloaded meanwhile.

    Returns:
        None where every handler has ended: most do at once, and cost no coroutine more.
    """
    if not route:
        return None
    targets = iter(route)
    lane = caller.lane()
    has_ended = lane.begin(_run(lane, targets, event, records, report).__await__())
    if has_ended and (len(records) == len(route) or event.is_stopped):
        return None
    begun = len(route) - operator.length_hint(targets)
    if not has_ended:
        caller.carry(lane, route[begun - 1][1].deadline_s)
    rest = Round(caller, event, records, report, reroute)
    return rest.finish(route, begun, None if has_ended else lane)


async def _run(
    lane: Lane,
    targets: Iterator[Target],
    event: Event,
    records: list[Record],
    report: Report,
) -> None:
    """Call handler after handler until one leaves a trace; the others are left in `targets`.

    Traces are to have suspended, to have cancelled its task, which is the lane's, and to have set
    a variable in the context, which else has one: `current_call`.
    """
    data, context, is_cancelled = event.data, lane.context, lane.task.cancelling
    owner: object = _NOBODY
    started = perf_counter()
    for index, subscription in targets:
        if subscription.owner is not owner:
            owner = subscription.owner
            current_call.set((subscription.owner, event))
        outcome, line = _HANDLED, None
        try:
            await subscription.call(event, data)
        except BaseException as error:  # whatever a handler raises stays with it
            if lane.is_thrown_away(error):
                raise
            outcome, line = _fail(lane, subscription, event, error, report)
        ended = perf_counter()
        subscription.note(ended - started)
        if not lane.is_abandoned:
            records.append((index, subscription.face, outcome, started, ended - started, line))
        if lane.is_carrying or event.is_stopped or is_cancelled() or len(context) > 1:
            break
        started = ended


class Round:
    """An event on its way through handlers that do not all end at once, priority by priority.

    Args:
        caller: As of `dispatch`; so are the others.
        event: What to call handlers with.
        records: Gets an entry for each handler that began.
        report: Gets each fault.
        reroute: Asked for each priority.
    """

    def __init__(
        self,
        caller: Caller,
        event: Event,
        records: list[Record],
        report: Report,
        reroute: Reroute,
    ) -> None:
        self._caller = caller
        self._event = event
        self._records = records
        self._report = report
        self._reroute = reroute
        self._first: Route | None = None
        self._begun: list[Subscription] = []

    async def finish(self, route: Route, begun: int, lane: Lane | None) -> None:
        """Go on where the last of the first `begun` handlers of `route` has left a trace.

        Args:
            route: Whom the event goes to.
            begun: How many of them have begun.
            lane: Where the last of these has suspended; None where it has ended.
        """
        self._first = route
        last = route[begun - 1]
        priority = last[1].priority
        self._begun += [subscription for _, subscription in route[:begun]]
        suspended = [] if lane is None else [(lane, last)]
        peers = [s for _, s in route[begun:] if s.priority == priority]
        await self._stage(peers, priority, suspended)
        await self.run(below=priority)

    async def run(self, *, below: float = math.inf) -> None:
        """Call all handlers of a priority lower than `below`, and those that moved above it."""
        while not self._event.is_stopped:
            left = self._left(below)
            if not left:
                return
            priority = left[0].priority
            below = min(below, priority)
            await self._stage([s for s in left if s.priority == priority], priority, [])

    def _left(self, below: float) -> list[Subscription]:
        """Whom the event has not met yet: those below a priority, and successors of others."""
        route = self._reroute(self._event.name)
        if self._first is None:
            self._first = route
        now = [subscription for _, subscription in route]
        if route is self._first:
            return [s for s in now if s.priority < below]
        first = [subscription for _, subscription in self._first]
        left = unmet(now, first, self._begun, lambda s: s.priority < below)
        chain = self._event.chain
        had_late = chain.had_late.get(self._event.id) if chain is not None else None
        return left if had_late is None else not_late(had_late, left, now)

    async def _stage(
        self, peers: Sequence[Subscription], priority: int, suspended: list[tuple[Lane, Target]]
    ) -> None:
        """Begin handlers of one priority beside each other, and wait until all have ended.

        Those behind a closed gate begin when it opens; nobody but that plugin waits for it, nor
        does a generation that is about to serve: the gates open after that.
        """
        emitter = current_owner()
        gates: dict[Gate, None] = {}
        ready: list[Subscription] = []
        for peer in peers:
            if peer.gate is None or peer.gate.admits(emitter, self._event.awaited_by):
                ready.append(peer)
            else:
                gates[peer.gate] = None
        self._begin_all(ready, suspended)
        entering: list[Lane] = []
        for gate in gates:
            self._enter(gate, priority, entering)
        await self._wait(suspended)
        if emitter is not None and emitter.is_staged and not emitter.gate.is_open:
            await asyncio.sleep(0)  # or a task that does nothing but emit holds up the bot
        else:
            for lane in entering:
                await lane.wait()

    def _enter(self, gate: Gate, priority: int, entering: list[Lane]) -> None:
        """Call the handlers of one plugin when its gate has opened, in a lane of its own.

        It is over at once where the event is dropped there.
        """
        lane = self._caller.lane()
        if not lane.begin(self._turn(gate, priority).__await__()):
            self._caller.carry(lane, math.inf)
            entering.append(lane)

    async def _turn(self, gate: Gate, floor: int) -> None:
        """Wait at a gate, then call whom the event has missed: its new handlers may be others."""
        try:
            await gate.turn(self._event)
            while left := self._left_at(gate, floor):
                suspended: list[tuple[Lane, Target]] = []
                with gate.entering(self._event.root):
                    self._begin_all([s for s in left if s.priority == left[0].priority], suspended)
                await self._wait(suspended)
                if self._left_at(gate, floor):
                    await gate.turn(self._event)  # it may be closed again
        except EventDroppedError:
            self._drop(self._left_at(gate, floor))

    def _drop(self, left: Sequence[Subscription]) -> None:
        """Pass over handlers whose plugin has too many events waiting."""
        for index, subscription in enumerate(left, len(self._begun)):
            now = perf_counter()
            self._records.append((index, subscription.face, Outcome.DROPPED, now, 0.0, None))
        self._begun += left

    def _left_at(self, gate: Gate, floor: int) -> list[Subscription]:
        return [s for s in self._left(floor + 1) if _is_at(s, gate) and s.priority >= floor]

    def _begin_all(
        self, peers: Sequence[Subscription], suspended: list[tuple[Lane, Target]]
    ) -> None:
        """Begin handlers of one priority beside each other; enter those that suspend."""
        first = len(self._begun)
        self._begun += peers
        route = tuple(enumerate(peers, first))
        targets = iter(route)
        while operator.length_hint(targets) and not self._event.is_stopped:
            lane = self._caller.lane()
            code = _run(lane, targets, self._event, self._records, self._report)
            if not lane.begin(code.__await__()):
                target = route[-1 - operator.length_hint(targets)]
                self._caller.carry(lane, target[1].deadline_s)
                suspended.append((lane, target))

    async def _wait(self, suspended: Sequence[tuple[Lane, Target]]) -> None:
        for lane, target in suspended:
            await lane.wait()
            if lane.is_abandoned:
                self._abandon(target, lane.suspended_at)

    def _abandon(self, target: Target, began_at: float) -> None:
        index, subscription = target
        took_s = perf_counter() - began_at
        face = subscription.face
        error = TimeoutError("it did not end when it was cancelled, and may still run")
        where = f"{face.handler} at {self._event.name}"
        self._report(Fault.of(face.plugin, where, error))
        line = describe(error)
        self._records.append((index, face, Outcome.TIMED_OUT, began_at, took_s, line))


def _is_at(subscription: Subscription, gate: Gate) -> bool:
    return subscription.owner is not None and subscription.owner.gate is gate


def _fail(
    lane: Lane, subscription: Subscription, event: Event, error: BaseException, report: Report
) -> tuple[Outcome, str | None]:
    face = subscription.face
    if isinstance(error, PutAsideError):
        return error.outcome, None
    if lane.is_called_off and isinstance(error, asyncio.CancelledError):
        return Outcome.CANCELLED, "it was called off"
    where = f"{face.handler} at {event.name}"
    if lane.is_expired:
        outcome = Outcome.TIMED_OUT
        late = DeadlineExceededError(face.plugin or "rosey", where, lane.limit_s)
        # It tells where the handler was when it was cancelled.
        late.__cause__ = error
        error = late
    elif isinstance(error, asyncio.CancelledError):
        outcome = Outcome.CANCELLED
    else:
        outcome = Outcome.FAILED
    report(Fault.of(face.plugin, where, error))
    return outcome, describe(error)
