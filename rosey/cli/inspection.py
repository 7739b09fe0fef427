"""What can be told of a configuration and of plugins without executing a line of them."""

from __future__ import annotations

import asyncio
import difflib
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rosey.cli.class_faults import class_faults
from rosey.config import Config
from rosey.errors import ConfigError, ConfigFault, DependencyError, PluginLoadError
from rosey.plugins.lifecycle import check_dependencies, plan_load, requirement_of
from rosey.plugins.loading.blame import load_error
from rosey.plugins.loading.discovery import discover
from rosey.plugins.loading.manifest import Manifest
from rosey.plugins.loading.reading import Reading, read
from rosey.plugins.loading.sources import PluginSource, Snapshot, SourceKind

# How rosey.config says where a file does not parse.
_PLACE = re.compile(r"line (?P<line>\d+)(, column \d+)?: (?P<reason>.*)", re.DOTALL)

Found = Mapping[str, PluginSource | PluginLoadError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault.

    Attributes:
        path: The file or folder that it is in.
        reason: What is wrong.
        line: Where in the file, from 1; None where no one line is to blame.
    """

    path: Path
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        inside = os.path.relpath(self.path)
        shown = str(self.path) if inside.startswith(os.pardir) else inside
        return f"{shown}{'' if self.line is None else f':{self.line}'}: {self.reason}"


class Inspection:
    """Inspects configurations and plugins one after another.

    Attributes:
        configs: The configurations that were inspected, for people.
        plugins: The names of the plugins that were inspected.
        findings: Every fault, in the order of finding.
    """

    def __init__(self) -> None:
        self.configs: list[str] = []
        self.plugins: list[str] = []
        self.findings: list[Finding] = []

    def inspect_config(self, path: Path) -> None:
        """Inspect a configuration, and the plugins that it would have loaded."""
        self.configs.append(str(path))
        try:
            config = Config.load(path)
        except ConfigError as error:
            self.findings += [_of_config(path, fault) for fault in error.faults]
            return
        plugins = config.plugins
        found = discover(plugins.plugin_dirs)
        self._inspect_names(path, "enabled", plugins.enabled or (), found)
        self._inspect_names(path, "disabled", plugins.disabled, found)
        self._inspect_names(path, "plugin_config", plugins.plugin_config, found)
        wanted = found if plugins.enabled is None else [n for n in plugins.enabled if n in found]
        self._inspect(found, [name for name in wanted if name not in plugins.disabled])

    def inspect_plugin(self, path: Path) -> None:
        """Inspect one plugin; what it depends on is looked for beside it."""
        found = discover([path.absolute().parent])
        names = [name for name, entry in found.items() if _is_at(entry, path)]
        if not names:
            reason = "it is no plugin: a name that begins with _ or . is passed over"
            self.findings.append(Finding(path=path, reason=reason))
        self._inspect(found, names)

    def inspect_folder(self, path: Path) -> None:
        """Inspect all plugins in a folder."""
        found = discover([path])
        self._inspect(found, [n for n, entry in found.items() if not _is_installed(entry)])

    def _inspect_names(self, path: Path, setting: str, names: Iterable[str], found: Found) -> None:
        for name in names:
            if name not in found:
                nearest = difflib.get_close_matches(name, found, n=1)
                hint = f"; did you mean {nearest[0]}?" if nearest else ""
                reason = f"plugins.{setting}: there is no plugin named {name}{hint}"
                self.findings.append(Finding(path=path, reason=reason))

    def _inspect(self, found: Found, names: Iterable[str]) -> None:
        """Inspect plugins and, with them, what they depend on."""
        names = [*names]
        sources = {n: entry for n, entry in found.items() if isinstance(entry, PluginSource)}
        readings = {name: _read(source) for name, source in sources.items()}
        manifests = {
            name: reading.manifest if isinstance(reading, Reading) else Manifest()
            for name, reading in readings.items()
        }
        declared = {name: manifest.dependencies for name, manifest in manifests.items()}
        plan = plan_load([name for name in names if name in sources], declared, {})
        for name in sorted({*names, *plan.order, *plan.refused}):
            self.plugins.append(name)
            entry = found[name]
            if isinstance(entry, PluginLoadError):
                self._add(entry, entry.path)
                continue
            for error in _code_faults(entry, readings[name]):
                self._add(error, entry.path)
            if name in plan.refused:
                self._add(plan.refused[name], entry.path)
            for error in _dependency_faults(name, manifests):
                self._add(error, entry.path)

    def _add(self, error: PluginLoadError, path: Path | None) -> None:
        where = error.path or path or Path()
        self.findings.append(Finding(path=where, line=error.line, reason=error.reason))


def _read(source: PluginSource) -> Reading | PluginLoadError:
    try:
        return asyncio.run(read(source))
    except PluginLoadError as error:
        return error


def _code_faults(
    source: PluginSource, reading: Reading | PluginLoadError
) -> Iterator[PluginLoadError]:
    if isinstance(reading, PluginLoadError):
        yield reading
    elif source.kind is not SourceKind.ENTRY_POINT:  # an installed package is its author's matter
        errors = [*_syntax_faults(source, reading.snapshot)]
        yield from errors or class_faults(source, reading.snapshot)


def _syntax_faults(source: PluginSource, snapshot: Snapshot) -> Iterator[PluginLoadError]:
    for unit in snapshot.units.values():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(unit.code, str(unit.path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            # A null byte is a ValueError in some versions, and names no file.
            yield load_error(source, snapshot, error)


def _dependency_faults(name: str, manifests: Mapping[str, Manifest]) -> Iterator[DependencyError]:
    """What is malformed, and what there is in another version than is needed."""
    versions = {n: manifest.version for n, manifest in manifests.items() if manifest.version}
    for text in manifests[name].dependencies:
        try:
            if requirement_of(name, text).name in versions:
                check_dependencies(name, [text], versions.get)
        except DependencyError as error:
            yield error


def _is_at(entry: PluginSource | PluginLoadError, path: Path) -> bool:
    return entry.path == path.resolve()


def _is_installed(entry: PluginSource | PluginLoadError) -> bool:
    return isinstance(entry, PluginSource) and entry.kind is SourceKind.ENTRY_POINT


def _of_config(path: Path, fault: ConfigFault) -> Finding:
    placed = _PLACE.match(str(fault))
    if placed is None:
        return Finding(path=path, reason=str(fault))
    return Finding(path=path, line=int(placed["line"]), reason=placed["reason"])
