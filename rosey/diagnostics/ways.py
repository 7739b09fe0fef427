"""Whether something leads to a generation of a plugin that is over, and by which way."""

from __future__ import annotations

import asyncio
import gc
import itertools
import re
import sys
import threading
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rosey.diagnostics.holders import expression_of
from rosey.plugins.loading.loader import NAMESPACE

_MOST_NODES = 10_000
_ATOMS = frozenset({int, float, complex, bool, str, bytes, bytearray, types.NoneType, range})
_GENERATION = re.compile(rf"{NAMESPACE}:(?P<plugin>\w+)@(?P<serial>\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How something leads to a generation that is over.

    Attributes:
        plugin: The plugin's name.
        serial: That of the generation.
        expression: Python that goes on from the name of what was asked about, such as `['x'][0]`;
            empty where that is itself of the generation.
    """

    plugin: str
    serial: int
    expression: str


class Ways:
    """Walks from what somebody keeps to generations that are over; it runs none of their code.

    A way ends at what lives by itself, whoever else refers to it: a module, a loop, a thread. It
    goes no further than 10,000 objects.

    Args:
        stops: What lives by itself beside that: the bot and its parts.
    """

    def __init__(self, stops: Iterable[object] = ()) -> None:
        self._stops = {id(stop) for stop in stops}
        # The objects themselves: the identity of one that has gone may be that of another.
        self._clean: dict[int, object] = {}

    def find(self, thing: object) -> tuple[Way, ...]:
        """The shortest way to each generation that is over, oldest first."""
        came_from: dict[int, object] = {id(thing): None}
        nodes, found = [thing], dict[str, Way]()
        for node in nodes:
            match = _ended(node)
            if match is not None and match[0] not in found:
                found[match[0]] = _way(match, node, came_from)
            elif match is None:
                room = _MOST_NODES - len(nodes)
                nodes += itertools.islice(self._next(node, came_from), room)
        if not found and len(nodes) < _MOST_NODES:
            self._clean.update({id(node): node for node in nodes})
        return tuple(sorted(found.values(), key=lambda way: way.serial))

    def _next(self, node: object, came_from: dict[int, object]) -> Iterator[object]:
        if id(node) in self._stops or _lives_by_itself(node):
            return
        for held in gc.get_referents(node):
            is_new = type(held) not in _ATOMS and id(held) not in came_from
            if is_new and id(held) not in self._clean:
                came_from[id(held)] = node
                yield held


def _way(match: re.Match[str], end: object, came_from: dict[int, object]) -> Way:
    path = [end]
    while (holder := came_from[id(path[0])]) is not None:
        path.insert(0, holder)
    expression = expression_of(path, is_namespace=False)
    return Way(plugin=match["plugin"], serial=int(match["serial"]), expression=expression)


def _ended(thing: object) -> re.Match[str] | None:
    """The name of the generation that something belongs to, where that is over."""
    for name in _modules_of(thing):
        match = _GENERATION.match(name) if type(name) is str else None
        if match is not None and match[0] not in sys.modules:
            return match
    return None


# By exact types and dictionaries alone: what a stranger's object says of itself may be a property.


def _modules_of(thing: object) -> Iterator[object]:
    """The names of the modules that something was defined in."""
    if type(thing) is types.MethodType:
        yield from _modules_of(thing.__self__)
        yield from _modules_of(thing.__func__)
    elif type(thing) is types.FunctionType:
        yield thing.__globals__.get("__name__")
    elif type(thing) is dict:
        yield thing.get("__name__")
    elif issubclass(type(thing), types.ModuleType):
        yield vars(thing).get("__name__")
    else:
        kind = thing if issubclass(type(thing), type) else type(thing)
        yield vars(kind).get("__module__")


def _lives_by_itself(thing: object) -> bool:
    kind = type(thing)
    if issubclass(kind, type):
        return vars(thing).get("__module__") != "__main__"
    if type(thing) is dict:
        return "__name__" in thing and "__spec__" in thing
    return issubclass(kind, (types.ModuleType, asyncio.AbstractEventLoop, threading.Thread))
