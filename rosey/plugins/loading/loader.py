"""Source to a fresh generation of modules, beside the generation that runs.

Each load of a plugin lives in `sys.modules` under a name of its own, `rosey_plugins:NAME@SERIAL`,
so that old and new coexist. The canonical name `rosey_plugins.NAME` is an alias that moves at the
commit. Code is compiled from the snapshot in memory: no stale bytecode, no half-saved file.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.machinery
import itertools
import sys
import time
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rosey.errors import PluginLoadError
from rosey.plugins.loading.module_loaders import AliasLoader, UnitLoader
from rosey.plugins.loading.own_builtins import own_builtins
from rosey.plugins.loading.source_lines import SourceLines
from rosey.plugins.loading.sources import PluginSource, Snapshot

NAMESPACE = "rosey_plugins"

# Names in sys.modules are shared by all loaders of a process, so their serials are too.
_serials = itertools.count(1)


class Generation:
    """One load of one plugin.

    Attributes:
        source: Where it comes from.
        snapshot: What was read there.
        serial: Counts the loads of all plugins in this process.
        made_at: When it was staged, in seconds since the epoch.
        name: The name of its main package or module in `sys.modules`.
        peers: Generations by plugin name that it imports instead of the current ones, as they are
            to become current together with it.
        imports: By name, serials of the generations of other plugins that it has imported last.
        asked: Names of its modules, relative to it, that somebody has asked for.
        aliases: Other names under which its modules stand in `sys.modules`.
        builtins: What its code finds as `builtins`.
    """

    def __init__(
        self,
        loader: Loader,
        source: PluginSource,
        snapshot: Snapshot,
        peers: Mapping[str, Generation],
    ) -> None:
        self.source = source
        self.snapshot = snapshot
        self.peers = peers
        self.serial = next(_serials)
        self.made_at = time.time()
        # No dot before the serial: importlib would intern the name as its parent's attribute,
        # one leaked string a reload on Python 3.12.
        self.name = f"{NAMESPACE}:{source.name}@{self.serial}"
        self.imports: dict[str, int] = {}
        self.asked: dict[str, None] = {}
        self.aliases: dict[str, None] = {}
        self.builtins = own_builtins(_importer(loader, self))

    @property
    def canonical(self) -> str:
        """The name by which others import it while it is current."""
        return f"{NAMESPACE}.{self.source.name}"

    @property
    def main(self) -> types.ModuleType:
        """The module that defines the plugin class."""
        return sys.modules[self.module_name(self.source.main)]

    def module_name(self, relative: str) -> str:
        """The name in `sys.modules` of one of its modules."""
        return f"{self.name}.{relative}" if relative else self.name

    def modules(self) -> dict[str, types.ModuleType]:
        """Its modules that have been imported, by their names relative to it."""
        # A copy: other threads may be importing.
        found = {name: sys.modules.get(self.module_name(name)) for name in [*self.asked]}
        return {name: module for name, module in found.items() if module is not None}


class Loader:
    """Stages, commits and drops generations, and lets them import themselves and each other.

    It is part of the import system from `open` to `close`.
    """

    def __init__(self) -> None:
        self._current: dict[str, Generation] = {}
        self._alive: dict[str, Generation] = {}
        self._lines = SourceLines()

    def open(self) -> None:
        """Become part of the import system; nothing happens where it is."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def close(self) -> None:
        """Drop every generation and leave the import system as it was."""
        for generation in [*self._alive.values()]:
            self.drop(generation)
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def stage(
        self,
        source: PluginSource,
        snapshot: Snapshot,
        peers: Mapping[str, Generation] | None = None,
    ) -> Generation:
        """Make a new generation, whose code `execute` runs; the current one is not touched.

        Whoever stages a generation drops it in the end, whatever becomes of it.

        Args:
            source: Where it comes from.
            snapshot: What was read there.
            peers: By plugin name the generations that are to become current together with it, and
                that it imports until then; it is looked up at each import.

        Raises:
            PluginLoadError: It lacks its main module.
        """
        if source.main not in snapshot.units:
            reason = f"it has no module {source.main or '__init__'}"
            raise PluginLoadError(source.name, reason, path=source.place)
        generation = Generation(self, source, snapshot, {} if peers is None else peers)
        self._alive[generation.name] = generation
        return generation

    def execute(self, generation: Generation) -> None:
        """Execute a generation's main module; it raises what that raises."""
        importlib.import_module(generation.module_name(generation.source.main))

    def commit(self, generation: Generation) -> None:
        """Make a generation the one that others import, and that tracebacks show."""
        name = generation.source.name
        if name in self._current:
            _unalias(self._current[name])
        self._current[name] = generation
        generation.peers = {}
        for relative, module in generation.modules().items():
            alias = f"{generation.canonical}.{relative}" if relative else generation.canonical
            generation.aliases[alias] = None
            sys.modules[alias] = module
        self._lines.pin(generation.name, generation.snapshot.units.values())

    def showing(self, snapshot: Snapshot) -> contextlib.AbstractContextManager[None]:
        """Have tracebacks show the source of a snapshot inside a `with` block.

        Otherwise they show that of the generation that is current, whose files have the same paths.
        """
        return self._lines.showing(snapshot.units.values())

    def is_outdated(self, generation: Generation) -> bool:
        """Whether a plugin that a staged generation has imported was reloaded since."""
        return any(
            name not in generation.peers and getattr(self._current.get(name), "serial", 0) != serial
            for name, serial in generation.imports.items()
        )

    def drop(self, generation: Generation) -> None:
        """Forget a generation: its modules, its code and, where it is current, its alias.

        Nothing happens where it is forgotten already.
        """
        if self._alive.pop(generation.name, None) is None:
            return
        if self._current.get(generation.source.name) is generation:
            del self._current[generation.source.name]
        generation.peers = {}
        _unalias(generation)
        for relative in generation.modules():
            del sys.modules[generation.module_name(relative)]
        inner = f"{generation.name}."
        # Its code may have entered more by itself: hardly ever, so that one look must do.
        if inner in "\n".join([*sys.modules]):
            for name in [name for name in [*sys.modules] if name.startswith(inner)]:
                del sys.modules[name]
        self._lines.unpin(generation.name, generation.snapshot.units.values())

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module of a generation; asked by the import system."""
        del path, target
        first, _, relative = fullname.partition(".")
        if first == NAMESPACE:
            plugin, _, relative = relative.partition(".")
            return self._spec_of_alias(fullname, plugin, relative)
        if not first.startswith(f"{NAMESPACE}:"):
            return None
        generation = self._alive.get(first)
        if generation is None:
            # A pickle may name a generation that is gone, unless it is that of another bot.
            plugin = first.partition(":")[2].partition("@")[0]
            is_alive = any(first in loader._alive for loader in _open_loaders())  # noqa: SLF001  of this class
            return None if is_alive else self._spec_of_alias(fullname, plugin, relative)
        generation.asked[relative] = None
        unit = generation.snapshot.units.get(relative)
        if unit is None:
            return None
        loader: Any = UnitLoader(unit, vars(generation.builtins))
        file = generation.source.file_of(relative, unit)
        spec = importlib.machinery.ModuleSpec(fullname, loader, origin=str(file))
        spec.has_location = True
        if unit.is_package:
            spec.submodule_search_locations = [str(generation.source.folder_of(relative))]
        return spec

    def resolve(self, name: str, importer: Generation) -> tuple[Generation, str] | None:
        """Whose module a plugin means by an absolute name.

        Returns:
            The generation and the module's name relative to it; None for a module that is no
            plugin's.
        """
        first, _, rest = name.removeprefix(f"{NAMESPACE}.").partition(".")
        if first == importer.source.import_name:
            return importer, rest
        other = importer.peers.get(first) or self._current.get(first)
        return (other, rest) if other is not None else None

    def _spec_of_alias(
        self, fullname: str, plugin: str, relative: str
    ) -> importlib.machinery.ModuleSpec | None:
        """Have a module of the current generation stand in under another name."""
        current = self._current.get(plugin)
        if current is None:
            return None
        loader: Any = AliasLoader(importlib.import_module(current.module_name(relative)))
        current.aliases[fullname] = None
        return importlib.machinery.ModuleSpec(fullname, loader)


def _importer(loader: Loader, generation: Generation) -> Callable[..., types.ModuleType]:
    """The `__import__` of one generation: plugins' names lead to the right generations."""

    def plugin_import(
        name: str,
        global_names: Mapping[str, Any] | None = None,
        local_names: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> types.ModuleType:
        if name == "builtins" and level == 0:
            return generation.builtins
        found = loader.resolve(name, generation) if level == 0 else None
        if found is None:
            return builtins.__import__(name, global_names, local_names, fromlist or (), level)
        target, relative = found
        if target is not generation:
            generation.imports.setdefault(target.source.name, target.serial)
        module = importlib.import_module(target.module_name(relative))
        if fromlist:
            return builtins.__import__(module.__name__, global_names, local_names, fromlist)
        top = sys.modules[target.name]
        return _namespace_with(target, top) if name.startswith(f"{NAMESPACE}.") else top

    return plugin_import


def _namespace_with(generation: Generation, module: types.ModuleType) -> types.ModuleType:
    """What `import rosey_plugins.NAME` binds: a package that has just that plugin."""
    namespace = types.ModuleType(NAMESPACE)
    setattr(namespace, generation.source.name, module)
    return namespace


def _unalias(generation: Generation) -> None:
    """Remove every name of a generation's modules but their own."""
    own = {id(module) for module in generation.modules().values()}
    for name in [*generation.aliases]:
        # The alias may be that of another bot's plugin by now.
        if id(sys.modules.get(name)) in own:
            del sys.modules[name]
    generation.aliases.clear()


def _open_loaders() -> list[Loader]:
    return [finder for finder in sys.meta_path if isinstance(finder, Loader)]
