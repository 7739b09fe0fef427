"""Reload a plugin that leaks in every way it can, thousands of times: what is left of it?

Usage: python -m benchmarks.soak [RELOADS]
"""

from __future__ import annotations

import argparse
import array
import asyncio
import contextlib
import gc
import itertools
import logging
import resource
import statistics
import sys
import tempfile
import types
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks import leaky
from rosey import Bot, Config
from rosey.connections.local import LocalConnection

Report = Callable[[int, int], object]

_USED_EVERY = 10
_REPORTS = 10
_POINTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a soak has measured.

    Attributes:
        reloads: How many there were.
        blocks_per_reload: The slope of the memory blocks that Python has allocated; the first
            fifth of the reloads is left out, as caches fill up.
        alive: Names of the generations of which a class or a function lives.
        reload_s: The median of the times that the reloads took.
    """

    reloads: int
    blocks_per_reload: float
    alive: frozenset[str]
    reload_s: float


async def soak(reloads: int, report: Report | None = None) -> Figures:
    """Reload the plugin of `leaky` so many times in a bot, and use it now and then.

    Args:
        reloads: How many times.
        report: Called ten times, with the number of reloads done and the blocks allocated.
    """
    # Arrays, made before: a list would hold one number more for each reload, and count as a leak.
    blocks, times_s = array.array("q", [0] * reloads), array.array("d", [0.0] * reloads)
    with tempfile.TemporaryDirectory() as folder, _quiet():
        module = leaky.write(Path(folder))
        async with _bot(folder) as bot, _core_frozen(bot):
            await bot.load(leaky.NAME)
            for number in range(reloads):
                leaky.edit(module, number)
                times_s[number] = await _reload(bot)
                if number % _USED_EVERY == 0:
                    await _use(bot, number)
                await bot.bus.drain()
                gc.collect()
                blocks[number] = sys.getallocatedblocks()
                if report is not None and (number + 1) % max(1, reloads // _REPORTS) == 0:
                    report(number + 1, blocks[number])
            alive = living()
    return Figures(
        reloads=reloads,
        blocks_per_reload=slope(blocks[reloads // 5 :]),
        alive=alive,
        reload_s=statistics.median(times_s),
    )


def living() -> frozenset[str]:
    """The generations of plugins of which any class or function lives that is not frozen."""
    kinds = type, types.FunctionType
    # What the first collection finalises can only go with the second.
    gc.collect()
    gc.collect()
    modules = {str(t.__module__) for t in gc.get_objects() if isinstance(t, kinds)}
    return frozenset(
        name.partition(".")[0] for name in modules if name.startswith("rosey_plugins:")
    )


def slope(values: Sequence[int]) -> float:
    """By how much values grow from each to the next, as Theil and Sen have it.

    That is the median over pairs of them: no outlier counts.
    """
    step = max(1, len(values) // _POINTS)
    points = [(place, values[place]) for place in range(0, len(values), step)]
    pairs = itertools.combinations(points, 2)
    return statistics.median((high - low) / (end - start) for (start, low), (end, high) in pairs)


def rss() -> str:
    """The memory of this process, where the system tells it."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return "-"
    return f"{pages * resource.getpagesize() / 2**20:.1f}"


def _bot(folder: str) -> Bot:
    plugins = {"plugin_dirs": [folder], "enabled": [], "hot_reload": False}
    return Bot(Config.from_mapping({"plugins": plugins}))


async def _reload(bot: Bot) -> float:
    """Reload the plugin, and say how many seconds that took."""
    started = perf_counter()
    await bot.reload(leaky.NAME)
    return perf_counter() - started


async def _use(bot: Bot, number: int) -> None:
    """Have the plugin answer a command, handle an event, filter a value and serve."""
    assert await bot.say("!edit") == [str(number)]
    delivery = await bot.bus.emit("soak.plain")
    assert [handled.outcome for handled in delivery.handled] == ["handled"] * 4
    assert await bot.bus.apply_filters("score", 1) == 2
    assert bot.services.get("rolls").roll() == 4
    # The last thousand replies are kept for the owner: until there are so many, each would count.
    assert isinstance(bot.local.connection, LocalConnection)
    bot.local.connection.replies.clear()


@contextlib.asynccontextmanager
async def _core_frozen(bot: Bot) -> AsyncIterator[None]:
    """Let collections look only at what comes into being from here on: each takes a millisecond."""
    # The libraries that the plugin imports are no part of it.
    await bot.load(leaky.NAME)
    await bot.unload(leaky.NAME)
    gc.collect()
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Neither log nor print what the plugin leaves behind and warns of: 30 lines a reload."""
    before = logging.root.manager.disable
    logging.disable()
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.showwarning = lambda *_, **__: None
        yield
    logging.disable(before)


def _print_progress(reloads: int, blocks: int) -> None:
    print(f"{reloads:7,} {blocks:10,} {rss():>9} {len(living()):>11}", flush=True)  # noqa: T201  as below


def main() -> None:
    """Print how memory goes, and what is left of the generations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reloads", type=int, nargs="?", default=10_000)
    print("reloads     blocks   RSS MiB generations")  # noqa: T201  its purpose
    figures = asyncio.run(soak(parser.parse_args().reloads, _print_progress))
    count = len(figures.alive)
    print(  # noqa: T201  its purpose
        f"\n{figures.reloads:,} reloads of {len(leaky.PINNING) + len(leaky.MODULES)} modules: "
        f"{figures.blocks_per_reload:+.3f} blocks a reload, "
        f"{count} generation{'s' * (count != 1)} alive, {1000 * figures.reload_s:.1f} ms a reload"
    )


if __name__ == "__main__":
    main()
