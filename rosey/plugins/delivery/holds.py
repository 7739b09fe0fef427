"""Plugins that are held: their events wait in mailboxes, and are let through one by one."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Iterator

from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.gate import Gate
from rosey.plugins.calling.ownership import Owner
from rosey.plugins.delivery.dispatch import Report, Round, Route
from rosey.plugins.delivery.mailbox import HeldEvent, Mailbox, Part
from rosey.plugins.delivery.pending import Pending
from rosey.plugins.delivery.routes import Routes
from rosey.plugins.delivery.taps import Taps
from rosey.plugins.events import Delivery, Event, LateEvent, Record


class Holds:
    """Holds plugins of a bus: whatever else an event goes to has it at once.

    Args:
        caller: How handlers are called.
        routes: Where events go.
        taps: Shown what is let through.
        pending: Notes it until it is handled.
        report: Gets each fault.
        ids: Numbers events.
    """

    def __init__(  # noqa: PLR0913, PLR0917  made by the bus only
        self,
        caller: Caller,
        routes: Routes,
        taps: Taps,
        pending: Pending,
        report: Report,
        ids: Iterator[int],
    ) -> None:
        self._caller = caller
        self._routes = routes
        self._taps = taps
        self._pending = pending
        self._report = report
        self._ids = ids

    def of(self, owner: Owner | None) -> Mailbox | None:
        """Where events wait for a plugin, by its ledger; None where nobody holds it."""
        return self._routes.mailbox(owner)

    def begin(
        self,
        plugin: str,
        gate: Gate,
        *,
        overflowed: Callable[[], object],
        dropped: Callable[[], object],
    ) -> Mailbox:
        """Have events wait for a plugin, from the next handler on that one comes to.

        Args:
            plugin: The plugin's name.
            gate: The plugin's.
            overflowed: As of `Mailbox`.
            dropped: As of `Mailbox`.
        """

        def parts(event: str) -> frozenset[Part]:
            return frozenset(self._routes.parts(gate, event).values())

        mailbox = Mailbox(plugin, parts, overflowed, dropped)
        self._routes.hold(gate, mailbox)
        gate.let_out(mailbox.reserve)
        return mailbox

    def end(self, gate: Gate) -> None:
        """Have events go to a plugin again; what waits is forgotten."""
        self._routes.let_go(gate)

    def let_through(self, gate: Gate, held: HeldEvent, plugin: str) -> asyncio.Task[Delivery]:
        """Give a plugin an event that has waited, in whatever generation it serves.

        Returns:
            A task of the bus, which ends when the plugin's handlers, and the command that the event
            calls, have ended.
        """
        event = LateEvent(held.event, next(self._ids), plugin)
        # Made directly: the loop's task factory would enter it in the ledger of whoever asks.
        task = asyncio.Task(
            self._deliver(event, lambda _: self._route(gate, held)),
            loop=asyncio.get_running_loop(),
            context=contextvars.Context(),
            name=f"rosey-late {event.name}",
        )
        self._pending.add(task, event.root)
        return task

    def _route(self, gate: Gate, held: HeldEvent) -> Route:
        parts = self._routes.parts(gate, held.event.name)
        left = [handler for handler, part in parts.items() if held.is_for(part)]
        assert held.event.chain is not None  # noqa: S101  the late event is in it
        had = held.event.chain.had_late.setdefault(held.event.id, set())
        had |= {(gate, parts[handler]) for handler in left}
        if held.command is not None:
            left.append(held.command)
        return tuple(enumerate(sorted(left, key=lambda s: s.place)))

    async def _deliver(self, event: Event, reroute: Callable[[str], Route]) -> Delivery:
        for lookout in self._taps.before:
            self._taps.show(lookout, event)
        records: list[Record] = []
        try:
            await Round(self._caller, event, records, self._report, reroute).run()
        except asyncio.CancelledError:
            self._taps.show_cancelled(event, Delivery(event, records))
            raise
        delivery = Delivery(event, records)
        for tap in self._taps.after:
            self._taps.show(tap, event, delivery)
        return delivery
