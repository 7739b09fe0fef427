"""In which functions the time goes while a bot answers a message: the only user of pyinstrument."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rosey.bot import Bot

if TYPE_CHECKING:
    from pyinstrument import Profiler

_INTERVAL_S = 0.0002
_ROSEY = Path(__file__).parents[1]
_MOST_CHARS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeProfile:
    """Where the time went.

    Attributes:
        text: The message that was said.
        count: How often.
        samples: How often it was looked where the code is.
        tree: Functions with their seconds, callers above what they call; Rosey's own are folded.
    """

    text: str
    count: int
    samples: int
    tree: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The same for people."""
        return (f"{self.text} said {self.count:,} times", *self.tree.splitlines())


async def profile_message(bot: Bot, text: str, count: int) -> CodeProfile:
    """Say something to a bot many times, one after the other, and see which code that runs.

    Args:
        bot: The bot; what the messages do to it is done.
        text: The message, said as the owner.
        count: How often, 1 or more.

    Raises:
        ImportError: pyinstrument is not installed.
    """
    from pyinstrument import Profiler  # noqa: PLC0415  it need not be installed

    await bot.say(text)
    profiler = Profiler(interval=_INTERVAL_S, async_mode="disabled")
    with profiler:
        for _ in range(count):
            await bot.say(text)
    session = profiler.last_session
    samples = session.sample_count if session is not None else 0
    # It looks up the path of each file.
    tree = await asyncio.to_thread(_tree, profiler)
    return CodeProfile(text=text, count=count, samples=samples, tree=tree)


def _tree(profiler: Profiler) -> str:
    from pyinstrument.renderers import ConsoleRenderer  # noqa: PLC0415  as above

    folded = f"{re.escape(str(_ROSEY))}/.*"
    options = {"hide_regex": folded}
    renderer = ConsoleRenderer(unicode=False, color=False, processor_options=options)
    # What stands before the first function is pyinstrument's own heading.
    _, _, told = profiler.output(renderer).strip("\n").partition("\nProfile at ")
    return told.partition("\n\n")[2][:_MOST_CHARS]
