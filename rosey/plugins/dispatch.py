"""One event through its handlers: plain functions over lanes."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Awaitable, Callable, Iterator
from time import perf_counter

from rosey.plugins.calls import Caller
from rosey.plugins.events import Event, Record, Subscription
from rosey.plugins.faults import Fault, Outcome, describe
from rosey.plugins.lanes import Lane
from rosey.plugins.ownership import current_call

Target = tuple[int, Subscription]
"""A subscription and its place among all that an event goes to."""

Route = tuple[Target, ...]
"""All that an event goes to, high priority first."""

Report = Callable[[Fault], None]

_HANDLED = Outcome.HANDLED
_NOBODY = object()


def dispatch(
    caller: Caller, route: Route, event: Event, records: list[Record], report: Report
) -> Awaitable[None] | None:
    """Give `event` to the handlers of `route`; the caller awaits what is returned.

    Handlers run straight after one another in one lane for as long as none of them suspends.
    One that suspends goes on beside the others of its priority; those of the next priority begin
    when all of them have ended.

    Args:
        caller: Has the lanes and the deadline.
        route: Whom to call.
        event: What to call them with.
        records: Gets an entry for each handler that began.
        report: Gets each fault.

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
    if not has_ended:
        caller.carry(lane, _latest(route, targets).deadline_s)
    rest = _Round(caller, event, records, report)
    return rest.finish(route, targets, None if has_ended else lane)


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
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001  whatever a handler raises stays with it
            outcome, line = _fail(lane, subscription, event, error, report)
        ended = perf_counter()
        if not lane.is_abandoned:
            records.append((index, subscription.face, outcome, ended - started, line))
        if lane.is_carrying or event.is_stopped or is_cancelled() or len(context) > 1:
            break
        started = ended


class _Round:
    """What is left of a round when a handler has left a trace in its first lane."""

    def __init__(self, caller: Caller, event: Event, records: list[Record], report: Report) -> None:
        self._caller = caller
        self._event = event
        self._records = records
        self._report = report

    async def finish(self, route: Route, targets: Iterator[Target], lane: Lane | None) -> None:
        """Go on from the handler of `route` that has suspended in `lane`, if one has."""
        if lane is None:
            lane = self._begin(route, targets)
        while lane is not None:
            begun = len(route) - operator.length_hint(targets)
            suspended = [(lane, route[begun - 1])]
            priority = route[begun - 1][1].priority
            peers = tuple(t for t in route[begun:] if t[1].priority == priority)
            self._begin_all(peers, suspended)
            for waited, target in suspended:
                await waited.wait()
                if waited.is_abandoned:
                    self._abandon(target, perf_counter() - waited.suspended_at)
            route = route[begun + len(peers) :]
            targets = iter(route)
            lane = self._begin(route, targets)

    def _begin_all(self, peers: Route, suspended: list[tuple[Lane, Target]]) -> None:
        """Begin handlers of one priority beside each other; enter those that suspend."""
        targets = iter(peers)
        while (lane := self._begin(peers, targets)) is not None:
            suspended.append((lane, peers[-1 - operator.length_hint(targets)]))

    def _begin(self, route: Route, targets: Iterator[Target]) -> Lane | None:
        """Begin handlers until one suspends, in the lane that is returned, or none is left."""
        while operator.length_hint(targets) and not self._event.is_stopped:
            lane = self._caller.lane()
            code = _run(lane, targets, self._event, self._records, self._report)
            if not lane.begin(code.__await__()):
                self._caller.carry(lane, _latest(route, targets).deadline_s)
                return lane
        return None

    def _abandon(self, target: Target, duration_s: float) -> None:
        index, subscription = target
        face = subscription.face
        error = TimeoutError("it did not end when it was cancelled, and may still run")
        where = f"{face.handler} at {self._event.name}"
        self._report(Fault.of(face.plugin, where, error))
        self._records.append((index, face, Outcome.TIMED_OUT, duration_s, describe(error)))


def _latest(route: Route, targets: Iterator[Target]) -> Subscription:
    """Whose handler has begun last, where `targets` runs over `route`."""
    return route[-1 - operator.length_hint(targets)][1]


def _fail(
    lane: Lane, subscription: Subscription, event: Event, error: BaseException, report: Report
) -> tuple[Outcome, str]:
    if lane.is_expired:
        outcome = Outcome.TIMED_OUT
    elif isinstance(error, asyncio.CancelledError):
        outcome = Outcome.CANCELLED
    else:
        outcome = Outcome.FAILED
    face = subscription.face
    report(Fault.of(face.plugin, f"{face.handler} at {event.name}", error))
    return outcome, describe(error)
