"""What a plugin says of itself, read without executing it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rosey.plugins.sources import PluginSource, Snapshot

# All that the ast module raises at code that is no literal, does not parse or is nested too deep.
_UNREADABLE = (SyntaxError, ValueError, TypeError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Class attributes of a plugin that are written as literals.

    Attributes:
        version: Its version; empty where it is not a literal.
        description: One line; empty where it is not a literal.
        dependencies: What it declares; empty where it is not a literal.
    """

    version: str = ""
    description: str = ""
    dependencies: tuple[str, ...] = ()


def read_manifest(source: PluginSource, snapshot: Snapshot) -> Manifest:
    """Read what a plugin says of itself.

    Returns:
        An empty manifest where the code does not parse: loading it says why.
    """
    unit = snapshot.units.get(source.main)
    if unit is None:
        return Manifest()
    try:
        tree = ast.parse(unit.code, str(unit.path))
    except _UNREADABLE:
        return Manifest()
    for node in tree.body:
        literals = dict(_literals(node)) if isinstance(node, ast.ClassDef) else {}
        if literals.get("name") == source.name:
            return Manifest(
                version=_text(literals.get("version")),
                description=_text(literals.get("description")),
                dependencies=_texts(literals.get("dependencies")),
            )
    return Manifest()


def _literals(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                continue
        try:
            yield name, ast.literal_eval(value)
        except _UNREADABLE:
            continue


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(entry for entry in value if isinstance(entry, str))
