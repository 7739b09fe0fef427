"""`bot.cells`: plugins that are written in cells, and the way between cells and files."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rosey.bot import Bot
from rosey.diagnostics.snapshot import PluginSnapshot, plugin_snapshot
from rosey.errors import RoseyError
from rosey.plugins.life.defining import INIT, can_have, relative_name
from rosey.plugins.life.slots import Slot
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.loading.cells import is_cell, text_of, texts_of
from rosey.plugins.loading.sources import PluginSource, Unit
from rosey.workbench.access.access import Access
from rosey.workbench.calls.cell_files import file_named, file_of, files_of
from rosey.workbench.calls.differences import Differences, Version, differences
from rosey.workbench.calls.source_files import SourceFiles
from rosey.workbench.crossing.loop import Crossing, LoopThread


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """What came of a plugin's text.

    Attributes:
        plugin: The plugin as it is now.
        before: Where the code stood that ran until then; None where none ran.
        is_changed: Something else runs now; a text that runs already is not run again, unless that
            is to begin without its state.
        is_new_module: The text is a module that a package which ran did not have.
    """

    plugin: PluginSnapshot
    before: str | None
    is_changed: bool
    is_new_module: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What came of saving a plugin.

    Attributes:
        plugin: The plugin as it is now.
        files: What has its text now.
        is_source: The plugin is reloaded from there from now on.
        is_followed: A later change to a file of a plugin reloads it by itself.
    """

    plugin: PluginSnapshot
    files: tuple[str, ...]
    is_source: bool
    is_followed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The code of a plugin that runs.

    Attributes:
        version: Its version.
        place: The file, folder or cell that it was read from.
        since: When that was, in seconds since the epoch.
    """

    version: str
    place: str
    since: float


class Cells:
    """Plugins written in cells.

    Args:
        bot: The bot.
        thread: Where the bot's loop runs.
        access: What may be done to the bot.
    """

    def __init__(self, bot: Bot, thread: LoopThread, access: Access) -> None:
        self._bot = bot
        self._manager = bot.plugin_manager
        self._thread = thread
        self._access = access
        self._files = SourceFiles()
        # By plugin and module the last text that was given, whatever became of it.
        self._given: dict[str, dict[str, str]] = {}

    def define(
        self, name: str, text: str, module: str = "", *, fresh: bool = False
    ) -> Crossing[Defined]:
        """Load a plugin from a text, or reload it; a text that runs already changes nothing.

        Args:
            name: The plugin's name.
            text: Its code.
            module: Which module of a package the text is, the others being as they run; by default
                the one with the class.
            fresh: Begin without the state of the old version.
        """
        lines = text.replace("\r\n", "\n").rstrip("\n") + "\n"
        loop = self._access.loop_for(f"define {name!r} by a cell{' without its state' * fresh}")
        return loop.submit(self._define(name, lines, module, fresh=fresh))

    def save(self, name: str, path: str | Path = "", *, force: bool = False) -> Crossing[Saved]:
        """Write what runs of a plugin to its file, which is its source from then on.

        Args:
            name: The plugin's name.
            path: The file; by default that of its name in the bot's first plugin directory. The
                modules of a package have their own.
            force: Write over what was neither read nor saved by these calls.
        """
        loop = self._access.loop_for(f"save {name} {path}{' over what is there' * force}")
        return loop.submit(self._save(name, Path(path) if path else None, force=force))

    def source(self, name: str, module: str = "") -> Crossing[str]:
        """The text of a plugin, or of a module of a package: what its file has, or its cell."""
        return self._thread.submit(self._source(name, module))

    def modules(self) -> Crossing[dict[str, tuple[str, ...]]]:
        """For each loaded plugin its modules, as `source` and `define` call them."""
        return self._thread.submit(self._modules())

    def running(self, name: str) -> Crossing[Running]:
        """Which code of a loaded plugin runs, and since when."""
        return self._thread.submit(self._running(name))

    def diff(self, name: str) -> Crossing[Differences]:
        """What runs of a plugin, held against its files and the last text given for it."""
        return self._thread.submit(self._diff(name))

    async def _define(self, name: str, text: str, module: str, *, fresh: bool) -> Defined:
        slot = self._manager.slots.get(name)
        runs = slot if slot is not None and slot.is_loaded else None
        before = _place(runs, module) if runs is not None else None
        is_new_module = runs is not None and _unit(runs, module) is None
        is_changed = fresh or runs is None or not _runs(runs, module, text)
        try:
            if is_changed:
                await self._bot.define(name, text, module, fresh=fresh)
        finally:
            self._note(name, module, text)
        slot = self._manager.slots.get_loaded(name)
        await asyncio.to_thread(self._recognise, slot, module, text)
        snapshot = plugin_snapshot(self._bot, name)
        return Defined(
            plugin=snapshot, before=before, is_changed=is_changed, is_new_module=is_new_module
        )

    def _note(self, name: str, module: str, text: str) -> None:
        slot = self._manager.slots.get(name)
        relative = relative_name(slot.source, module) if slot is not None else ""
        if slot is not None and can_have(slot.source, relative):
            self._given.setdefault(name, {})[relative] = text

    def _recognise(self, slot: Slot, module: str, text: str) -> None:
        relative = relative_name(slot.source, module)
        units = slot.serving.generation.snapshot.units
        with contextlib.suppress(RoseyError, OSError):  # then there is nothing to know
            file = file_of(slot.source, relative, units, self._manager.plugin_dirs)
            self._files.recognise(file, text)

    async def _save(self, name: str, path: Path | None, *, force: bool) -> Saved:
        slot = self._manager.slots.get_loaded(name)
        files = await asyncio.to_thread(self._write, slot, path, force=force)
        is_followed = await self._manager.definitions.hand_to_file(name)
        is_source = is_followed and await asyncio.to_thread(_are_of, files, slot.source)
        snapshot = plugin_snapshot(self._bot, name)
        return Saved(
            plugin=snapshot,
            files=tuple(map(str, files)),
            is_source=is_source,
            is_followed=self._bot.config.plugins.hot_reload,
        )

    def _write(self, slot: Slot, path: Path | None, *, force: bool) -> list[Path]:
        snapshot = slot.serving.generation.snapshot
        if path is None:
            files = files_of(slot.source, snapshot.units, self._manager.plugin_dirs)
        else:
            files = {slot.source.main: file_named(path, slot.source)}
        texts = texts_of(snapshot)
        try:
            written = {file: texts[module] for module, file in files.items()}
            self._files.write(written, force=force)
        except OSError as error:
            where = error.filename or "the file"
            raise RoseyError(f"{where} cannot be written: {error.strerror or error}") from error
        return [file.absolute() for file in written]

    async def _source(self, name: str, module: str) -> str:
        slot = await self._found(name)
        relative = relative_name(slot.source, module)
        try:
            return await asyncio.to_thread(self._read, slot.source, relative)
        except OSError as error:
            where = error.filename or slot.source.path
            raise RoseyError(f"{where} cannot be read: {error.strerror or error}") from error

    def _read(self, source: PluginSource, module: str) -> str:
        units = source.read().units
        if module not in units:
            known = ", ".join(_module_name(m) for m in units)
            raise RoseyError(f"{source.name} has no module {module}; it has {known}")
        unit = units[module]
        return text_of(unit.code) if is_cell(unit.path) else self._files.read(unit.path)

    async def _modules(self) -> dict[str, tuple[str, ...]]:
        snapshots = {s.name: s.serving.generation.snapshot for s in self._manager.slots.loaded()}
        return {name: tuple(map(_module_name, it.units)) for name, it in snapshots.items()}

    async def _running(self, name: str) -> Running:
        slot = self._manager.slots.get_loaded(name)
        staged = slot.serving
        return Running(
            version=staged.plugin.version,
            place=_place(slot, ""),
            since=staged.generation.made_at,
        )

    async def _diff(self, name: str) -> Differences:
        await self._manager.discover_plugins()  # a cell's file may be new
        slot = await self._found(name)
        found = [_serving(slot), await asyncio.to_thread(self._filed, slot)]
        versions = [version for version in found if version is not None]
        given = self._given.get(name, {})
        if any(not versions or versions[0].texts.get(m) != t for m, t in given.items()):
            # A cell has one module of a package: the others are no difference.
            others = versions[0].texts if versions else {}
            places = dict.fromkeys(given, "the last one given")
            versions.append(Version(label="cell", texts={**others, **given}, places=places))
        return differences(name, versions)

    async def _found(self, name: str) -> Slot:
        if self._manager.slots.get(name) is None:
            await self._manager.discover_plugins()
        return self._manager.slots.known(name)

    def _filed(self, slot: Slot) -> Version | None:
        source = slot.source if not slot.source.is_cell else slot.found
        if source is None or source.is_cell:
            return None
        try:
            units = source.read().units
            for unit in units.values():  # whoever sees what differs knows the file
                self._files.read(unit.path)
        except OSError:
            return None
        return _version("file", units)


def _serving(slot: Slot) -> Version | None:
    if slot.staged is None:
        return None
    return _version("running", slot.serving.generation.snapshot.units)


def _version(label: str, units: Mapping[str, Unit]) -> Version:
    texts = {module: text_of(unit.code) for module, unit in units.items()}
    places = {module: str(unit.path) for module, unit in units.items()}
    return Version(label=label, texts=texts, places=places)


def _runs(slot: Slot, module: str, text: str) -> bool:
    """Whether a text is what runs already, and nothing is wrong with that."""
    if slot.state is not PluginState.ENABLED or slot.error is not None:
        return False
    unit = _unit(slot, module)
    return unit is not None and text_of(unit.code).rstrip("\n") == text.rstrip("\n")


def _place(slot: Slot, module: str) -> str:
    unit = _unit(slot, module)
    return str(slot.source.place if unit is None else unit.path)


def _unit(slot: Slot, module: str) -> Unit | None:
    return slot.serving.generation.snapshot.units.get(relative_name(slot.source, module))


def _module_name(relative: str) -> str:
    return relative or INIT


def _are_of(files: Iterable[Path], source: PluginSource) -> bool:
    """Whether files are a plugin's own. This blocks."""
    place = Path(os.path.realpath(source.path))
    return all(Path(os.path.realpath(file)).is_relative_to(place) for file in files)
