"""From changed files to the plugins that have to be loaded, reloaded or unloaded."""

from __future__ import annotations

import asyncio
import collections
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from rosey.errors import PluginLoadError
from rosey.plugins.following.execution import Execution, Outcome
from rosey.plugins.following.overshadowed import Overshadowed
from rosey.plugins.following.plan import Plan, Sight, plan_for
from rosey.plugins.following.sections import Sections
from rosey.plugins.life.slots import Slot
from rosey.plugins.lifecycle import PluginState, dependents_of, required_names
from rosey.plugins.loading.cells import is_cell
from rosey.plugins.loading.manifest import Manifest
from rosey.plugins.loading.reading import data_files, read
from rosey.plugins.manager import PluginManager
from rosey.plugins.watching.touching import touch


class Following:
    """Keeps the plugins that run as they stand in their files.

    A save that changes nothing reloads nothing. A broken save is tried once, and the next one
    that differs is tried again. A plugin whose file is gone is unloaded, and loaded again when the
    file is back. A plugin that somebody unloaded stays so.

    Args:
        manager: Whose plugins.
        sections: Tells plugins of changed settings.
        is_wanted: Whether a plugin of that name is loaded when its file appears.
    """

    def __init__(
        self, manager: PluginManager, sections: Sections, is_wanted: Callable[[str], bool]
    ) -> None:
        self._manager = manager
        self._is_wanted = is_wanted
        self._execution = Execution(manager, sections, self._wants)
        self._overshadowed = Overshadowed()
        self._lost: set[str] = set()
        # What the code in the files says of itself; it may have been refused.
        self._manifests: dict[str, Manifest] = {}

    @property
    def files(self) -> frozenset[Path]:
        """What has to be watched: the plugin directories, and data files that plugins watch."""
        data = [file for slot in self._manager.slots for file in self._data(slot)]
        return frozenset([*self._manager.plugin_dirs, *data])

    async def follow(self, paths: Iterable[Path]) -> Outcome:
        """Bring the plugins that some files belong to up to date; see `look`."""
        return await self.carry_out(await self.look(paths))

    async def look(self, paths: Iterable[Path]) -> Plan:
        """Find out what has to be done once some files may have changed.

        Args:
            paths: Files and folders that have changed, appeared or gone.
        """
        # Those that somebody has loaded since are lost no more.
        self._lost.difference_update(self._manager.list_plugins())
        plan = plan_for([await self._see(slot) for slot in await self._touched([*paths])])
        return plan.joined(Plan(reload=tuple(self._held_up({*plan.load, *plan.reload}))))

    async def carry_out(self, plan: Plan) -> Outcome:
        """Do what a plan says; what fails is logged, and stops nothing else."""
        outcome = await self._execution.carry_out(plan)
        self._lost.difference_update(plan.unwanted, plan.load)
        self._lost.update(name for name in plan.gone if name in outcome.unloaded)
        return outcome

    async def is_stale(self, name: str) -> bool:
        """Whether the code that a plugin has in its files is not the code that runs."""
        slot = self._manager.slots.get(name)
        if slot is None or not slot.is_loaded:
            return False
        return isinstance(slot.error, PluginLoadError) or await self._is_changed(slot)

    async def _touched(self, paths: list[Path]) -> list[Slot]:
        """The plugins that some paths belong to, after a look for new ones where it may help."""
        owners = self._owners()
        seen = await asyncio.to_thread(touch, paths, owners)
        is_back = any(_is_missing(slot) for file in seen.files for slot in owners[file])
        if seen.is_elsewhere or is_back:
            await self._manager.discover_plugins()
            owners = self._owners()
            seen = await asyncio.to_thread(touch, paths, owners)
        touched = {slot.name for file in seen.files for slot in owners[file]}
        return [slot for slot in self._manager.slots if slot.name in touched]

    def _owners(self) -> dict[Path, list[Slot]]:
        """Whose file or folder each path is."""
        owners: dict[Path, list[Slot]] = collections.defaultdict(list)
        for slot in self._manager.slots:
            places = {slot.source.path, *self._data(slot)}
            # A loaded plugin may have come to stand elsewhere.
            places |= {slot.found.path} if slot.found is not None else set()
            for place in places:
                owners[place].append(slot)
        return owners

    def _data(self, slot: Slot) -> frozenset[Path]:
        manifests = (slot.manifest, self._manifests.get(slot.name, slot.manifest))
        files = {file for it in manifests for file in data_files(slot.source, it)}
        return frozenset(filter(_is_possible, files))

    async def _see(self, slot: Slot) -> Sight:
        if slot.state is PluginState.LOADING:
            async with slot.lock:  # what becomes of it decides
                pass
        await self._overshadowed.look(slot)
        is_there = slot.found is not None
        has_been_read = slot.is_in_use or slot.state is PluginState.FAILED
        return Sight(
            name=slot.name,
            state=slot.state,
            is_there=is_there,
            is_changed=is_there and has_been_read and await self._is_changed(slot),
            is_wanted=self._wants(slot.name),
            was_lost=slot.name in self._lost,
            is_waiting=slot.dormant is not None,
        )

    async def _is_changed(self, slot: Slot) -> bool:
        """Whether a plugin's files are not those of the last attempt to load it."""
        if slot.found != slot.source and not slot.source.is_cell:
            return True
        try:
            reading = await read(slot.source)
        except PluginLoadError as error:
            slot.attempted = None  # what can be read next is something else
            return str(error) != str(slot.error)
        self._manifests[slot.name] = reading.manifest
        return reading.digest != slot.attempted

    def _held_up(self, changed: set[str]) -> Iterator[str]:
        """Plugins that were refused for a fault of others, where some of those have changed."""
        declared = {n: required_names(it.dependencies) for n, it in self._manifests.items()}
        needs = self._manager.slots.needs(declared)
        for slot in self._manager.slots.loaded():
            if isinstance(slot.error, PluginLoadError) and not _is_own_fault(slot, slot.error):
                others = {*needs[slot.name], *dependents_of(slot.name, needs)}
                if not others.isdisjoint(changed):
                    yield slot.name

    def _wants(self, name: str) -> bool:
        """Whether a plugin is to run: for its own sake, or for one that has failed without it."""
        slots = [slot for slot in self._manager.slots if slot.state is PluginState.FAILED]
        needs = {slot.name: required_names(slot.manifest.dependencies) for slot in slots}
        return any(map(self._is_wanted, (name, *dependents_of(name, needs))))


def _is_possible(file: Path) -> bool:
    """Whether a file can have that name: to watch one that cannot is an error."""
    try:
        return b"\0" not in os.fsencode(file)
    except UnicodeEncodeError:
        return False


def _is_missing(slot: Slot) -> bool:
    """Whether the last discovery has found no file of a plugin."""
    return slot.found is None or slot.found.is_cell


def _is_own_fault(slot: Slot, error: PluginLoadError) -> bool:
    if error.path is None:
        return False
    return is_cell(error.path) or error.path.is_relative_to(slot.source.path)
