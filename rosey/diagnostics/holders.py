"""Who holds an object, said as the Python expression that leads to it."""

from __future__ import annotations

import asyncio
import codecs
import collections
import contextlib
import encodings
import gc
import itertools
import re
import reprlib
import sys
import threading
import types
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from rosey.plugins.remedies import Origin
from rosey.plugins.remedies.lines import CONTAINED, name_of

_MOST_LEVELS = 16
_MOST_NODES = 5_000
_BUILT_IN = (
    "cell_contents",
    "_coro",
    "__traceback__",
    "__cause__",
    "__context__",
    "exceptions",
    "__bases__",
    "__class__",
)
_FROM_C = (
    "kept alive from C code, which does not say who it is: an argument of an atexit function, a "
    "function for os.register_at_fork, a callback of sqlite3 or ctypes, or a variable of a running "
    "function"
)


Walls = frozenset[tuple[int, int]]
"""Holders and what they hold, by identity, that somebody else tells of: a notebook's variables."""


def called(thing: object) -> str:
    """What people call an object."""
    if isinstance(thing, types.ModuleType):
        return f"module {_shown(thing.__name__)}"
    if isinstance(thing, type):
        return f"class {name_of(thing)}"
    if isinstance(thing, types.FunctionType | types.MethodType):
        return f"function {name_of(thing)}"
    if isinstance(thing, dict):
        return f"the variables of {_shown(thing['__name__'])}"
    return f"an instance of {name_of(thing)}"


class Search:
    """A walk from objects to their holders, level by level: each costs a look at the whole heap.

    A way in begins where something foreign holds something of the generation's own. It is
    followed until it ends at a root, and no further: a module, a running loop, a thread, a pending
    task, a registry of the interpreter.

    Args:
        things: All that is known to live of a generation.
        origin: Tells what else is its own, and therefore no holder.
        walls: Where it does not look further; see `Walls`.

    Attributes:
        met_wall: Whether it has come to one.
    """

    def __init__(
        self, things: Sequence[object], origin: Origin, walls: Walls = frozenset()
    ) -> None:
        self._origin = origin
        self._walls = walls
        self.met_wall = False
        known: dict[str, object] = {**sys.modules}
        self._namespaces = {
            id(vars(module)): str(vars(module).get("__name__", name))
            for name, module in known.items()
            if isinstance(module, types.ModuleType) and not origin.owns(module)
        }
        # The only strong references: every other table goes by id, or it would be a holder too.
        self._nodes = {id(thing): thing for thing in things}
        self._mine = {id(self._nodes), id(things)}
        self._held: dict[int, int] = {}
        self._way_in: dict[int, int] = {}
        self._ended: set[int] = set()

    def run(self) -> Iterator[str]:
        """Say for each way in where it ends, nearest first; nothing where Python sees no end."""
        frontier = {*self._nodes}
        for _ in range(_MOST_LEVELS):
            if not frontier or len(self._nodes) > _MOST_NODES:
                return
            reached: set[int] = set()
            for holder, held in self._edges(frontier):
                if (id(holder), held) in self._walls:
                    self.met_wall = True
                    continue
                way_in = self._way_in.get(held, id(holder))
                if way_in in self._ended:
                    continue
                root = self._root(holder)
                if root is not None:
                    # One that holds something of the generation's own directly may hold more.
                    self._ended.update({way_in} - {id(holder)})
                    yield self._line(root, [holder, *self._path(held)])
                elif id(holder) not in self._nodes:
                    reached.add(self._note(holder, held, way_in))
            frontier = {node for node in reached if self._way_in.get(node) not in self._ended}

    def held_from_c(self) -> Iterator[str]:
        """Say which objects that `run` has met have a reference that nobody in Python holds."""
        # A class or a module has such references always.
        asked = [o for o in self._nodes.values() if not isinstance(o, type | types.ModuleType)]
        # Named, to live until the references are counted: some of them are its own.
        holders = gc.get_referrers(*asked)
        all_holders = itertools.chain([holders], holders)
        known = collections.Counter(id(h) for one in all_holders for h in gc.get_referents(one))
        own = 2  # the variable below, and the argument of getrefcount
        for node in [id(o) for o in asked if sys.getrefcount(o) > known[id(o)] + own]:
            *_, thing = self._path(node)
            yield f"{called(thing)} {_FROM_C}"

    def _edges(self, frontier: set[int]) -> Iterator[tuple[object, int]]:
        """Each holder of something on the frontier, with the identity of that."""
        # From Python 3.13 on, the tuple of the call's arguments is found too: it has the mark.
        mark = object()
        for holder in gc.get_referrers(mark, *[self._nodes[node] for node in frontier]):
            held = {id(thing) for thing in gc.get_referents(holder)}
            if id(holder) not in self._mine and id(mark) not in held:
                yield from ((holder, node) for node in frontier & held)

    def _note(self, holder: object, held: int, way_in: int) -> int:
        self._nodes[id(holder)] = holder
        self._held[id(holder)] = held
        if not self._is_own(holder):
            self._way_in[id(holder)] = way_in
        return id(holder)

    def _path(self, node: int) -> Iterator[object]:
        """From something that is held down to the first of the generation's own."""
        yield self._nodes[node]
        while node in self._way_in:
            node = self._held[node]
            yield self._nodes[node]

    def _root(self, thing: object) -> str | None:
        """What people call something that lives by itself; None where it does not."""
        if id(thing) in self._namespaces:
            return self._namespaces[id(thing)]
        if type(thing) in {list, dict}:
            return _registry(thing)
        return None if self._origin.owns(thing) else _active(thing)

    def _line(self, root: str, path: Sequence[object]) -> str:
        expression = expression_of(path, is_namespace=id(path[0]) in self._namespaces)
        return f"{called(path[-1])} kept alive by {_shown(root)}{expression}"

    def _is_own(self, thing: object) -> bool:
        if type(thing) is dict:
            return self._origin.has(thing.get("__name__"))
        return self._origin.owns(thing)


def _active(thing: object) -> str | None:
    if isinstance(thing, asyncio.AbstractEventLoop):
        return "<event loop>" if thing.is_running() else None
    if isinstance(thing, asyncio.Task):
        return f"<task {thing.get_name()!r}>" if not thing.done() else None
    if isinstance(thing, threading.Thread):
        return f"<thread {thing.name!r}>" if thing.is_alive() else None
    return None


def _registry(thing: Any) -> str | None:  # noqa: ANN401  told by what is in it
    """The registries of codecs, which nothing in Python refers to."""
    if type(thing) is list and any(entry is encodings.search_function for entry in thing):
        return "codecs.register"
    if type(thing) is dict and thing.get("strict") is codecs.strict_errors:
        return "codecs.register_error"
    return None


def _shown(module: str) -> str:
    return re.sub(r"^rosey_plugins:(\w+)@\d+", r"\1", module)


def expression_of(path: Sequence[object], *, is_namespace: bool) -> str:
    """The Python expression that leads from the root of a path to its end.

    Args:
        path: Objects, each of which holds the next.
        is_namespace: The first is the dictionary of a module.
    """
    text = ""
    for holder, held in itertools.pairwise(path):
        is_attribute, is_namespace = is_namespace, _is_namespace(holder, held)
        if not is_namespace:
            step = _step(holder, held, is_attribute=is_attribute)
            if not step and held is not path[-1]:
                step = f" -> {name_of(held)}"
            text += step
    return text


def _is_namespace(holder: object, held: object) -> bool:
    """Whether `held` is the dictionary of the attributes of `holder`."""
    attributes = _namespace(holder)
    if isinstance(attributes, types.MappingProxyType):
        attributes = gc.get_referents(attributes)[0]
    return attributes is held


def _namespace(holder: object) -> Any:  # noqa: ANN401  a dictionary, or what shows one
    with contextlib.suppress(*CONTAINED):
        return holder.__dict__
    return {}


def _step(holder: object, held: object, *, is_attribute: bool) -> str:
    # By type: what a stranger's object says of its class may be a property, and fail.
    kind = type(holder)
    if issubclass(kind, dict):
        return _step_by_key(cast("dict[object, object]", holder), held, is_attribute=is_attribute)
    if issubclass(kind, list | tuple | collections.deque):
        items = cast("Iterable[object]", holder)
        return f"[{next(n for n, value in enumerate(items) if value is held)}]"
    if issubclass(kind, set | frozenset):
        return " (in a set)"
    return next((f".{name}" for name, value in _attributes(holder) if value is held), "")


def _step_by_key(holder: dict[object, object], held: object, *, is_attribute: bool) -> str:
    for key, value in [*holder.items()]:
        if value is held:
            return f".{key}" if is_attribute else f"[{reprlib.repr(key)}]"
    return " (as a key)"


def _attributes(holder: object) -> Iterator[tuple[str, object]]:
    yield from [*_namespace(holder).items()]
    for kind in type(holder).__mro__:
        for name, member in [*vars(kind).items()]:
            if isinstance(member, types.MemberDescriptorType):
                with contextlib.suppress(AttributeError):
                    yield name, member.__get__(holder)
    for name in _BUILT_IN:
        # A stranger's property may raise anything.
        with contextlib.suppress(*CONTAINED):
            yield name, getattr(holder, name, None)
