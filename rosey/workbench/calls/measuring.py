"""The notebook's `bot.timing`: how long messages take, and what takes so long."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

from rosey.bot import Bot
from rosey.errors import RoseyError
from rosey.rehearsal.profiling import CodeProfile, profile_message
from rosey.rehearsal.timing import Timing, time_message
from rosey.workbench.access.access import Access
from rosey.workbench.crossing.loop import Crossing
from rosey.workbench.crossing.on_twin import on_twin

MESSAGES = 1_000


class Measuring:
    """Says the same message many times, to a copy of the bot unless the bot itself is asked for.

    Args:
        bot: The bot.
        access: What may be done to it.
    """

    def __init__(self, bot: Bot, access: Access) -> None:
        self._bot = bot
        self._access = access

    def time(
        self,
        plugin: str,
        text: str,
        count: int = MESSAGES,
        *,
        live: bool = False,
        progress: Callable[[int], object] = lambda _done: None,
    ) -> Crossing[Timing]:
        """Tell how long a message takes that is said many times.

        Args:
            plugin: The plugin that answers it; the copy has it and what it needs.
            text: The message.
            count: How often.
            live: Say it to the bot itself, with all that follows from that.
            progress: Told on another thread how many have been said.
        """

        async def measure(bot: Bot) -> Timing:
            return await time_message(bot, text, count, progress=progress)

        loop = self._access.loop_for(f"time {plugin}{' itself' * live}: {text}")
        if live:
            return loop.submit(measure(self._bot))
        return on_twin(self._bot, loop, [plugin], measure)

    def profile(self, plugin: str, text: str, count: int = MESSAGES) -> Crossing[CodeProfile]:
        """Tell in which functions the time goes, on a copy of the bot, by pyinstrument.

        Args:
            plugin: The plugin that answers it.
            text: The message.
            count: How often it is said.

        Raises:
            RoseyError: pyinstrument is not installed.
        """
        if importlib.util.find_spec("pyinstrument") is None:
            raise RoseyError("pyinstrument is not installed: pip install pyinstrument")

        async def measure(bot: Bot) -> CodeProfile:
            return await profile_message(bot, text, count)

        loop = self._access.loop_for(f"profile the code of {plugin}: {text}")
        return on_twin(self._bot, loop, [plugin], measure)
