"""Paths into what a plugin keeps: `queue[0].title`, `scores['alice']`."""

from __future__ import annotations

import ast
import contextlib
from dataclasses import dataclass
from typing import Any

from rosey.errors import StatePathError


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A step to an attribute, or to what a dict has under a text.

    Attributes:
        name: The attribute's name, or the text.
    """

    name: str

    @property
    def key(self) -> str:
        """Under which key of a dict it leads to the same."""
        return self.name

    def __str__(self) -> str:
        return f".{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A step to what a dict has under a key, or a list at a place.

    Attributes:
        key: The key, or the place counted from 0, or from the end where it is negative.
    """

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"


Step = Attribute | Place
Path = tuple[Step, ...]


def parsed(text: str) -> Path:
    """Read a path; a text as a key may go without its quotes: `scores[alice]`.

    Raises:
        StatePathError: It is none.
    """
    steps: list[Step] = []
    try:
        node = ast.parse(text.strip(), mode="eval").body
        while not isinstance(node, ast.Name):
            node, step = _step(node)
            steps.append(step)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise StatePathError(
            f"{text!r} is no path: write queue[0].title or scores['ann']"
        ) from error
    return (Attribute(name=node.id), *reversed(steps))


def written(path: Path) -> str:
    """A path as it is read."""
    return "".join(map(str, path)).removeprefix(".")


def beginnings(text: str) -> list[str]:
    """A path as a look tells it, after all that it leads through; none for what was left out."""
    try:
        path = parsed(text)
    except StatePathError:
        return []
    return [written(path[: count + 1]) for count in range(len(path))]


def assignment(text: str) -> tuple[Path, str]:
    """Read `PATH=VALUE`: the path, and what stands behind the sign.

    Raises:
        StatePathError: It is not of that form.
    """
    for sign in (place for place, char in enumerate(text) if char == "="):
        # A key may have that sign too: scores['a=b'].
        with contextlib.suppress(StatePathError):
            return parsed(text[:sign]), text[sign + 1 :].strip()
    raise StatePathError(f"{text!r} is not of the form PATH=VALUE")


def _step(node: ast.expr) -> tuple[ast.expr, Step]:
    """The last step of a path, and the node before it."""
    match node:
        case ast.Attribute(value=before, attr=name):
            return before, Attribute(name=name)
        case ast.Subscript(value=before, slice=ast.Name(id=name)):
            return before, Place(key=name)
        # What a look leaves out is written [...], and is no key.
        case ast.Subscript(value=before, slice=key) if ast.unparse(key) != "...":
            return before, Place(key=ast.literal_eval(key))
    raise ValueError(node)
