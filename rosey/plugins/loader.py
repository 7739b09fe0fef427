"""Source to a fresh generation of modules, beside the generation that runs.

Each load of a plugin lives in `sys.modules` under a name of its own, `rosey_plugins:NAME@SERIAL`,
so that old and new coexist. The canonical name `rosey_plugins.NAME` is an alias that moves at the
commit. Code is compiled from the snapshot in memory: no stale bytecode, no half-saved file.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import itertools
import linecache
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rosey.errors import PluginLoadError
from rosey.plugins.sources import PluginSource, Snapshot, Unit

NAMESPACE = "rosey_plugins"

# Names in sys.modules are shared by all loaders of a process, so their serials are too.
_serials = itertools.count(1)


class Generation:
    """One load of one plugin.

    Attributes:
        source: Where it comes from.
        snapshot: What was read there.
        serial: Counts the loads of all plugins in this process.
        name: The name of its main package or module in `sys.modules`.
        imports: Names of other plugins whose modules it has imported.
    """

    def __init__(self, loader: Loader, source: PluginSource, snapshot: Snapshot) -> None:
        self.source = source
        self.snapshot = snapshot
        self.serial = next(_serials)
        # No dot before the serial: importlib would intern the name as its parent's attribute,
        # one leaked string a reload on Python 3.12.
        self.name = f"{NAMESPACE}:{source.name}@{self.serial}"
        self.imports: set[str] = set()
        self.builtins = {**vars(builtins), "__import__": _importer(loader, self)}

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
        start = f"{self.name}."
        # A copy: other threads may be importing.
        known = sys.modules.copy().items()
        found = {n: m for n, m in known if n == self.name or n.startswith(start)}
        return {name[len(start) :]: module for name, module in found.items()}


class Loader(importlib.abc.MetaPathFinder):
    """Stages, commits and drops generations, and lets them import themselves and each other.

    It is part of the import system from `open` to `close`.
    """

    def __init__(self) -> None:
        self._current: dict[str, Generation] = {}
        self._alive: dict[str, Generation] = {}
        self._codes: dict[tuple[str, bytes], types.CodeType] = {}

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

    def stage(self, source: PluginSource, snapshot: Snapshot) -> Generation:
        """Make a new generation, whose code `execute` runs; the current one is not touched.

        Whoever stages a generation drops it in the end, whatever becomes of it.

        Raises:
            PluginLoadError: It lacks its main module.
        """
        if source.main not in snapshot.units:
            reason = f"it has no module {source.main or '__init__'}"
            raise PluginLoadError(source.name, reason, path=source.path)
        generation = Generation(self, source, snapshot)
        self._alive[generation.name] = generation
        return generation

    def execute(self, generation: Generation) -> None:
        """Compile and execute a generation's main module; it raises what that raises."""
        importlib.import_module(generation.module_name(generation.source.main))

    def commit(self, generation: Generation) -> None:
        """Make a generation the one that others import, and that tracebacks show."""
        name = generation.source.name
        if name in self._current:
            _unalias(self._current[name])
        self._current[name] = generation
        for relative, module in generation.modules().items():
            alias = f"{generation.canonical}.{relative}" if relative else generation.canonical
            sys.modules[alias] = module
        for unit in generation.snapshot.units.values():
            linecache.cache[str(unit.path)] = _lines(unit)

    def drop(self, generation: Generation) -> None:
        """Forget a generation: its modules, its code and, where it is current, its alias.

        Nothing happens where it is forgotten already.
        """
        if self._alive.pop(generation.name, None) is None:
            return
        if self._current.get(generation.source.name) is generation:
            del self._current[generation.source.name]
        _unalias(generation)
        for relative in generation.modules():
            del sys.modules[generation.module_name(relative)]
        wanted = {_key(u) for g in self._alive.values() for u in g.snapshot.units.values()}
        for key in self._codes.keys() - wanted:
            del self._codes[key]
        shown = {path for path, _ in wanted}
        for unit in generation.snapshot.units.values():
            if str(unit.path) not in shown:
                linecache.cache.pop(str(unit.path), None)

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module of a generation; asked by the import system."""
        del path, target
        if not fullname.startswith(f"{NAMESPACE}:"):
            return None
        head, _, tail = fullname.partition("@")
        serial, _, relative = tail.partition(".")
        generation = self._alive.get(f"{head}@{serial}")
        if generation is None:
            return self._spec_of_successor(fullname, head.partition(":")[2], relative)
        unit = generation.snapshot.units.get(relative)
        if unit is None:
            return None
        spec = importlib.machinery.ModuleSpec(
            fullname, _UnitLoader(self, generation, unit), origin=str(unit.path)
        )
        spec.has_location = True
        if unit.is_package:
            spec.submodule_search_locations = [str(unit.path.parent)]
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
        other = self._current.get(first)
        return (other, rest) if other is not None else None

    def code(self, unit: Unit) -> types.CodeType:
        """The unit's code; compiled once for as long as a generation has that very source."""
        key = _key(unit)
        if key not in self._codes:
            self._codes[key] = compile(unit.code, str(unit.path), "exec", dont_inherit=True)
        return self._codes[key]

    def _spec_of_successor(
        self, fullname: str, plugin: str, relative: str
    ) -> importlib.machinery.ModuleSpec | None:
        """A pickle may name a generation that is gone: the current one stands in for it."""
        current = self._current.get(plugin)
        if current is None:
            return None
        module = importlib.import_module(current.module_name(relative))
        return importlib.machinery.ModuleSpec(fullname, _AliasLoader(module))


class _UnitLoader(importlib.abc.InspectLoader):
    """Executes one unit of a snapshot as a module."""

    def __init__(self, loader: Loader, generation: Generation, unit: Unit) -> None:
        self._loader = loader
        self._generation = generation
        self._unit = unit

    def get_source(self, fullname: str) -> str:
        del fullname
        return importlib.util.decode_source(self._unit.code)

    def get_code(self, fullname: str) -> types.CodeType:
        del fullname
        return self._loader.code(self._unit)

    def is_package(self, fullname: str) -> bool:
        del fullname
        return self._unit.is_package

    def exec_module(self, module: types.ModuleType) -> None:
        vars(module)["__builtins__"] = self._generation.builtins
        exec(self.get_code(module.__name__), vars(module))  # noqa: S102  executing plugins is the point


class _AliasLoader(importlib.abc.Loader):
    """Lets a module that has been executed stand in under another name."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        del spec
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        # The import system has just given it the spec of the other name.
        module.__spec__ = self._spec


def _importer(loader: Loader, generation: Generation) -> Callable[..., types.ModuleType]:
    """The `__import__` of one generation: plugins' names lead to the right generations."""

    def plugin_import(
        name: str,
        global_names: Mapping[str, Any] | None = None,
        local_names: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> types.ModuleType:
        found = loader.resolve(name, generation) if level == 0 else None
        if found is None:
            return builtins.__import__(name, global_names, local_names, fromlist or (), level)
        target, relative = found
        if target is not generation:
            generation.imports.add(target.source.name)
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
    modules = generation.modules()
    own = {generation.module_name(relative) for relative in modules}
    theirs = {id(module) for module in modules.values()}
    for name, module in sys.modules.copy().items():
        if name.startswith(NAMESPACE) and name not in own and id(module) in theirs:
            del sys.modules[name]


def _key(unit: Unit) -> tuple[str, bytes]:
    return str(unit.path), unit.digest


def _lines(unit: Unit) -> tuple[int, None, list[str], str]:
    # Without a modification time linecache never reads the file again: tracebacks and
    # inspect.getsource show the code that runs, whatever was saved since.
    try:
        text = importlib.util.decode_source(unit.code)
    except (SyntaxError, UnicodeDecodeError):
        text = ""  # it does not compile, so that nothing of it ever runs
    return len(text), None, text.splitlines(keepends=True), str(unit.path)
