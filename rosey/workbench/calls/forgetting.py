"""What a notebook keeps of generations that are over: IPython by itself, and its user."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from rosey.diagnostics.holders import Walls
from rosey.diagnostics.ways import Ways

_UNDERSCORES = ("_", "__", "___")
_RESULT = re.compile(r"_{1,3}|_\d+")
_LAST_ERROR = ("last_exc", "last_value", "last_traceback", "last_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something by which a notebook keeps a generation that is over.

    Attributes:
        place: Where, as its user would write or say it: `Out[3]`, `mine['x'][0]`, `the last
            error`.
        is_yours: It is a variable of the user's own. Otherwise IPython keeps it by itself.
        plugin: The plugin's name.
        serial: That of the generation.
    """

    place: str
    is_yours: bool
    plugin: str
    serial: int

    def __str__(self) -> str:
        place = f"your variable {self.place}" if self.is_yours else self.place
        return f"{place}, of {self.plugin} generation {self.serial}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What came of making IPython forget.

    Attributes:
        dropped: What it kept, and keeps no longer.
        yours: What the user keeps, who alone may drop it.
    """

    dropped: tuple[Kept, ...]
    yours: tuple[Kept, ...]


def kept(shell: Any, stops: Iterable[object] = ()) -> tuple[Kept, ...]:  # noqa: ANN401  IPython's own type
    """Say by what a notebook keeps generations that are over; nothing is changed.

    Args:
        shell: IPython's shell.
        stops: What is kept by others than the notebook: the bot and its parts.
    """
    ways = _ways(shell, stops)
    own = [k for place in _places(shell) for k in _kept(ways, place.name, place.thing)]
    return _once([*own, *_yours(shell, ways)])


def walls(shell: Any) -> Walls:  # noqa: ANN401  IPython's own type
    """All that `kept` has looked at: what is held there is no news from a search for holders."""
    places = _places(shell)
    own = {(id(holder), id(place.thing)) for place in places for holder in place.holders}
    yours = {(id(shell.user_ns), id(thing)) for thing in [*shell.user_ns.values()]}
    return frozenset(own | yours)


def forget(
    shell: Any,  # noqa: ANN401  IPython's own type
    stops: Iterable[object] = (),
    plugin: str | None = None,
) -> Forgotten:
    """Drop all by which IPython itself keeps generations that are over.

    The user's variables stay as they are. Whether the generations go then is for the garbage
    collector to show.

    Args:
        shell: IPython's shell.
        stops: What is kept by others than the notebook: the bot and its parts.
        plugin: Whose generations are meant; None for those of all plugins.
    """
    ways = _ways(shell, stops)
    dropped: list[Kept] = []
    # All are looked at before any is dropped: `ways` relies on what it has met.
    for place, found in [(place, _kept(ways, place.name, place.thing)) for place in _places(shell)]:
        if any(plugin in {None, one.plugin} for one in found):
            place.drop()
            dropped += found
    yours = [one for one in _yours(shell, ways) if plugin in {None, one.plugin}]
    return Forgotten(dropped=_once(dropped), yours=_once(yours))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where IPython keeps something, who holds it there, and how it is brought to drop it."""

    name: str
    thing: object
    holders: tuple[object, ...]
    drop: Callable[[], object]


def _places(shell: Any) -> Iterator[_Place]:  # noqa: ANN401  IPython's own type
    yield from _history(shell)
    yield from _results(shell)
    yield from _errors(shell)
    yield _of_attribute(shell.payload_manager, "_payload", "a page that a cell shows", [])


def _history(shell: Any) -> Iterator[_Place]:  # noqa: ANN401  IPython's own type
    """The results of all cells, under the names that IPython gives them."""
    outputs = shell.user_ns.get("_oh", {})
    for number, thing in [*outputs.items()]:
        yield _of(outputs, number, f"Out[{number}]", thing)
    for number, thing in [*shell.history_manager.outputs.items()]:
        name = f"the display of Out[{number}]"
        yield _of(shell.history_manager.outputs, number, name, thing)
    for name in filter(_RESULT.fullmatch, [*shell.user_ns_hidden]):
        thing = shell.user_ns_hidden[name]
        # What the user has put there is theirs; IPython has a copy of its own for that.
        if shell.user_ns.get(name) is thing:
            yield _of(shell.user_ns, name, name, thing)
        yield _of(shell.user_ns_hidden, name, f"IPython's copy of {name}", thing)


def _results(shell: Any) -> Iterator[_Place]:  # noqa: ANN401  IPython's own type
    """What the machinery that runs cells remembers of the last ones."""
    hook = shell.displayhook
    for name in _UNDERSCORES:
        yield _of_attribute(hook, name, f"IPython's copy of {name}", "")
    if hook.exec_result is not None:
        yield _of_attribute(hook.exec_result, "result", "the result of this cell")
    yield _of_attribute(shell, "last_execution_result", "the result of the last cell")


def _errors(shell: Any) -> Iterator[_Place]:  # noqa: ANN401  IPython's own type
    """The last error, which keeps every variable of the functions that it went through."""
    for name in _LAST_ERROR:
        if name in vars(sys):
            yield _of(vars(sys), name, "the last error", getattr(sys, name))
    yield _of_attribute(shell.InteractiveTB, "tb", "the last traceback")
    yield _of_attribute(shell.InteractiveTB, "pdb", "IPython's debugger")
    yield _of_attribute(shell.SyntaxTB, "tb", "the last syntax error")
    yield _of_attribute(shell.SyntaxTB, "last_syntax_error", "the last syntax error")


def _of(mapping: MutableMapping[Any, Any], key: object, name: str, thing: object) -> _Place:
    drop = functools.partial(mapping.pop, key, None)
    if key in _UNDERSCORES:
        # IPython goes on with them only as long as it finds there what it has put there.
        drop = functools.partial(mapping.__setitem__, key, "")
    return _Place(name=name, thing=thing, holders=(mapping,), drop=drop)


def _of_attribute(owner: object, attribute: str, name: str, empty: object = None) -> _Place:
    attributes = vars(owner)
    return _Place(
        name=name,
        thing=getattr(owner, attribute, None),
        # Python keeps attributes in one of these, and traitlets has a dictionary of its own.
        holders=(owner, attributes, attributes.get("_trait_values")),
        drop=functools.partial(setattr, owner, attribute, empty),
    )


def _yours(shell: Any, ways: Ways) -> Iterator[Kept]:  # noqa: ANN401  IPython's own type
    for name, thing in [*shell.user_ns.items()]:
        is_yours = name not in shell.user_ns_hidden or shell.user_ns_hidden[name] is not thing
        if is_yours and thing is not shell.user_ns.get("_oh"):
            yield from _kept(ways, name, thing, is_yours=True)


def _kept(ways: Ways, name: str, thing: object, *, is_yours: bool = False) -> list[Kept]:
    return [
        Kept(
            place=name + (way.expression if is_yours else ""),
            is_yours=is_yours,
            plugin=way.plugin,
            serial=way.serial,
        )
        for way in ways.find(thing)
    ]


def _once(found: Iterable[Kept]) -> tuple[Kept, ...]:
    """Each but once: one place may be several of IPython's variables."""
    return tuple(dict.fromkeys(found))


def _ways(shell: Any, stops: Iterable[object]) -> Ways:  # noqa: ANN401  IPython's own type
    return Ways([shell, getattr(shell, "kernel", None), *stops])
