"""The event bus: events to handlers and values through filters, in order and isolated."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import dataclasses
import itertools
import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any

from rosey.errors import LimitExceededError
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Fault
from rosey.plugins.calling.ownership import Owner, current_call, current_owner
from rosey.plugins.delivery.dispatch import Round, dispatch
from rosey.plugins.delivery.filters import Filters
from rosey.plugins.delivery.flow import ERROR, Flow
from rosey.plugins.delivery.from_threads import FromThreads
from rosey.plugins.delivery.holds import Holds
from rosey.plugins.delivery.pending import Pending
from rosey.plugins.delivery.routes import Routes
from rosey.plugins.delivery.taps import Lookout, Tap, Taps
from rosey.plugins.events import Delivery, Event, Handler, Record, Subscription, current_event

logger = logging.getLogger(__name__)


class PluginEventBus:
    """Carries events to the handlers that subscribed to them, and values through filters.

    Handlers run by priority, high first, then in the order of subscription. Handlers of one
    priority do not wait for each other once they suspend. Whatever a handler raises stays with
    it. A bus belongs to one event loop.

    Args:
        caller: How handlers are called; the default gives each the usual deadline.
    """

    def __init__(self, caller: Caller | None = None) -> None:
        self.caller = caller if caller is not None else Caller()
        self._routes = Routes()
        self._filters = Filters(self.caller, self.report)
        self._flow = Flow(self.caller, self.report)
        self._taps = Taps()
        self._event_ids = itertools.count(1)
        self._serials = itertools.count()
        self.fault_listeners: list[Callable[[Fault], None]] = []
        self.pending = Pending()
        self.holds = Holds(
            self.caller, self._routes, self._taps, self.pending, self.report, self._event_ids
        )
        self._from_threads = FromThreads()

    def subscribe(
        self,
        event: str,
        handler: Handler,
        priority: int = 0,
        *,
        owner: Owner | None = None,
        deadline_s: float | None = None,
    ) -> Subscription:
        """Have `handler` called for events.

        Args:
            event: An event's name, or a pattern in which `*` stands for any run of characters.
            handler: Called as `handler(event, data)`, with `source=` where it takes it.
            priority: High comes first.
            owner: The ledger that it is entered in; by default that of the plugin whose code runs.
            deadline_s: Seconds that the handler has, instead of the usual ones; `math.inf` for
                one that waits for nothing but calls with deadlines of their own.

        Returns:
            The subscription; `cancel()` ends it.
        """
        subscription = self._subscription(event, handler, priority, owner, deadline_s)
        self._own(
            subscription,
            "subscription",
            begin=lambda: self._routes.add(subscription),
            give_back=lambda: self._routes.remove(subscription),
        )
        return subscription

    def unsubscribe(self, event: str, handler: Handler) -> None:
        """End the subscriptions of this very handler to this very name or pattern."""
        for subscription in self.subscriptions():
            if subscription.pattern == event and subscription.function == handler:
                subscription.cancel()

    def subscriptions(self) -> tuple[Subscription, ...]:
        """All subscriptions, in the order in which their handlers run."""
        return self._routes.subscriptions()

    def emit(
        self, event: str, data: object = None, source: object = None, *, origin: str | None = None
    ) -> Coroutine[Any, Any, Delivery]:
        """Give an event to its handlers, and wait until they have ended.

        Args:
            event: Its name.
            data: What handlers get with it.
            source: Who emits it; passed to handlers that take `source`.
            origin: Where a chain of events begins; inherited from the causing event by default.

        Returns:
            Who handled it, how that ended and how long it took. A handler's fault is in the
            report; it is never raised here.

        Raises:
            RuntimeError: The call does not come from the bus's loop.
        """
        return self._deliver(self._event(event, data, source, origin))

    def _event(self, name: str, data: object, source: object, origin: str | None) -> Event:
        return Event(name, data, source, next(self._event_ids), current_call.get(), origin)

    async def _deliver(self, sent: Event) -> Delivery:
        for lookout in self._taps.before:
            self._taps.show(lookout, sent)
        records: list[Record] = []
        refused = self._flow.excess(sent) if sent.hops else None
        try:
            if refused is not None:
                await self._flow.slow_down(sent)
            elif (route := self._routes.kept(sent.name)) is None:
                await self._deliver_anew(sent, records)
            else:
                rest = dispatch(self.caller, route, sent, records, self.report, self._routes.route)
                if rest is not None:
                    await rest
        except asyncio.CancelledError:
            self._taps.show_cancelled(sent, Delivery(sent, records, refused))
            raise
        delivery = Delivery(sent, records, refused)
        for tap in self._taps.after:
            self._taps.show(tap, sent, delivery)
        if sent.id >= self._flow.breathes_at:
            await self._flow.breathe(sent)
        return delivery

    async def _deliver_anew(self, sent: Event, records: list[Record]) -> None:
        """Deliver an event to which no route is kept: it is new, or leads to a closed gate."""
        route = self._routes.route(sent.name)
        if self._routes.kept(sent.name) is None:
            await Round(self.caller, sent, records, self.report, self._routes.route).run()
            return
        rest = dispatch(self.caller, route, sent, records, self.report, self._routes.route)
        if rest is not None:
            await rest

    def emit_soon(
        self, event: str, data: object = None, source: object = None, *, origin: str | None = None
    ) -> asyncio.Task[Delivery]:
        """Emit without waiting; events emitted so begin in the order of the calls.

        Returns:
            The bus's own task: awaiting it gives the report, an unloading plugin does not end it.
        """
        sent = self._event(event, data, source, origin)
        # Made directly: the loop's task factory would enter it in the ledger of whoever emits.
        task = asyncio.Task(
            self._deliver(sent),
            loop=asyncio.get_running_loop(),
            context=contextvars.copy_context(),
            name=f"rosey-emit {event}",
        )
        self.pending.add(task, sent.root)
        owner = current_owner()
        if owner is not None:
            account = owner.account
            account.pending += 1
            task.add_done_callback(lambda _: account.settle())
        return task

    def check_pending(self, event: str) -> None:
        """Refuse one more event of a plugin that has as many on their way as it may.

        Raises:
            LimitExceededError: The plugin whose code runs has.
        """
        owner = current_owner()
        if owner is not None and owner.account.pending >= owner.limits.queued_events:
            most = owner.limits.queued_events
            reason = f"emits {event} while {most:,} of its events are on their way: await them"
            raise LimitExceededError(owner.name, "queued_events", reason)

    def emit_threadsafe(
        self, event: str, data: object = None, source: object = None
    ) -> concurrent.futures.Future[Delivery]:
        """Emit from any thread; one that emits without a pause has to wait for the loop.

        Raises:
            EventDroppedError: The loop has handled none of those from threads for long.
            RuntimeError: The bus has not run yet, so that nobody knows its loop.
        """
        loop = self.caller.loop
        return self._from_threads.run(self.emit(event, data, source), loop)

    async def drain(self, root: int | None = None) -> None:
        """Wait until events of `emit_soon`, and those they led to, are handled.

        In a handler it does not wait for the chain of events that the handler belongs to.

        Args:
            root: Wait only for those that this event led to.
        """
        here = current_event()
        mine = here.root if here is not None else None
        while waiting := self.pending.tasks(root, without=mine):
            await asyncio.wait(waiting)

    async def close(self) -> None:
        """Cancel what is still on its way."""
        waiting = self.pending.tasks()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await self.caller.close()

    def add_filter(
        self, name: str, function: Handler, priority: int = 0, *, owner: Owner | None = None
    ) -> Subscription:
        """Have `function(value)` transform a value that goes by `name`; high priority first."""
        subscription = self._subscription(name, function, priority, owner)
        self._own(
            subscription,
            "filter",
            begin=lambda: self._filters.add(subscription),
            give_back=lambda: self._filters.remove(subscription),
        )
        return subscription

    async def apply_filters(self, name: str, value: Any) -> Any:  # noqa: ANN401  the value's own type
        """Pass a value through the filters of `name`; a filter that fails is left out."""
        return await self._filters.apply(name, value)

    def forget_routes(self) -> None:
        """Look anew whom each event goes to: a gate has been closed or opened."""
        self._routes.forget()

    @property
    def routes_serial(self) -> int:
        """Counts how often it has changed whom events go to."""
        return self._routes.serial

    def listeners(self, event: str) -> tuple[Subscription, ...]:
        """Whom an event of this name goes to as of now, in the order in which they run."""
        return tuple(subscription for _, subscription in self._routes.route(event))

    def tap(
        self, function: Tap, *, before: Lookout | None = None, cancelled: Tap | None = None
    ) -> AbstractContextManager[None]:
        """Show every event to `function` after its delivery, inside the `with` block.

        Args:
            function: Called with event and report.
            before: Called with the event, before anybody else gets it.
            cancelled: Called instead of `function` where whoever emitted it was cancelled.
        """
        return self._taps.open(function, before, cancelled)

    def report(self, fault: Fault) -> None:
        """Log a fault once, with its traceback, and announce it as `plugin.error`."""
        plugin = fault.plugin or "rosey"
        logger.error(
            "%s failed in %s: %s\n%s",
            plugin,
            fault.where,
            fault.error,
            fault.traceback,
            extra={"plugin": fault.plugin},
        )
        for listener in self.fault_listeners:
            listener(fault)
        # A listener to plugin.error that fails must not be told of itself for ever.
        if str(current_event()) != ERROR:
            facts = dataclasses.asdict(fault)
            del facts["place"]  # the traceback has it, for whoever listens
            self.emit_soon(ERROR, facts)

    def _subscription(
        self,
        pattern: str,
        function: Handler,
        priority: int,
        owner: Owner | None,
        deadline_s: float | None = None,
    ) -> Subscription:
        owner = owner if owner is not None else current_owner()
        return Subscription(pattern, function, priority, owner, next(self._serials), deadline_s)

    def _own(
        self,
        subscription: Subscription,
        kind: str,
        *,
        begin: Callable[[], object],
        give_back: Callable[[], object],
    ) -> None:
        if subscription.owner is None:
            begin()
            subscription.give_back = _once(give_back)
        else:
            face = subscription.face
            label = f"{subscription.pattern} ({face.handler})"
            subscription.give_back = subscription.owner.take(
                kind, label, begin=begin, give_back=give_back
            )


def _once(function: Callable[[], object]) -> Callable[[], None]:
    """`function`, but a second call does nothing."""
    todo = [function]

    def call() -> None:
        if todo:
            todo.pop()()

    return call
