"""Plugins that are defined by a text: loaded or reloaded from it as from a file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from rosey.errors import PluginError, PluginLoadError
from rosey.plugins.base import Plugin
from rosey.plugins.calling.ownership import check_permission
from rosey.plugins.life.progress import CELL_RUN
from rosey.plugins.life.slots import Slot, Slots
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.loading.cells import cell_in_place_of, cell_of, texts_of
from rosey.plugins.loading.discovery import check_name
from rosey.plugins.loading.reading import read
from rosey.plugins.loading.sources import PluginSource, Snapshot
from rosey.plugins.supervision.permissions import Permission

INIT = "__init__"
"""The name by which the first module of a package is asked for."""

Texts = str | Mapping[str, str]
"""The code of one module, or by module the codes of all."""


class Definitions:
    """Loads and reloads plugins from texts.

    Args:
        slots: Which plugins there are.
        discover: Looks for plugins in files.
        load: Loads plugins in the right order, and gives why one could not be.
        reload: Reloads a plugin, as `Reloader.reload_one` does.
        folder: Where the file of a plugin that has none yet would stand.
    """

    def __init__(
        self,
        *,
        slots: Slots,
        discover: Callable[[], Awaitable[object]],
        load: Callable[[Sequence[str]], Awaitable[Mapping[str, PluginError]]],
        reload: Callable[..., Awaitable[Plugin]],
        folder: Callable[[], Path],
    ) -> None:
        self._slots = slots
        self._discover = discover
        self._load = load
        self._reload = reload
        self._folder = folder

    async def define(
        self, name: str, text: Texts, module: str = "", *, fresh: bool = False
    ) -> Plugin:
        """Load a plugin from a text, or reload it; the old version serves until that succeeds.

        The text is what reloads run from then on, whatever becomes of the plugin's file. Where the
        plugin is not loaded any more, its file is what the next load reads, if there is one.

        Args:
            name: The plugin's name, as the text has it.
            text: Its code; in place of one module of a package, the others being as they run. Or
                the codes of all its modules, by their names relative to it.
            module: Which module of a package `text` is; by default the one with the class. The
                `__init__` of an installed package is called that.
            fresh: Begin without the state of the old version.

        Returns:
            The instance, set up and enabled.

        Raises:
            PluginLoadError: It cannot be loaded, or has another name; what ran before still runs.
        """
        check_permission(Permission.MANAGE)
        await asyncio.to_thread(check_name, name)
        if self._slots.get(name) is None:
            await self._discover()
        source = await self._source(name, text, module)
        slot = self._slots.admit(source)
        if not slot.is_loaded:
            slot.kept_state = None if fresh else slot.kept_state
            await self._load_from(source, slot)
        # Somebody else may have loaded it meanwhile, from something else.
        if slot.serving.generation.source is not source:
            return await self._reload(name, why=CELL_RUN, source=source, is_fresh=fresh)
        return slot.serving.plugin

    def running(self, name: str) -> dict[str, str]:
        """The texts of a loaded plugin, as they run, by module; the first one's name is empty.

        Raises:
            PluginNotFoundError: It is not loaded.
        """
        return texts_of(self._slots.get_loaded(name).serving.generation.snapshot)

    async def hand_to_file(self, name: str) -> bool:
        """Let the file of a plugin that runs from a text be its source, and the plugin run on.

        It is followed from then on, and its next reload reads it.

        Returns:
            Whether it is now: there is a file of that name, and it has the text that runs.

        Raises:
            PluginNotFoundError: It is not loaded.
        """
        await self._discover()
        slot = self._slots.get_loaded(name)
        async with slot.lock:
            found, runs = slot.found, texts_of(slot.serving.generation.snapshot)
            if found is None or found.is_cell:
                return False
            try:
                reading = await read(found)
            except PluginLoadError:
                return False
            is_same = texts_of(reading.snapshot) == runs
            if is_same:
                slot.source, slot.attempted = found, reading.digest
            return is_same

    async def _load_from(self, source: PluginSource, slot: Slot) -> None:
        before, slot.source = slot.source, source
        if slot.state is PluginState.UNLOADED and slot.dormant is None:
            slot.config = None  # as for any load without settings
        try:
            failures = await self._load([slot.name])
            if slot.name in failures:
                raise failures[slot.name]
        finally:
            slot.source = slot.source if slot.is_loaded else before

    async def _source(self, name: str, text: Texts, module: str) -> PluginSource:
        if not isinstance(text, str):
            return cell_of(name, text, self._folder())
        slot = self._slots.get(name)
        if slot is None:
            _check_module(name, module, Snapshot.of({}))
            return cell_of(name, {"": text}, self._folder())
        module = relative_name(slot.source, module)
        package = await asyncio.to_thread(_package, slot)
        _check_module(name, module, package)
        return cell_in_place_of(slot.source, module, text, package)


def relative_name(source: PluginSource, module: str) -> str:
    """The name relative to a plugin of a module that somebody asks for."""
    return {"": source.main, INIT: ""}.get(module, module)


def can_have(source: PluginSource, module: str) -> bool:
    """Whether a plugin has or can get a module of a name relative to it."""
    is_package = source.path.suffix != ".py"
    return module in {"", source.main} or (is_package and _is_module_name(module))


def _package(slot: Slot) -> Snapshot:
    """The modules of a plugin that is a package, as they run; empty where it is none."""
    try:
        code = slot.source.read() if slot.staged is None else slot.staged.generation.snapshot
    except OSError:
        return Snapshot.of({})
    is_package = "" in code.units and code.units[""].is_package
    return code if is_package else Snapshot.of({})


def _check_module(name: str, module: str, package: Snapshot) -> None:
    if module and not package.units:
        reason = f"it is no package, so it has no module {module}"
        raise PluginLoadError(name, reason)
    if module and not _is_module_name(module):
        raise PluginLoadError(name, f"no module can be called {module}")


def _is_module_name(module: str) -> bool:
    return all(part.isidentifier() for part in module.split("."))
