"""What a plugin says of itself, read without executing it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rosey.errors import PluginLoadError
from rosey.plugins.loading.sources import PluginSource, Snapshot, Unit

# All that the ast module raises at code that is no literal, does not parse or is nested too deep.
_UNREADABLE = (SyntaxError, ValueError, TypeError, RecursionError, MemoryError)

_ATTRIBUTES = b"dependencies|description|name|version|watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Class attributes of a plugin that are written as literals.

    Attributes:
        version: Its version; empty where it is not a literal.
        description: One line; empty where it is not a literal.
        dependencies: What it declares; empty where it is not a literal.
        watch: Data files whose changes reload it, relative to `PluginSource.folder`.
    """

    version: str = ""
    description: str = ""
    dependencies: tuple[str, ...] = ()
    watch: tuple[str, ...] = ()


def read_manifest(source: PluginSource, snapshot: Snapshot) -> Manifest:
    """Read what a plugin says of itself.

    Returns:
        An empty manifest where the class is not found, or what stands before its methods does not
        parse: loading it says why.

    Raises:
        PluginLoadError: Its `watch` is not a list of literal texts.
    """
    unit = snapshot.units.get(source.main)
    if unit is None:
        return Manifest()
    for code in dict.fromkeys([_head(unit.code, source.name), unit.code]):
        for node in _classes(code, unit):
            values = dict(_assigned(node))
            if _literal(values.get("name")) == source.name:
                return Manifest(
                    version=_text(values.get("version")),
                    description=_text(values.get("description")),
                    dependencies=_texts(values.get("dependencies")),
                    watch=_watch(source, unit, values.get("watch")),
                )
    return Manifest()


def _head(code: bytes, name: str) -> bytes:
    """The code up to the first method of the class of that name; all of it where that is unclear.

    Python's objects for the syntax of a whole file cost as much as compiling it does.
    """
    named = re.search(rb"\n([ \t]+)name\b.*=.*\b%b\b" % name.encode(), code)
    if named is None:
        return code
    method = re.compile(rb"\n%b(?:@|async |class |def )" % named[1]).search(code, named.end())
    if method is None:
        return code
    # What is indented deeper stands in methods; a semicolon may hide anything.
    later = re.compile(rb"\n[ \t]{1,%d}(?:%b)\b" % (len(named[1]), _ATTRIBUTES))
    is_unclear = b";" in code[method.start() :] or later.search(code, method.start())
    return code if is_unclear else code[: method.start() + 1]


def _classes(code: bytes, unit: Unit) -> list[ast.ClassDef]:
    try:
        tree = ast.parse(code, str(unit.path))
    except _UNREADABLE:
        return []
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _literal(node: ast.expr | None) -> object:
    try:
        return None if node is None else ast.literal_eval(node)
    except _UNREADABLE:
        return None


def _text(node: ast.expr | None) -> str:
    value = _literal(node)
    return value if isinstance(value, str) else ""


def _texts(node: ast.expr | None) -> tuple[str, ...]:
    value = _literal(node)
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(entry for entry in value if isinstance(entry, str))


def _watch(source: PluginSource, unit: Unit, node: ast.expr | None) -> tuple[str, ...]:
    if node is None:
        return ()
    files, value = _texts(node), _literal(node)
    # What is left out here would never be watched, and nobody would know why.
    if not isinstance(value, (list, tuple)) or len(files) < len(value):
        reason = 'its watch must be a list of file names, written out: watch = ["questions.json"]'
        raise PluginLoadError(source.name, reason, path=unit.path, line=node.lineno)
    return files
