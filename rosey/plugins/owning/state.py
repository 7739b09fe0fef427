"""What one generation of a plugin hands to the next: plain data, in the version it asks for."""

from __future__ import annotations

import collections
import copy
import functools
import json
import re
import reprlib
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from rosey.errors import StateError
from rosey.plugins.calling.faults import describe

_GENERATION = re.compile(r"rosey_plugins:(\w+)@(\d+)")


def copied(plugin: str, thing: object, path: str = "state") -> Any:  # noqa: ANN401  plain data of any shape
    """A copy of plain data that shares nothing with the generation that it comes from.

    Args:
        plugin: Whose it is, for messages.
        thing: The data.
        path: What it is called in messages.

    Raises:
        StateError: Something in it belongs to the code of a plugin, and would keep that alive, or
            cannot be copied. The message has the path to it.
    """
    for place, part in _walk(thing, path):
        origin = origin_of(part)
        if origin is not None:
            raise StateError(plugin, f"{place}: {origin}; hand over plain data instead")
    try:
        return copy.deepcopy(thing)
    except Exception as error:
        reason = f"{path} cannot be copied ({describe(error)}): hand live things over with keep"
        raise StateError(plugin, reason) from error


def plan_migrations(
    plugin: str, steps: Iterable[tuple[int, int]], old: int, new: int
) -> tuple[tuple[int, int], ...]:
    """Find the shortest chain of migrations from one version of a plugin's state to another.

    Args:
        plugin: Whose they are, for messages.
        steps: What there is, each from a version to a version.
        old: The version that was exported.
        new: The version that is wanted.

    Returns:
        The steps in their order; none where the versions are equal.

    Raises:
        StateError: They do not lead there.
    """
    there = [*steps]
    chains: dict[int, tuple[tuple[int, int], ...]] = {old: ()}
    waiting = collections.deque([old])
    while waiting and new not in chains:
        reached = waiting.popleft()
        for step in there:
            if step[0] == reached and step[1] not in chains:
                chains[step[1]] = (*chains[reached], step)
                waiting.append(step[1])
    if new in chains:
        return chains[new]
    last = max(chains, key=lambda version: len(chains[version]))
    reason = (
        f"no migration leads from state version {last} to {new}: add @migrates({last}, {new}), "
        "or reload it fresh, which drops its state"
    )
    raise StateError(plugin, reason)


def _walk(thing: object, path: str) -> Iterator[tuple[str, object]]:
    """Everything in plain data, and in the attributes of objects in it, with the path to it."""
    seen: set[int] = set()
    waiting = [(path, thing)]
    while waiting:
        path, thing = waiting.pop()
        yield path, thing
        if id(thing) not in seen and not isinstance(thing, _LEAVES):
            seen.add(id(thing))
            waiting += reversed([*_parts(path, thing)])


_CODE = (type, types.ModuleType, types.FunctionType, types.MethodType, types.BuiltinFunctionType)
_LEAVES = (*_CODE, str, bytes, bytearray, int, float, complex, type(None))


def _parts(path: str, thing: object) -> Iterator[tuple[str, object]]:
    """What an object holds; of what C code holds, just what plain data is often made with."""
    if isinstance(thing, Mapping):
        for key, value in thing.items():
            yield f"{path} (a key)", key
            yield f"{path}[{_shown(key)}]", value
    elif isinstance(thing, Sequence | collections.deque):
        yield from ((f"{path}[{index}]", value) for index, value in enumerate(thing))
    elif isinstance(thing, AbstractSet):
        yield from ((f"{path} (in the set)", value) for value in thing)
    names = [*getattr(thing, "__dict__", ()), *_slots(type(thing)), *_IN_C.get(type(thing), ())]
    yield from ((f"{path}.{name}", getattr(thing, name)) for name in names if hasattr(thing, name))


_IN_C: Mapping[type, tuple[str, ...]] = {
    collections.defaultdict: ("default_factory",),
    functools.partial: ("func", "args", "keywords"),
}


def _slots(kind: type) -> Iterator[str]:
    for base in kind.__mro__:
        slots = vars(base).get("__slots__", ())
        yield from (slots,) if isinstance(slots, str) else slots


def origin_of(thing: object) -> str | None:
    """Which part of which plugin's code something is, in words; None where it is no plugin's."""
    kind = type(thing)
    if (found := _GENERATION.match(kind.__module__)) is not None:
        what = f"a {kind.__qualname__}"
    elif (found := _GENERATION.match(str(getattr(thing, "__module__", "")))) is not None:
        what = f"{'class' if isinstance(thing, type) else 'function'} {_name(thing)}"
    elif (found := _GENERATION.match(str(getattr(thing, "__name__", "")))) is not None:
        what = "a module"
    else:
        return None
    return f"{what} of {found[1]} generation {found[2]}"


def _shown(key: object) -> str:
    return json.dumps(key, ensure_ascii=False) if isinstance(key, str) else reprlib.repr(key)


def _name(thing: object) -> str:
    return str(getattr(thing, "__qualname__", thing))
