"""Where a path leads in what a plugin keeps: to read there, and to put something else there."""

from __future__ import annotations

import difflib
import itertools
from collections import deque
from typing import Any

from rosey.diagnostics.state.containers import SCALARS, base_of, entries_of, size_of
from rosey.diagnostics.state.parts import attributes_of, is_dataclass, state_of
from rosey.diagnostics.state.paths import Attribute, Path, Place, Step, written
from rosey.errors import StatePathError
from rosey.plugins.base import Plugin
from rosey.plugins.calling.faults import describe

_INDEXED = frozenset({list, tuple, deque})
_MOST_NAMED = 1_000
_MOST_TOLD = 8


class Spot:
    """A place in what a plugin keeps: the last step of a path, and what it is taken from.

    Args:
        plugin: The plugin.
        path: Where to go.

    Raises:
        StatePathError: There is nothing that the last step could be taken from.
    """

    def __init__(self, plugin: Plugin, path: Path) -> None:
        self._holder: object = plugin
        self._path: Path = ()
        for count, step in enumerate(path, start=1):
            is_key = base_of(type(self._holder)) is dict
            self._path = (*self._path, Place(key=step.key) if is_key else step)
            if count < len(path):
                self._holder = _taken(self._holder, step, self._path)

    @property
    def path(self) -> str:
        """The path as a look tells it: `scores['ann']`, also where `scores.ann` was asked for."""
        return written(self._path)

    @property
    def exists(self) -> bool:
        """Whether there is anything."""
        try:
            _part(self._holder, self._path[-1])
        except LookupError:
            return False
        return True

    @property
    def value(self) -> Any:  # noqa: ANN401  whatever stands there
        """What is there.

        Raises:
            StatePathError: Nothing is.
        """
        return _taken(self._holder, self._path[-1], self._path)

    def assign(self, value: object) -> None:
        """Put a value there: in place of another, or under a new key of a dict.

        Raises:
            StatePathError: Nothing can be put there, or the plugin's own code refuses it.
        """
        holder, step = self._holder, self._path[-1]
        is_dict = base_of(type(holder)) is dict
        if not is_dict:
            _taken(holder, step, self._path)
            self._refuse_frozen(type(holder))
        try:
            if isinstance(step, Attribute):
                setattr(holder, step.name, value)
            else:
                holder[step.key] = value  # type: ignore[index]  # a dict, a list or a deque
        except Exception as error:
            reason = f"{written(self._path)} cannot be changed: {describe(error)}"
            raise StatePathError(reason) from error

    def _refuse_frozen(self, kind: type) -> None:
        parameters = getattr(kind, "__dataclass_params__", None) if is_dataclass(kind) else None
        if base_of(kind) is tuple or (parameters is not None and parameters.frozen):
            what = f"{written(self._path[:-1])} is a {kind.__name__}, which cannot be changed"
            raise StatePathError(f"{what}: put another one in its place")


def steps_from(holder: object) -> tuple[Step, ...]:
    """The steps that can be taken from a value; of a large one, the first thousand."""
    base = base_of(type(holder))
    if base is dict:
        keys = [*itertools.islice(entries_of(holder), _MOST_NAMED)]
        return tuple(Place(key=key) for key in keys if type(key) in SCALARS)
    if base in _INDEXED:
        return tuple(Place(key=place) for place in range(min(size_of(holder), _MOST_NAMED)))
    return tuple(Attribute(name=name) for name in _stored(holder))


def _stored(holder: object) -> dict[str, Any]:
    return state_of(holder) if isinstance(holder, Plugin) else attributes_of(holder)


def _part(holder: object, step: Step) -> Any:  # noqa: ANN401  whatever stands there
    """What a step leads to.

    Raises:
        LookupError: It leads nowhere.
    """
    base = base_of(type(holder))
    if base is dict or (base in _INDEXED and type(step.key) is int):
        return base.__getitem__(holder, step.key)
    if base is None and isinstance(step, Attribute):
        return _stored(holder)[step.name]
    raise LookupError(step)


def _taken(holder: object, step: Step, path: Path) -> Any:  # noqa: ANN401  whatever stands there
    """What a step leads to; `path` is the way there, for the message.

    Raises:
        StatePathError: It leads nowhere.
    """
    try:
        return _part(holder, step)
    except (LookupError, TypeError):  # of a key that no dict can have
        pass
    kind = type(holder)
    if isinstance(step, Attribute) and base_of(kind) is None and hasattr(kind, step.name):
        raise StatePathError(
            f"{written(path)} is not stored: the plugin's code gives it when it runs"
        )
    raise StatePathError(f"there is no {written(path)}{_hint(holder, path)}")


def _hint(holder: object, path: Path) -> str:
    """What there is instead."""
    there = steps_from(holder)
    by_name = {str(step.key): step for step in there}
    nearest = difflib.get_close_matches(str(path[-1].key), by_name, n=1)
    if nearest:
        return f"; did you mean {written((*path[:-1], by_name[nearest[0]]))}?"
    if not there:
        return f": {written(path[:-1]) or 'the plugin'} has nothing in it"
    told = [written((*path[:-1], step)) for step in there[:_MOST_TOLD]]
    return f"; there is {', '.join(told)}{', ...' * (len(there) > _MOST_TOLD)}"
