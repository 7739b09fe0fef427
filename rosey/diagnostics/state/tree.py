"""What a plugin keeps as a tree, of which somebody opens branches: only the rows asked for."""

from __future__ import annotations

import contextlib
import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rosey.diagnostics.state.containers import SCALARS, base_of, entries_of, size_of
from rosey.diagnostics.state.parts import attributes_of, is_record, state_of
from rosey.diagnostics.state.paths import parsed
from rosey.diagnostics.state.texts import Redact, is_flat, text_of
from rosey.errors import StatePathError
from rosey.plugins.base import Plugin

MOST_BRANCHES = 10_000
"""Of a larger container only so many rows are in the tree, and one that tells of the others."""

_MOST_DEEP = 50
_INDEXED = frozenset({list, tuple, deque})

Keys = tuple[Any, ...]
"""The keys, places and names of attributes that lead to a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One value in the tree.

    Attributes:
        path: Where it stands: `scores['ann']`.
        name: The last step of the path: `['ann']`.
        depth: How many steps it is from the attributes of the plugin.
        text: The value; of what has branches, what it is and of how many.
        size: How many branches it has; 0 where it is shown whole.
        is_open: Its branches are in the tree.
        is_reachable: The path leads there; not so under a key that is a secret or no plain value.
    """

    path: str
    name: str
    depth: int
    text: str
    size: int = 0
    is_open: bool = False
    is_reachable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTree:
    """Some rows of the tree.

    Attributes:
        total: How many rows it has.
        first: Which of them is the first one here, from 0.
        branches: The rows, from top to bottom.
    """

    total: int
    first: int
    branches: tuple[Branch, ...]


def state_tree(
    plugin: Plugin, redact: Redact, opened: Iterable[str] = (), *, first: int = 0, most: int = 100
) -> StateTree:
    """Look at the attributes of a plugin, and into what is opened; it runs no code of the plugin.

    Args:
        plugin: The plugin; to be looked at on its loop.
        redact: Takes secrets out of a text.
        opened: Paths of what is opened; what is not there any more counts for nothing.
        first: The first row, from 0.
        most: How many rows.
    """
    climb = _Climb(redact, _by_holder(opened), range(first, first + most))
    climb.into(plugin, "", ())
    return StateTree(total=climb.count, first=first, branches=tuple(climb.branches))


def _by_holder(opened: Iterable[str]) -> dict[Keys, set[Any]]:
    """What is opened, by the keys that lead to what holds it."""
    found: dict[Keys, set[Any]] = {}
    for path in opened:
        with contextlib.suppress(StatePathError, TypeError):  # of a key that no dict can have
            *above, last = (step.key for step in parsed(path))
            found.setdefault(tuple(above), set()).add(last)
    return found


class _Climb:
    """A walk through the rows of the tree, which counts them all and keeps those wanted."""

    def __init__(self, redact: Redact, opened: dict[Keys, set[Any]], wanted: range) -> None:
        self._redact = redact
        self._opened = opened
        self._wanted = wanted
        self.count = 0
        self.branches: list[Branch] = []

    def into(self, holder: object, path: str, keys: Keys) -> None:
        """Walk through what a value holds."""
        opened = self._opened.get(keys, set())
        for key, value in _parts(holder):
            is_plain = type(key) in SCALARS
            is_open = is_plain and key in opened and len(keys) < _MOST_DEEP and _size(value) > 0
            if self.count in self._wanted or is_open:
                branch = self._branch(holder, key, value, (path, len(keys), is_open))
                self._row(branch)
                if branch.is_open:
                    self.into(value, branch.path, (*keys, key))
            else:
                self.count += 1
        left = 0 if base_of(type(holder)) is None else size_of(holder) - MOST_BRANCHES
        if left > 0:
            self._row(_rest(path, len(keys), left))

    def _row(self, branch: Branch) -> None:
        if self.count in self._wanted:
            self.branches.append(branch)
        self.count += 1

    def _branch(
        self, holder: object, key: object, value: object, place: tuple[str, int, bool]
    ) -> Branch:
        path, depth, is_open = place
        text = text_of(key, self._redact)
        is_attribute = base_of(type(holder)) is None
        end = f".{key}" if is_attribute else f"[{text}]"
        is_reachable = is_attribute or (type(key) in SCALARS and text == repr(key))
        return Branch(
            path=f"{path}{end}".removeprefix("."),
            name=end if path else end.removeprefix("."),
            depth=depth,
            text=text_of(value, self._redact),
            size=_size(value),
            is_open=is_open and is_reachable,
            is_reachable=is_reachable,
        )


def _rest(path: str, depth: int, left: int) -> Branch:
    return Branch(
        path=f"{path}[...]",
        name="[...]",
        depth=depth,
        text=f"{left:,} more",
        is_reachable=False,
    )


def _size(value: object) -> int:
    """How many branches a value has."""
    kind = type(value)
    if kind in SCALARS:
        return 0
    base = base_of(kind)
    if base is dict or base in _INDEXED:
        return 0 if is_flat(value) else size_of(value)
    return len(attributes_of(value)) if base is None and is_record(value) else 0


def _parts(holder: object) -> Iterable[tuple[Any, Any]]:
    """What is in a value, as far as the tree shows it, with the key that leads there."""
    base = base_of(type(holder))
    if base is None:
        stored = state_of(holder) if isinstance(holder, Plugin) else attributes_of(holder)
        return stored.items()
    entries: Iterable[Any] = (
        dict.items(holder) if isinstance(holder, dict) else enumerate(entries_of(holder))
    )
    try:
        # A copy in one step: it may change while its rows are made.
        return [*itertools.islice(entries, MOST_BRANCHES)]
    except RuntimeError:  # pragma: no cover  what is collected in that very moment changes it
        return ()
