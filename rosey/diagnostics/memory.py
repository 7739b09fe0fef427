"""Which generations of plugins live on after their end, and who holds them."""

from __future__ import annotations

import collections
import gc
import itertools
import sys
import threading
import types
import weakref
from collections.abc import Iterable
from dataclasses import dataclass

from rosey.diagnostics.holders import Search, Walls, called
from rosey.plugins.base import Plugin
from rosey.plugins.loading.loader import Generation
from rosey.plugins.remedies import Origin
from rosey.plugins.remedies.interpreter import registered_at_exit
from rosey.plugins.remedies.running import runs

_MOST_LINES = 8


class Witness:
    """Tells later whether a generation has gone; it pins nothing itself.

    Args:
        generation: One that ends now, and has not been dropped yet.
        plugin: Its instance, where there is one.

    Attributes:
        plugin: The plugin's name.
        serial: That of the generation.
        origin: Recognises what is the generation's.
    """

    def __init__(self, generation: Generation, plugin: Plugin | None = None) -> None:
        self.plugin = generation.source.name
        self.serial = generation.serial
        self.origin = Origin(generation)
        self._references: dict[str, weakref.ref[object]] = {}
        for relative, module in generation.modules().items():
            path = ".".join(filter(None, (self.plugin, relative)))
            self._references[f"module {path}"] = weakref.ref(module)
            for name, value in vars(module).items():
                if isinstance(value, type | types.FunctionType) and self.origin.owns(value):
                    self._references[f"{path}.{name}"] = weakref.ref(value)
        if plugin is not None:
            self._references["the instance"] = weakref.ref(plugin)

    @property
    def alive(self) -> tuple[str, ...]:
        """Names of what still lives of it: modules, top-level classes and functions, instance."""
        return tuple(name for name, ref in self._references.items() if ref() is not None)

    def things(self) -> list[object]:
        """What `alive` names; whoever keeps the list keeps the generation."""
        found = [reference() for reference in self._references.values()]
        return [thing for thing in found if thing is not None]


class Witnesses:
    """Watches the generations that a running bot ends; it pins none.

    Args:
        most: How many generations of one plugin are watched: the oldest and the newest that live.
    """

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._watched: dict[str, tuple[Witness, ...]] = {}
        self._ended = collections.Counter[str]()

    def watch(self, generation: Generation, plugin: Plugin | None = None) -> None:
        """Have a look at a generation that ends now; to be called before it is dropped.

        Args:
            generation: One that was retired, or discarded before it served.
            plugin: Its instance, where there is one.
        """
        witness = Witness(generation, plugin)
        self._ended[witness.plugin] += 1
        living = [w for w in self._watched.get(witness.plugin, ()) if w.alive]
        watched, half = (*living, witness), self._most // 2
        # Many of the newest are garbage that is not collected yet; the oldest are held by somebody.
        if len(watched) > self._most:
            watched = (*watched[:half], *watched[half - self._most :])
        self._watched[witness.plugin] = watched

    def ended(self, plugin: str | None = None) -> int:
        """How many generations have ended, of one plugin or of all."""
        return self._ended.total() if plugin is None else self._ended[plugin]

    def survivors(self) -> tuple[Survivor, ...]:
        """Which of them live, by plugin and oldest first. This blocks, and any thread may ask."""
        # A copy: meanwhile the bot's loop may end another generation.
        return survivors(itertools.chain.from_iterable(self._watched.copy().values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A generation that is over and still lives.

    Attributes:
        plugin: The plugin's name.
        serial: That of the generation.
        alive: Names of what lives of it.
        witness: Who saw it: `explain` says from it who holds the generation.
    """

    plugin: str
    serial: int
    alive: tuple[str, ...]
    witness: Witness


def survivors(witnesses: Iterable[Witness]) -> tuple[Survivor, ...]:
    """Which of some generations live, once all garbage is collected. This blocks, as that does."""
    # What the first collection finalises can only go with the second.
    gc.collect()
    gc.collect()
    return tuple(
        Survivor(plugin=w.plugin, serial=w.serial, alive=w.alive, witness=w)
        for w in witnesses
        if w.alive
    )


def explain(witness: Witness, walls: Walls = frozenset()) -> tuple[str, ...]:
    """Say who holds a generation that should be gone. This blocks for 10 to 500 ms.

    It ends a freeze of the garbage collector: what is frozen is not seen to hold anything.

    Args:
        witness: That of the generation.
        walls: What holds it with the knowledge of the caller.

    Returns:
        A line for each holder, such as `class Cfg kept alive by scores.Score.known['Cfg']`. Where
        Python cannot see the holder, a line that says so. Nothing for a generation that is gone,
        or lives by what the caller knows alone.
    """
    gc.collect()
    gc.unfreeze()
    things = witness.things()
    if not things:
        return ()
    search = Search(things, witness.origin, walls)
    lines = [*_threads(witness.origin), *_exit_functions(witness.origin), *search.run()]
    if not lines and not search.met_wall:
        lines = [*search.held_from_c()] or [f"{called(things[0])} lives, but no holder was found"]
    return tuple(dict.fromkeys(lines))[:_MOST_LINES]


def _threads(origin: Origin) -> list[str]:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return [
        f"code of the plugin runs in thread {names.get(number, number)!r}"
        for number, frame in sys._current_frames().items()  # noqa: SLF001  documented
        if runs(frame, origin)
    ]


def _exit_functions(origin: Origin) -> list[str]:
    own = filter(origin.owns, registered_at_exit())
    return [f"{called(function)} kept alive by atexit" for function in own]
