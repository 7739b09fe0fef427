"""Profiling: reloading a plugin many times, and looking at memory after each."""

from __future__ import annotations

import asyncio
import functools
import gc
import time
import tracemalloc
from collections.abc import Callable
from typing import Protocol

from rosey.diagnostics.holders import Walls
from rosey.diagnostics.memory import Survivor, Witnesses, explain
from rosey.diagnostics.profile.growth import growth
from rosey.diagnostics.profile.measuring import Samples, tracing
from rosey.diagnostics.profile.result import MemoryProfile, Pinned
from rosey.diagnostics.profile.scope import Scope
from rosey.diagnostics.profile.slope import slope
from rosey.plugins.manager import PluginManager

RELOADS = 100
WARM_UP = 50
"""Reloads until all caches that are bounded are full."""

Progress = Callable[[int], None]
"""Is told how many reloads are done, those of the warm-up among them; it must not keep them all."""


class Profiled(Protocol):
    """What a profile needs of a bot."""

    plugin_manager: PluginManager
    witnesses: Witnesses

    async def reload(self, name: str) -> None:
        """Reload a plugin."""


class Profiler:
    """Profiles one plugin of a bot, on the loop of the bot.

    Args:
        bot: The bot.
        name: The plugin, which is loaded.
        reloads: How many reloads are sampled, from 10 on.
        warm_up: How many go before them.
        progress: See `Progress`.
        walls: Gives what keeps old generations beside the bot; see `explain`.
        is_live: The bot is no copy that was made for this.
    """

    def __init__(  # noqa: PLR0913  a profile has so many settings
        self,
        bot: Profiled,
        name: str,
        *,
        reloads: int = RELOADS,
        warm_up: int = WARM_UP,
        progress: Progress = lambda _: None,
        walls: Callable[[], Walls] = frozenset,
        is_live: bool = False,
    ) -> None:
        self._bot = bot
        self._name = name
        self._reloads = reloads
        self._warm_up = warm_up
        self._progress = progress
        self._walls = walls
        self._is_live = is_live
        self._scope = Scope(is_live=is_live)

    async def run(self) -> MemoryProfile:
        """Reload the plugin again and again, and say what that costs.

        Whatever happens, garbage collection and the tracing of memory are as before then.

        Raises:
            PluginError: The plugin cannot be reloaded.
        """
        began = time.perf_counter()
        before = {s.serial for s in await self._survivors()}
        samples = Samples(self._reloads, self._scope)
        with tracing():
            for number in range(self._warm_up):
                await self._reload(number)
            gc.collect()  # as before each sample
            first = tracemalloc.take_snapshot()
            for number in range(self._reloads):
                await self._reload(self._warm_up + number)
                await samples.take(number)
            last = tracemalloc.take_snapshot()
        pinned = [
            await self._explained(s) for s in await self._survivors() if s.serial not in before
        ]
        grown = functools.partial(
            growth,
            first,
            last,
            reloads=self._reloads,
            scope=self._scope,
            is_own=self._own_files().__contains__,
        )
        return MemoryProfile(
            plugin=self._name,
            is_live=self._is_live,
            warm_up=self._warm_up,
            samples=tuple(samples.allocated),
            slope=slope(samples.allocated),
            blocks=slope(samples.blocks),
            pinned=tuple(pinned),
            growth=await asyncio.to_thread(grown),
            seconds=time.perf_counter() - began,
        )

    async def _reload(self, number: int) -> None:
        await self._bot.reload(self._name)
        self._progress(number + 1)

    async def _survivors(self) -> list[Survivor]:
        found = await asyncio.to_thread(self._bot.witnesses.survivors)
        return [survivor for survivor in found if survivor.plugin == self._name]

    async def _explained(self, survivor: Survivor) -> Pinned:
        holders = await asyncio.to_thread(explain, survivor.witness, self._walls())
        return Pinned(serial=survivor.serial, alive=survivor.alive, holders=holders)

    def _own_files(self) -> frozenset[str]:
        staged = self._bot.plugin_manager.slots.get_loaded(self._name).staged
        units = staged.generation.snapshot.units.values() if staged is not None else ()
        return frozenset(str(unit.path) for unit in units)
