"""Plugins that are not loaded until they are used: what stands in for them, and their waking."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from rosey.errors import PluginError, PluginLoadError, RoseyError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.ledger import Ledger
from rosey.plugins.life.dormant import Dormant
from rosey.plugins.life.load_order import told
from rosey.plugins.life.slots import Slot, Slots
from rosey.plugins.life.steps import Steps
from rosey.plugins.lifecycle import PluginState, dependents_of, required_names
from rosey.plugins.loading.outline import CommandOutline, HandlerOutline, Outline, read_outline
from rosey.plugins.loading.reading import Reading

logger = logging.getLogger(__name__)

StandIn = Callable[[CommandOutline, Ledger], object]
"""Shows a command that is not there yet, and enters it in a ledger."""


def no_stand_in(_command: CommandOutline, _ledger: Ledger) -> None:
    """Show nothing, where nobody uses commands."""


class Dormancy:
    """Lets plugins wait, without being loaded, until somebody uses them.

    Args:
        bus: Where handlers of theirs stand.
        slots: Which plugins there are.
        steps: Has loads run to their end.
        load: Loads plugins with what they depend on, and gives why one could not be.
        stand_in: Shows commands of theirs.
    """

    def __init__(
        self,
        bus: PluginEventBus,
        slots: Slots,
        steps: Steps,
        load: Callable[[Sequence[str]], Awaitable[Mapping[str, PluginError]]],
        stand_in: StandIn,
    ) -> None:
        self._bus = bus
        self._slots = slots
        self._steps = steps
        self._load = load
        self._stand_in = stand_in

    async def arm(self, slot: Slot, reading: Reading) -> None:
        """Let a plugin wait for what its code says; nothing happens where it is loaded.

        Args:
            slot: The plugin.
            reading: Its code.

        Raises:
            PluginLoadError: What would stand in for it cannot; then nothing does.
        """
        outline = await asyncio.to_thread(read_outline, slot.source, reading.snapshot)
        async with slot.lock:
            if slot.is_loaded or self._steps.is_closed:
                return
            try:
                self.place(slot, waiting_for(reading.manifest.activation, outline), outline)
            except PluginLoadError:
                slot.end_dormancy()
                raise
            self.begin(slot)
            slot.error = None
            if slot.state is PluginState.FAILED:  # that was another code
                self._slots.advance(slot, PluginState.UNLOADED)

    def place(self, slot: Slot, waits_for: tuple[str, ...], outline: Outline) -> None:
        """Let something stand in for a plugin, in place of what does so far.

        Raises:
            PluginLoadError: It collides with others; what stood in before is gone nevertheless.
        """
        if slot.dormant is not None:
            slot.dormant.give_way()
        ledger = Ledger(
            slot.name, self._bus.caller, self._bus.report, order=slot.order, gate=slot.gate
        )
        dormant = Dormant(
            ledger,
            slot.gate,
            waits_for=waits_for,
            wake=lambda: self._wake(slot),
            holds_up=lambda owner: self._holds_up(slot, owner),
        )
        try:
            for command in _commands(waits_for, outline):
                self._stand_in(command, ledger)
            for handler in _handlers(waits_for, outline):
                self._bus.subscribe(
                    handler.event, dormant.pass_over, handler.priority, owner=ledger
                )
        except (RoseyError, ValueError) as error:
            ledger.withdraw()
            raise PluginLoadError(slot.name, f"it cannot wait to be used: {error}") from error
        slot.dormant = dormant

    def begin(self, slot: Slot) -> None:
        """Let a plugin for which something stands in be loaded by its next use."""
        assert slot.dormant is not None  # noqa: S101  it was placed
        slot.dormant.begin()
        waits_for = ", ".join(slot.dormant.waits_for)
        logger.info("%s waits for %s", slot.name, waits_for, extra={"plugin": slot.name})

    async def disarm(self, plugin: str) -> bool:
        """Let nothing load a plugin of that name any more, and drop its state.

        Returns:
            Whether it waited until then, and was not loaded meanwhile.
        """
        slot = self._slots.get(plugin)
        if slot is None or slot.dormant is None:
            return False
        async with slot.lock:
            if slot.is_loaded:
                return False
            slot.end_dormancy()
            slot.kept_state = slot.error = None
            if slot.state is not PluginState.UNLOADED:
                self._slots.advance(slot, PluginState.UNLOADED)
            return True

    def close(self) -> None:
        """Let nothing wait any more."""
        for slot in self._slots:
            slot.end_dormancy()

    def _wake(self, slot: Slot) -> None:
        # In a context of its own: no event has caused what the plugin does while it is loaded.
        self._steps.unbroken.begin(self._activate(slot), context=contextvars.Context())

    async def _activate(self, slot: Slot) -> None:
        try:
            told(await self._load([slot.name]))
        finally:
            if slot.dormant is not None:
                slot.dormant.fail()

    def _holds_up(self, slot: Slot, owner: object) -> bool:
        """Whether code of an owner runs while a plugin is locked that the load needs."""
        if not isinstance(owner, Ledger) or not (owner.is_staged or owner.is_closed):
            return False
        needs = {other.name: required_names(other.manifest.dependencies) for other in self._slots}
        return slot.name in {owner.name, *dependents_of(owner.name, needs)}


def waiting_for(activation: Sequence[str], outline: Outline) -> tuple[str, ...]:
    """What a plugin waits for.

    Args:
        activation: What it says; where that is nothing, it waits for all that it declares.
        outline: What it declares. Commands always count: they are shown, so they must answer.
    """
    events = [] if activation else [f"event:{handler.event}" for handler in outline.handlers]
    shown = [command for command in outline.commands if not _is_named(command, activation)]
    commands = [f"command:{command.name}" for command in shown]
    return tuple(dict.fromkeys([*activation, *commands, *events]))


def _commands(waits_for: Sequence[str], outline: Outline) -> list[CommandOutline]:
    """The commands that a plugin declares, and those of which only the word is known."""
    known = {word.casefold() for c in outline.commands for word in (c.name, *c.aliases)}
    others = [word for word in _named("command", waits_for) if word.casefold() not in known]
    return [*outline.commands, *(CommandOutline(name=word) for word in others)]


def _handlers(waits_for: Sequence[str], outline: Outline) -> list[HandlerOutline]:
    """For each event the first of the handlers that it meets."""
    return [
        HandlerOutline(
            event=event,
            priority=max((h.priority for h in outline.handlers if h.event == event), default=0),
        )
        for event in _named("event", waits_for)
    ]


def _is_named(command: CommandOutline, activation: Sequence[str]) -> bool:
    words = {word.casefold() for word in (command.name, *command.aliases)}
    return not words.isdisjoint(word.casefold() for word in _named("command", activation))


def _named(kind: str, waits_for: Sequence[str]) -> list[str]:
    return [what for entry in waits_for for k, _, what in [entry.partition(":")] if k == kind]
