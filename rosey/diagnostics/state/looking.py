"""A look at what a plugin keeps: each value as text, by the path to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rosey.diagnostics.state.containers import SCALARS, base_of, ends_of, size_of
from rosey.diagnostics.state.parts import attributes_of, is_record, state_of
from rosey.diagnostics.state.texts import Redact, is_flat, text_of
from rosey.plugins.base import Plugin

_MOST_ATTRIBUTES = 100
_LEAST_SHARE = 10
_GAP = "[...]"

Part = tuple[str, Any]
"""What a value holds, with what leads to it at the end of a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a look goes.

    Attributes:
        depth: How many steps it takes from where it begins.
        entries: How much it shows of one container or object: the first ones, and the last five,
            where what is new stands.
        values: How much it shows in all; each attribute of the plugin has an equal share.
    """

    depth: int = 4
    entries: int = 20
    values: int = 200


USUAL = Bounds()

FARTHER = Bounds(depth=8, entries=1_000, values=5_000)
"""How far somebody looks who searches: it takes up to 10 ms of the bot's time."""


def look(plugin: Plugin, redact: Redact, bounds: Bounds = USUAL) -> dict[str, str]:
    """What a plugin's own attributes hold, as text by path: `scores['alice']`, `queue[0].title`.

    It is quick enough to be done around each event, runs no code of the plugin, and pins nothing.
    What is left out is told by an entry of its own: `scores[...]` is `80 more`.

    Args:
        plugin: The plugin; to be looked at on its loop.
        redact: Takes secrets out of a text.
        bounds: How far to go.
    """
    state = state_of(plugin)
    seen: dict[str, str] = {}
    share = max(_LEAST_SHARE, bounds.values // (len(state) or 1))
    for name, value in itertools.islice(state.items(), _MOST_ATTRIBUTES):
        if type(value) in SCALARS:
            seen[name] = text_of(value, redact)
        else:
            seen |= _Walk(redact, bounds, share).walked(name, value)
    if len(state) > _MOST_ATTRIBUTES:
        seen["..."] = _more(len(state) - _MOST_ATTRIBUTES)
    return seen


def look_at(path: str, value: object, redact: Redact, bounds: Bounds = USUAL) -> dict[str, str]:
    """What one value holds; see `look`.

    Args:
        path: What the value is called.
        value: Any value.
        redact: Takes secrets out of a text.
        bounds: How far to go.
    """
    return _Walk(redact, bounds, bounds.values).walked(path, value)


class _Gap:
    """Stands among parts for those that are left out."""

    def __init__(self, count: int) -> None:
        self.count = count


class _Walk:
    """A walk through one value, to all that it holds within some bounds."""

    def __init__(self, redact: Redact, bounds: Bounds, room: int) -> None:
        self._redact = redact
        self._bounds = bounds
        self._room = room
        self._seen: dict[str, str] = {}

    def walked(self, path: str, thing: object) -> dict[str, str]:
        """Where the walk came by, in order."""
        self._visit(path, thing, ())
        return self._seen

    def _visit(self, path: str, thing: object, above: tuple[int, ...]) -> None:
        parts = self._parts(thing, above)
        if not parts:
            self._seen[path] = text_of(thing, self._redact)
        left = 0
        for number, (end, value) in enumerate(parts):
            if len(self._seen) >= self._room:
                left += sum(_count(part) for _, part in parts[number:])
                self._seen[f"{path}{_GAP}"] = _more(left)
                return
            if isinstance(value, _Gap):
                left = value.count
                self._seen[path + end] = _more(left)
            else:
                self._visit(path + end, value, (*above, id(thing)))

    def _parts(self, thing: object, above: tuple[int, ...]) -> list[Part]:
        """What is shown of what a value holds, with a gap for what is left out."""
        if type(thing) in SCALARS or len(above) >= self._bounds.depth or id(thing) in above:
            return []
        try:
            if base_of(type(thing)) is not None:
                return self._entries(thing)
            return self._attributes(thing) if is_record(thing) else []
        except Exception:  # noqa: BLE001  a thread may change it meanwhile, or its class be a strange one
            return []

    def _attributes(self, thing: object) -> list[Part]:
        parts = [(f".{name}", value) for name, value in attributes_of(thing).items()]
        most = self._bounds.entries
        gap = [(_GAP, _Gap(len(parts) - most))] if len(parts) > most else []
        return [*parts[:most], *gap]

    def _entries(self, thing: object) -> list[Part]:
        if base_of(type(thing)) in {set, frozenset} or is_flat(thing):
            return []
        most = self._bounds.entries
        first, last = ends_of(thing, most)
        left = size_of(thing) - len(first) - len(last)
        gap = [(_GAP, _Gap(left))] if left else []
        return [*self._named(first), *gap, *self._named(last)]

    def _named(self, places: Iterable[tuple[Any, Any]]) -> list[Part]:
        return [(f"[{text_of(key, self._redact)}]", value) for key, value in places]


def _count(part: object) -> int:
    return part.count if isinstance(part, _Gap) else 1


def _more(count: int) -> str:
    return f"{count:,} more"
