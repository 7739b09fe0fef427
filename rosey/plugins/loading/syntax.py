"""A plugin's class as it is written: its syntax tree, and the literals in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rosey.plugins.loading.sources import Unit

# All that the ast module raises at code that is no literal, does not parse or is nested too deep.
_UNREADABLE = (SyntaxError, ValueError, TypeError, RecursionError, MemoryError)


def class_named(plugin: str, code: bytes, unit: Unit) -> ast.ClassDef | None:
    """The class of that plugin; None where there is none, or the code does not parse.

    Args:
        plugin: What the class's `name` says.
        code: The code, or a part of it from the start.
        unit: The module that the code is of.
    """
    try:
        tree = ast.parse(code, str(unit.path))
    except _UNREADABLE:
        return None
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return next((c for c in classes if literal(dict(assigned(c)).get("name")) == plugin), None)


def assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """The attributes of a class, in their order, with what they are assigned."""
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def literal(node: ast.expr | None) -> object:
    """The value of a literal; None where it is none."""
    try:
        return None if node is None else ast.literal_eval(node)
    except _UNREADABLE:
        return None


def text(node: ast.expr | None) -> str:
    """The value of a text; empty where it is none."""
    value = literal(node)
    return value if isinstance(value, str) else ""


def texts(node: ast.expr | None) -> tuple[str, ...]:
    """The texts in a list; what is none is left out."""
    value = literal(node)
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(entry for entry in value if isinstance(entry, str))
