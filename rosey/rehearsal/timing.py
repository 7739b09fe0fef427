"""How long a bot takes to answer a message, said many times."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from rosey.bot import Bot
from rosey.diagnostics.durations import seconds

WARM_UP = 10
"""How often the message is said before anything is measured."""

_BARS = 10
_BAR_CHARS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a histogram.

    Attributes:
        from_s: The shortest duration that it counts, in seconds.
        to_s: The next longer one that it does not count.
        count: How many there were.
    """

    from_s: float
    to_s: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long the same message took, again and again.

    Attributes:
        text: The message.
        durations_s: Seconds from the message to the end of all that it led to, shortest first.
        replies: How many of the messages were replied to.
    """

    text: str
    durations_s: tuple[float, ...]
    replies: int

    def quantile_s(self, share: float) -> float:
        """The duration that a share of the messages, 0 to 1, did not exceed."""
        place = math.ceil(share * len(self.durations_s)) - 1
        return self.durations_s[max(0, place)]

    @property
    def histogram(self) -> tuple[Bar, ...]:
        """How many messages took how long, in steps of equal ratio, shortest first."""
        return tuple(_bars(self.durations_s))

    @property
    def lines(self) -> tuple[str, ...]:
        """The same for people."""
        count = len(self.durations_s)
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "longest": 1.0}
        told = [f"{name} {seconds(self.quantile_s(share))}" for name, share in shares.items()]
        most = max(bar.count for bar in self.histogram)
        bars = [
            f"{seconds(bar.from_s):>8} {'#' * math.ceil(_BAR_CHARS * bar.count / most)} {bar.count}"
            for bar in self.histogram
        ]
        return (f"{count:,} messages, {self.replies:,} answered: {', '.join(told)}", *bars)


async def time_message(
    bot: Bot,
    text: str,
    count: int,
    progress: Callable[[int], object] = lambda _done: None,
) -> Timing:
    """Say something to a bot many times, one after the other, and take the times.

    Args:
        bot: The bot; what the messages do to it is done.
        text: The message, said as the owner.
        count: How often, 1 or more; a few more come before that to warm up.
        progress: Told how many have been said.
    """
    durations: list[float] = []
    replies = 0
    for number in range(-WARM_UP, count):
        started = perf_counter()
        answered = await bot.say(text)
        took = perf_counter() - started
        if number >= 0:
            durations.append(took)
            replies += bool(answered)
            progress(number + 1)
    return Timing(text=text, durations_s=tuple(sorted(durations)), replies=replies)


def _bars(durations_s: Sequence[float]) -> Iterator[Bar]:
    shortest, longest = durations_s[0], durations_s[-1]
    ratio = (longest / shortest) ** (1 / _BARS) if longest > shortest else 2.0
    edges = [shortest * ratio**number for number in range(_BARS + 1)]
    edges[-1] = math.nextafter(max(longest, edges[-1]), math.inf)
    for low, high in itertools.pairwise(edges):
        count = sum(low <= duration < high for duration in durations_s)
        if longest > shortest or count:
            yield Bar(from_s=low, to_s=high, count=count)
