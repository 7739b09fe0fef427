"""`bot.memory`: what lives of plugins that are over, and what reloading a plugin costs."""

from __future__ import annotations

import collections
import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rosey.bot import Bot
from rosey.diagnostics.holders import Walls
from rosey.diagnostics.log import LogRing, plugin_of
from rosey.diagnostics.profile.profiling import RELOADS, WARM_UP, Profiler, Progress
from rosey.diagnostics.profile.result import MemoryProfile
from rosey.errors import RoseyError, UsageError
from rosey.workbench.access.access import Access
from rosey.workbench.calls import forgetting, leaks
from rosey.workbench.calls.forgetting import Forgotten
from rosey.workbench.calls.leaks import Leaks
from rosey.workbench.crossing.loop import Crossing, LoopThread
from rosey.workbench.crossing.on_twin import TWIN_NAME, on_twin

LEAST_RELOADS = 10
MOST_RELOADS = 1_000

PROFILES_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProfile:
    """A profile that was made of this bot's plugins.

    Attributes:
        number: Its place among them, from 1.
        at: When it ended, in seconds since the epoch.
        profile: What came of it.
    """

    number: int
    at: float
    profile: MemoryProfile


class Memory:
    """The memory of a running bot's plugins, for cells: `bot.memory.leaks()`.

    Args:
        bot: The bot.
        thread: Where the bot's loop runs.
        access: What may be done to the bot.
        log: What is logged; a profile is left out of it.
        shell: IPython's shell; None outside of IPython.
    """

    def __init__(
        self,
        bot: Bot,
        thread: LoopThread,
        access: Access,
        log: LogRing,
        shell: Any,  # noqa: ANN401  IPython's own type
    ) -> None:
        self._bot = bot
        self._thread = thread
        self._access = access
        self._log = log
        self._shell = shell
        self._under_way: Crossing[MemoryProfile] | None = None
        self._numbers = itertools.count(1)
        self._profiles: collections.deque[KeptProfile] = collections.deque(maxlen=PROFILES_KEPT)

    @property
    def profiles(self) -> tuple[KeptProfile, ...]:
        """The last `PROFILES_KEPT` profiles of this bot's plugins, oldest first."""
        return tuple(self._profiles)

    def profile(
        self,
        name: str,
        *,
        reloads: int = RELOADS,
        warm_up: int = WARM_UP,
        live: bool = False,
        progress: Progress = lambda _done: None,
    ) -> Crossing[MemoryProfile]:
        """Reload a plugin again and again, and tell whether its memory is flat or leaking.

        That is done to a copy of the bot, which has this plugin and what it needs: the plugin
        itself stays as it is.

        Args:
            name: The plugin.
            reloads: How many are measured, from 10 to 1,000.
            warm_up: How many go before them, at most 1,000.
            live: Reload the plugin itself, which keeps its state as in any reload.
            progress: Told on another thread how many reloads are done.

        Raises:
            UsageError: A number is out of range.
            RoseyError: A profile runs already.
        """
        if not (LEAST_RELOADS <= reloads <= MOST_RELOADS and 0 <= warm_up <= MOST_RELOADS):
            raise UsageError(
                f"reloads must be {LEAST_RELOADS} to {MOST_RELOADS:,}, "
                f"and those to warm up at most {MOST_RELOADS:,}"
            )
        # One that is cancelled still has to give back what it took.
        if self._under_way is not None and not self._under_way.join(0):
            raise RoseyError("a profile runs already: wait for it, or interrupt its cell")

        async def measure(bot: Bot) -> MemoryProfile:
            profiler = Profiler(
                bot,
                name,
                reloads=reloads,
                warm_up=warm_up,
                progress=progress,
                walls=self._walls,
                is_live=live,
            )
            with _left_out(self._log, lambda record: _is_of(record, name, live=live)):
                found = await profiler.run()
            kept = KeptProfile(number=next(self._numbers), at=time.time(), profile=found)
            self._profiles.append(kept)
            return found

        loop = self._access.loop_for(f"profile the memory of {name}{' itself' * live}")
        if live:
            self._under_way = loop.submit(measure(self._bot))
        else:
            self._under_way = on_twin(self._bot, loop, [name], measure)
        return self._under_way

    def leaks(self, name: str | None = None) -> Leaks:
        """Which generations live although they are over, and who keeps each.

        Args:
            name: The plugin to look at; None for all.

        Raises:
            PluginNotFoundError: There is no such plugin, and there was none.
            RoseyError: The call comes from the bot's own thread.
        """
        self._check(name)
        return leaks.look(self._bot, self._shell, name)

    def forget(self, name: str | None = None) -> Forgotten:
        """Make IPython drop what it keeps of generations that are over: `Out[3]`, `_`, errors.

        Args:
            name: The plugin whose generations are meant; None for all.

        Raises:
            PluginNotFoundError: There is no such plugin, and there was none.
            RoseyError: The call comes from the bot's own thread.
        """
        self._check(name)
        return leaks.forget(self._bot, self._shell, name)

    def _walls(self) -> Walls:
        return forgetting.walls(self._shell) if self._shell is not None else frozenset()

    def _check(self, name: str | None) -> None:
        # To look through all objects takes its time, and what runs just then keeps some.
        self._thread.refuse_itself()
        if name is not None and not self._bot.witnesses.ended(name):
            self._bot.plugin_manager.slots.known(name)


def _is_of(record: logging.LogRecord, name: str, *, live: bool) -> bool:
    """Whether a record comes of a profile."""
    if live:
        return plugin_of(record) == name
    return (record.threadName or "").startswith(TWIN_NAME)


@contextlib.contextmanager
def _left_out(log: LogRing, is_unwanted: Callable[[logging.LogRecord], bool]) -> Iterator[None]:
    """Leave records out of the log, which would push out others, and grow while it is not full."""

    def is_wanted(record: logging.LogRecord) -> bool:
        return not is_unwanted(record)

    log.addFilter(is_wanted)
    try:
        yield
    finally:
        log.removeFilter(is_wanted)
