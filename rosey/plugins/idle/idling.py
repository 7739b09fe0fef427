"""Plugins that nobody has used for a while: unloaded with their state kept, until one is used."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from dataclasses import dataclass

from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault
from rosey.plugins.idle.dormancy import Dormancy, waiting_for
from rosey.plugins.life.candidate import KeptState, Staged
from rosey.plugins.life.closing import Closing
from rosey.plugins.life.slots import Slot, Slots
from rosey.plugins.life.staging import Stage
from rosey.plugins.life.steps import Steps
from rosey.plugins.lifecycle import PluginState, dependents_of
from rosey.plugins.loading.outline import Outline, read_outline

LOOKS = 8
"""How often a plugin is looked at while it is idle: it is unloaded by so much later at most."""

# What works without being asked, and what others use without anybody being told.
_KEEPS_BUSY = frozenset({"timer", "task", "service", "filter"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Watch:
    """What is known of the use of one plugin.

    Attributes:
        timer: Of the next look.
        handled: How many events and commands it had handled by the last one.
        quiet_since: Since when it has not been busy at any look, on the loop's clock.
    """

    timer: asyncio.TimerHandle
    handled: int
    quiet_since: float


class Idling:
    """Unloads plugins that are idle for as long as they may, and lets them wait to be used.

    Args:
        bus: Calls plugins and gets their faults.
        slots: Which plugins there are.
        stage: Ends generations.
        steps: Has what was begun run to its end.
        dormancy: Lets plugins wait.
    """

    def __init__(
        self, bus: PluginEventBus, slots: Slots, stage: Stage, steps: Steps, dormancy: Dormancy
    ) -> None:
        self._bus = bus
        self._slots = slots
        self._stage = stage
        self._steps = steps
        self._dormancy = dormancy
        self._watches: dict[str, _Watch] = {}
        # By name, the generation of which it was told that nothing could load it again.
        self._told: dict[str, int] = {}
        slots.listeners += (self.watch,)

    def watch(self) -> None:
        """Begin to look at what may be unloaded: others may have come, or have other settings."""
        for slot in self._slots.loaded():
            if slot.name not in self._watches and _idle_s(slot) is not None:
                self._look_later(slot, _handled(slot), self._now())

    def close(self) -> None:
        """Look at none any more."""
        for watch in self._watches.values():
            watch.timer.cancel()
        self._watches.clear()

    def _look_later(self, slot: Slot, handled: int, quiet_since: float) -> None:
        idle_s = _idle_s(slot)
        if idle_s is not None and not self._steps.is_closed:
            # In a context of its own: that of a plugin's code would keep the plugin alive.
            timer = self._bus.caller.loop.call_later(
                idle_s / LOOKS, self._look, slot, context=contextvars.Context()
            )
            self._watches[slot.name] = _Watch(timer, handled, quiet_since)

    def _look(self, slot: Slot) -> None:
        watch = self._watches.pop(slot.name)
        idle_s = _idle_s(slot)
        if idle_s is None:
            return
        now, handled = self._now(), _handled(slot)
        is_quiet = handled == watch.handled and not slot.lock.locked() and not self._is_busy(slot)
        quiet_since = watch.quiet_since if is_quiet else now
        if now - quiet_since >= idle_s:
            quiet_since = now  # it may stay
            self._steps.unbroken.begin(self._rest(slot), context=contextvars.Context())
        self._look_later(slot, handled, quiet_since)

    def _now(self) -> float:
        return self._bus.caller.loop.time()

    def _is_busy(self, slot: Slot) -> bool:
        """Whether a plugin does something, or is used by somebody, or may be without being seen."""
        ledger = slot.serving.ledger
        return (
            slot.state is not PluginState.ENABLED
            or slot.gate.waiting > 0
            or self._slots.is_held(slot.name)
            or self._bus.holds.of(slot.serving.ledger) is not None
            or any(taken.kind in _KEEPS_BUSY and taken.is_active for taken in ledger.entries)
            or bool(self._bus.caller.in_flight([ledger]))
            or bool(dependents_of(slot.name, self._slots.needs()))
        )

    async def _rest(self, slot: Slot) -> None:
        """Unload a plugin, if it is idle still and can be woken, and keep its state."""
        async with slot.lock:
            if not slot.is_loaded or self._is_busy(slot):
                return
            old = slot.serving
            outline = await asyncio.to_thread(read_outline, slot.source, old.generation.snapshot)
            if not self._can_be_woken(slot, old, outline):
                return
            try:
                await self._let_wait(slot, old, outline)
            except Exception as error:  # noqa: BLE001  it serves on, and is looked at again
                self._bus.report(Fault.of(slot.name, "unload_after_idle_s", error))
            if slot.staged is None:
                await self._stage.retire(old)
                await self._steps.let_go(slot)
                slot.loaded_at = slot.error = None
                waits_for = slot.dormant.waits_for if slot.dormant is not None else ()
                self._slots.advance(slot, PluginState.UNLOADED, waits_for=waits_for)

    async def _let_wait(self, slot: Slot, old: Staged, outline: Outline) -> None:
        async with Closing(self._bus.caller, [old.ledger], self._steps.limit_s):
            kept = await self._stage.state_to_keep(old)
            if self._is_busy(slot):
                return
            self._change_places(slot, old, outline, kept)
        # Nothing has run since: nobody has come to the gate, which is open for the moment.
        self._dormancy.begin(slot)

    def _change_places(
        self, slot: Slot, old: Staged, outline: Outline, kept: KeptState | None
    ) -> None:
        """Let something stand where a generation stood, in one step: there is no await in here."""
        old.ledger.withdraw()
        try:
            self._dormancy.place(slot, waiting_for(slot.manifest.activation, outline), outline)
        except BaseException:
            old.ledger.begin()
            raise
        slot.staged, slot.kept_state = None, kept

    def _can_be_woken(self, slot: Slot, old: Staged, outline: Outline) -> bool:
        """Whether all that a plugin serves with would load it again; where not, it is told once."""
        if slot.manifest.activation or self._is_seen(old, outline):
            return True
        if self._told.get(slot.name) != old.generation.serial:
            self._told[slot.name] = old.generation.serial
            told = "%s is idle, and stays: not all that it serves with could load it again"
            logger.info(told, slot.name, extra={"plugin": slot.name})
        return False

    def _is_seen(self, old: Staged, outline: Outline) -> bool:
        """Whether a plugin serves with something, and all of that is declared where it is read."""
        words = {taken.label for taken in old.ledger.entries if taken.kind == "command"}
        patterns = {s.pattern for s in self._bus.subscriptions() if s.owner is old.ledger}
        declared = {command.name.casefold() for command in outline.commands}
        handled = {handler.event for handler in outline.handlers}
        return bool(words or patterns) and words <= declared and patterns <= handled


def _idle_s(slot: Slot) -> float | None:
    """Seconds without use after which a plugin is unloaded; None where it stays."""
    return slot.staged.ledger.limits.unload_after_idle_s if slot.staged is not None else None


def _handled(slot: Slot) -> int:
    return slot.account.handled.durations().count
