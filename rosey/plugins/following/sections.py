"""Changed sections of plugins that run: held against their schemas, and handed over."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from rosey.errors import ConfigError, ConfigFault, PluginError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault, describe
from rosey.plugins.following.plan import Plan
from rosey.plugins.life.slots import Slot
from rosey.plugins.life.validating import settings_of
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.loading.settings import (
    carried_over,
    is_same,
    limits_for,
    own_copy,
    section_path,
)
from rosey.plugins.manager import PluginManager

HOOK = "on_config_change"
"""The method by which a plugin takes new settings over without a reload."""

SectionsByName = Mapping[str, Mapping[str, Any]]


class Sections:
    """Brings changed sections of the bot's configuration to the plugins.

    A setting that somebody gave by hand stays until its own line in the file changes.

    Args:
        bus: Calls plugins and gets their faults.
        manager: Whose plugins.
    """

    def __init__(self, bus: PluginEventBus, manager: PluginManager) -> None:
        self._bus = bus
        self._manager = manager

    async def faults(self, changed: Iterable[str], sections: SectionsByName) -> list[ConfigFault]:
        """Hold changed sections against the schemas of the plugins that run.

        Args:
            changed: The plugins.
            sections: All sections, as they are to be.

        Returns:
            Everything that is wrong; nothing is changed by asking.
        """
        faults: list[ConfigFault] = []
        for name in changed:
            slot = self._manager.slots.get(name)
            if slot is None or not slot.is_loaded:
                continue
            try:
                await settings_of(self._bus.caller, slot, self._wanted(slot, sections))
            except ConfigError as error:
                faults += error.faults
            except Exception as error:  # noqa: BLE001  a schema is the plugin's own code
                faults.append(ConfigFault(path=section_path(name), reason=describe(error)))
        return faults

    def plan(
        self, changed: Iterable[str], sections: SectionsByName, stale: Container[str] = ()
    ) -> Plan:
        """Decide which plugins are told of their changed sections, reloaded or loaded.

        Args:
            changed: The plugins.
            sections: All sections, as they are to be.
            stale: Plugins whose code is not what runs: they get both at once.
        """
        slots = [slot for name in changed if (slot := self._manager.slots.get(name)) is not None]
        others = [
            slot
            for slot in slots
            if slot.is_loaded and not is_same(self._given(slot), self._wanted(slot, sections))
        ]
        told = [slot.name for slot in others if slot.name not in stale and _takes_it_over(slot)]
        return Plan(
            load=tuple(slot.name for slot in slots if slot.state is PluginState.FAILED),
            tell=tuple(told),
            reload=tuple(slot.name for slot in others if slot.name not in told),
        )

    async def settle(self, names: Iterable[str]) -> None:
        """Wait until nothing is being done to some plugins: a load that runs has its settings."""
        slots = [slot for name in names if (slot := self._manager.slots.get(name)) is not None]
        while busy := [slot for slot in slots if slot.lock.locked()]:
            async with busy[0].lock:
                pass

    def adopt(self, sections: SectionsByName) -> None:
        """Let every load and reload from now on have these sections."""
        for slot in self._manager.slots:
            if slot.config is not None:
                slot.config = self._wanted(slot, sections)
        # In place: whoever loads plugins has the same dictionary.
        self._manager.plugin_config.clear()
        self._manager.plugin_config.update(sections)

    async def tell(self, name: str) -> None:
        """Have a plugin take over the settings that it would be loaded with.

        Raises:
            PluginNotFoundError: It is not loaded.
            PluginError: It fails to; it keeps the settings that it has.
        """
        slot = self._manager.slots.get_loaded(name)
        async with slot.lock:
            staged = slot.serving
            plugin = staged.plugin
            try:
                settings = await settings_of(self._bus.caller, slot, self._given(slot))
                hook, before = getattr(plugin, HOOK), own_copy(plugin.config)
                limit_s = staged.ledger.limits.deadline("state")
                await self._bus.caller.call(
                    staged.ledger, HOOK, hook, before, settings, deadline_s=limit_s
                )
            except Exception as error:
                self._bus.report(Fault.of(name, HOOK, error))
                message = f"{name} keeps its settings: {HOOK} failed: {describe(error)}"
                raise PluginError(name, message) from error
            plugin.config = settings
            staged.ledger.limit(limits_for(type(plugin), settings, self._manager.limits))
            self._manager.slots.tell()

    def _given(self, slot: Slot) -> Mapping[str, Any]:
        return self._section(slot.name) if slot.config is None else slot.config

    def _wanted(self, slot: Slot, sections: SectionsByName) -> Mapping[str, Any]:
        new = sections.get(slot.name, {})
        return carried_over(self._given(slot), self._section(slot.name), new)

    def _section(self, name: str) -> Mapping[str, Any]:
        return self._manager.plugin_config.get(name, {})


def _takes_it_over(slot: Slot) -> bool:
    """Whether a plugin has the hook; a quarantined one is given a new start instead."""
    has_hook = callable(getattr(slot.serving.plugin, HOOK, None))
    return has_hook and slot.state is not PluginState.QUARANTINED
