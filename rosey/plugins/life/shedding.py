"""What is told when events are dropped, as too many wait for a plugin."""

from __future__ import annotations

from rosey.errors import LimitExceededError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault
from rosey.plugins.calling.gate import Gate
from rosey.plugins.supervision.account import Account


class Shedding:
    """Counts what is dropped at the gate of a plugin, and tells when it begins and when it ends.

    Args:
        plugin: The plugin's name.
        account: The plugin's.
        bus: Where it is told: a fault of the plugin, and in the end the event `plugin.dropped`.

    Attributes:
        gate: The plugin's.
    """

    def __init__(self, plugin: str, account: Account, bus: PluginEventBus) -> None:
        self._plugin = plugin
        self._account = account
        self._bus = bus
        self._dropped = 0
        self.gate = Gate(self._gate_changed, dropped=self._drop)

    def _drop(self) -> None:
        self._account.dropped += 1
        self._dropped += 1
        if self._dropped == 1:
            reason = (
                f"has {self.gate.inside:,} calls under way and {self.gate.waiting:,} events waiting"
                ": some are dropped"
            )
            error = LimitExceededError(self._plugin, "queued_events", reason)
            self._bus.report(Fault.of(self._plugin, "its queue", error))

    def _gate_changed(self) -> None:
        self._bus.forget_routes()
        if self.gate.is_open and self._dropped:
            facts = {"plugin": self._plugin, "events": self._dropped}
            self._dropped = 0
            self._bus.emit_soon("plugin.dropped", facts)
