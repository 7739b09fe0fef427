"""What a plugin says of itself, read without executing it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from rosey.errors import PluginLoadError
from rosey.plugins.loading.sources import PluginSource, Snapshot, Unit
from rosey.plugins.loading.syntax import assigned, class_named, literal, text, texts

_ATTRIBUTES = b"activation|dependencies|description|name|version|watch"
_ACTIVATION = re.compile(r"(?:command|event):\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Class attributes of a plugin that are written as literals.

    Attributes:
        version: Its version; empty where it is not a literal.
        description: One line; empty where it is not a literal.
        dependencies: What it declares; empty where it is not a literal.
        watch: Data files whose changes reload it, relative to `PluginSource.folder`.
        activation: What loads it on first use, as `command:WORD` or `event:NAME`; empty where it
            is loaded at once.
    """

    version: str = ""
    description: str = ""
    dependencies: tuple[str, ...] = ()
    watch: tuple[str, ...] = ()
    activation: tuple[str, ...] = ()


def read_manifest(source: PluginSource, snapshot: Snapshot) -> Manifest:
    """Read what a plugin says of itself.

    Returns:
        An empty manifest where the class is not found, or what stands before its methods does not
        parse: loading it says why.

    Raises:
        PluginLoadError: Its `watch` is not a list of literal texts, or its `activation` not a list
            of what can activate a plugin.
    """
    unit = snapshot.units.get(source.main)
    if unit is None:
        return Manifest()
    for code in dict.fromkeys([_head(unit.code, source.name), unit.code]):
        node = class_named(source.name, code, unit)
        if node is not None:
            values = dict(assigned(node))
            return Manifest(
                version=text(values.get("version")),
                description=text(values.get("description")),
                dependencies=texts(values.get("dependencies")),
                watch=_watch(source, unit, values.get("watch")),
                activation=_activation(source, unit, values.get("activation")),
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


def _watch(source: PluginSource, unit: Unit, node: ast.expr | None) -> tuple[str, ...]:
    if node is None:
        return ()
    files, value = texts(node), literal(node)
    # What is left out here would never be watched, and nobody would know why.
    if not isinstance(value, (list, tuple)) or len(files) < len(value):
        reason = 'its watch must be a list of file names, written out: watch = ["questions.json"]'
        raise PluginLoadError(source.name, reason, path=unit.path, line=node.lineno)
    return files


def _activation(source: PluginSource, unit: Unit, node: ast.expr | None) -> tuple[str, ...]:
    """What activates a plugin: what is left out here would never do it, and nobody would know."""
    if node is None:
        return ()
    form = 'activation = ["command:roll", "event:user_join"]'
    if not isinstance(node, (ast.List, ast.Tuple)):
        reason = f"its activation must be a list, written out: {form}"
        raise PluginLoadError(source.name, reason, path=unit.path, line=node.lineno)
    for entry in node.elts:
        if not _ACTIVATION.fullmatch(text(entry)):
            shown = ast.unparse(entry)
            reason = f"{shown} in its activation is neither a command nor an event, as in {form}"
            raise PluginLoadError(source.name, reason, path=unit.path, line=entry.lineno)
    return texts(node)
