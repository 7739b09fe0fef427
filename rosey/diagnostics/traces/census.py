"""A census: which plugins there are at one moment, and what they listen to."""

from __future__ import annotations

from dataclasses import dataclass

from rosey.chat.router import Router
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.life.slots import Slot, Slots
from rosey.plugins.lifecycle import PluginState

MESSAGE = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One plugin that might have had an event.

    Attributes:
        plugin: Its name.
        state: Where it stood in its life.
        patterns: Names and patterns of the events that it handles, where it is enabled.
        commands: Its chat commands, prefix included.
        waits_for: What would have loaded it.
    """

    plugin: str
    state: PluginState
    patterns: tuple[str, ...]
    commands: tuple[str, ...]
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """All plugins that might have had an event.

    Attributes:
        listeners: They, by name.
        prefix: What a chat command begins with.
    """

    listeners: tuple[Listener, ...]
    prefix: str


class CensusTaker:
    """Takes a census when something has changed since the last.

    Args:
        bus: Has the subscriptions.
        router: Has the commands.
        slots: Have the plugins.
    """

    def __init__(self, bus: PluginEventBus, router: Router, slots: Slots) -> None:
        self._bus = bus
        self._router = router
        self._slots = slots
        self._last: Census | None = None
        self._serial = -1

    def note(self, event: str) -> None:
        """Take note of an event: after one of a plugin's life the next census is a new one."""
        if event.startswith("plugin."):
            self._last = None

    def take(self) -> Census:
        """The census as of now."""
        if self._last is None or self._serial != self._bus.routes_serial:
            self._serial = self._bus.routes_serial
            self._last = self._taken()
        return self._last

    def _taken(self) -> Census:
        prefix = self._router.prefix
        slots = sorted(self._slots, key=lambda slot: slot.name)
        return Census(listeners=tuple(_listener(slot, prefix) for slot in slots), prefix=prefix)


def _listener(slot: Slot, prefix: str) -> Listener:
    # The ledger also has what a disabled plugin does not get at the moment.
    taken = slot.staged.ledger.entries if slot.staged is not None else ()
    patterns = [t.label.rpartition(" (")[0] for t in taken if t.kind == "subscription"]
    return Listener(
        plugin=slot.name,
        state=slot.state,
        patterns=tuple(dict.fromkeys(patterns)),
        commands=tuple(f"{prefix}{t.label}" for t in taken if t.kind == "command"),
        waits_for=slot.dormant.waits_for if slot.dormant is not None else (),
    )
