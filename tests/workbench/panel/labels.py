"""Reads in the source what stands on controls."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import rosey.workbench.panel as package

FOLDER = Path(package.__file__).parent

PRESSED = frozenset({"button", "submit", "switch", "link", "opener", "_reset"})
"""What draws something to press, of which the first argument is what stands on it."""

FILLED_IN = frozenset({"field", "box"})
"""What draws something to fill in, of which the first argument is its label."""


def labels(files: Iterator[Path], kinds: Collection[str]) -> Iterator[str]:
    """The labels that are written in the source, of some kinds of controls, and of what unfolds."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(args=[ast.Constant("summary"), _, ast.Constant(str(label))]):
                    yield label
                case ast.Call(func=ast.Name(name), args=[ast.Constant(str(label)), *_]):
                    if name in kinds:
                        yield label
