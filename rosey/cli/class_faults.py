"""Whether a plugin's code defines its one plugin class, told from the source alone."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rosey.errors import PluginLoadError
from rosey.plugins.loading.sources import PluginSource, Snapshot

STATEMENTS_WITH_BLOCKS = (ast.If, ast.Try, ast.With)


@dataclass(frozen=True, slots=True)
class _Class:
    """A class that is, or may be, a plugin class.

    Attributes:
        line: Where it is defined.
        name: Its `name`; empty where it has none, None where only running the code would tell.
        is_certain: Whether it certainly derives from `Plugin`.
    """

    line: int
    name: str | None
    is_certain: bool


_PLUGIN = _Class(line=0, name="", is_certain=True)


def class_faults(source: PluginSource, snapshot: Snapshot) -> Iterator[PluginLoadError]:
    """Say what loading would say of the plugin's classes, as far as the source shows it.

    What only running the code would tell is given the benefit of the doubt.

    Args:
        source: The plugin's source.
        snapshot: Its modules, which parse.
    """
    path = snapshot.units[source.main].path
    known = _Modules(source, snapshot).classes(source.main)
    named = {title: c for title, c in known.items() if c is not _PLUGIN and c.name != ""}
    certain = {title: c for title, c in named.items() if c.is_certain}
    if not named:
        reason = "it defines no subclass of Plugin with a name"
        yield PluginLoadError(source.name, reason, path=path)
    if len(certain) > 1:
        titles = ", ".join(sorted(certain))
        reason = f"it defines {len(certain)} plugin classes ({titles}): keep one in a file"
        line = max(c.line for c in certain.values())
        yield PluginLoadError(source.name, reason, path=path, line=line)
    elif certain:
        [only] = certain.values()
        if only.name not in {None, source.name}:
            reason = f"its class is named {only.name!r}: it must be {source.name!r}, as the file"
            yield PluginLoadError(source.name, reason, path=path, line=only.line)


class _Modules:
    """The classes that the modules of one plugin know, module by module."""

    def __init__(self, source: PluginSource, snapshot: Snapshot) -> None:
        self._source = source
        self._snapshot = snapshot
        self._known: dict[str, dict[str, _Class]] = {}

    def classes(self, module: str) -> dict[str, _Class]:
        """By the name that it has there, each class that is or may be a plugin class."""
        if module not in self._known:
            # Entered before it is filled: modules may import each other.
            classes = self._known[module] = {}
            unit = self._snapshot.units[module]
            for node in _statements(ast.parse(unit.code).body):
                if isinstance(node, ast.ImportFrom):
                    classes |= self._imported(node, module)
                elif isinstance(node, ast.ClassDef):
                    classes |= _defined(node, classes)
        return self._known[module]

    def _imported(self, node: ast.ImportFrom, module: str) -> dict[str, _Class]:
        origin = self._origin(node, module)
        if origin is not None:
            there = self.classes(origin)
        else:
            front = (node.module or "").split(".")[0] == "rosey" and node.level == 0
            there = {"Plugin": _PLUGIN} if front else {}
        if any(alias.name == "*" for alias in node.names):
            return {**there}
        names = {alias.asname or alias.name: alias.name for alias in node.names}
        return {local: there[name] for local, name in names.items() if name in there}

    def _origin(self, node: ast.ImportFrom, module: str) -> str | None:
        """The plugin's own module that an import names; None for anybody else's."""
        named = (node.module or "").split(".") if node.module else []
        if node.level:
            package = module.split(".") if module else []
            above = node.level - self._snapshot.units[module].is_package
            base = package[: len(package) - above] if above else package
        elif named and named[0] == self._source.import_name:
            base, named = [], named[1:]
        else:
            return None
        origin = ".".join([*base, *named])
        return origin if origin in self._snapshot.units else None


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported, those in blocks included."""
    for node in body:
        yield node
        if isinstance(node, STATEMENTS_WITH_BLOCKS):
            inner = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt)]
            handlers = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.ExceptHandler)]
            yield from _statements([*inner, *(s for h in handlers for s in h.body)])


def _defined(node: ast.ClassDef, known: dict[str, _Class]) -> dict[str, _Class]:
    bases = [_base(base, known) for base in node.bases]
    if not bases:
        return {}
    certain = [base for base in bases if base is not None]
    inherited = certain[0] if certain else _Class(0, "", is_certain=False)
    name = _name(node.body, inherited.name)
    return {node.name: dataclasses.replace(inherited, line=node.lineno, name=name)}


def _base(base: ast.expr, known: dict[str, _Class]) -> _Class | None:
    """The class that another derives from; None where the source does not show it."""
    if isinstance(base, ast.Attribute) and base.attr == "Plugin":
        return _PLUGIN
    return known.get(base.id) if isinstance(base, ast.Name) else None


def _name(body: Sequence[ast.stmt], inherited: str | None) -> str | None:
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id="name")], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id="name"), value=ast.expr() as value):
                pass
            case _:
                continue
        return (
            value.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str)
            else None
        )
    return inherited
