"""An hour's traffic in a minute, with crashes, reloads and settings that change: what is lost?

Usage: python -m benchmarks.traffic [MESSAGES] [--seed SEED]
"""

from __future__ import annotations

import argparse
import array
import asyncio
import contextlib
import gc
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.soak import rss, slope
from benchmarks.troubles import Troubles, site
from rosey import Bot, Config
from rosey.chat.connection import Receive
from rosey.chat.model import Message, Rank, Reply, User
from rosey.plugins.events import Delivery, Event

Report = Callable[[int, int], object]

_AT_ONCE = 20
_TROUBLE_EVERY = 100
_SAMPLES = 200
_REPORTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the traffic has come to.

    Attributes:
        seed: What it can be repeated with.
        messages: How many were sent.
        answers: How many were answered how: `counted`, `in a mood`, `failed`, `no command`, and
            `silence` for those that ask nothing.
        lost: How many got another number of answers than they ought to.
        forgotten: How many messages and counts are missing from what a plugin remembers.
        troubles: How often there was which trouble.
        blocks_per_message: The slope of the memory blocks that Python has allocated; the first
            fifth of the messages is left out, as caches fill up.
        took_s: Seconds.
    """

    seed: int
    messages: int
    answers: Mapping[str, int]
    lost: int
    forgotten: int
    troubles: Mapping[str, int]
    blocks_per_message: float
    took_s: float


class Channel:
    """Where people talk to the bot, in memory."""

    name = "channel"
    own_name = None
    pace = None
    is_trusted = True  # nobody is kept from sending as fast as it goes

    def __init__(self) -> None:
        self.receive: asyncio.Future[Receive] = asyncio.get_running_loop().create_future()

    async def run(self, receive: Receive) -> None:
        """Stay until the bot stops."""
        self.receive.set_result(receive)
        await asyncio.Event().wait()

    async def send(self, reply: Reply) -> None:
        """What is said is counted on the bus."""

    async def close(self) -> None:
        """Nothing is held."""


class Books:
    """Who got which answers.

    Attributes:
        answers: How many messages were answered how.
        lost: How many got another number of answers than they ought to.
    """

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.lost = 0
        self._said: dict[int, list[str]] = {}

    def note(self, event: Event, _delivery: Delivery) -> None:
        """See an event that has been delivered: answers come before what they answer."""
        if event.name == "reply":
            self._said.setdefault(event.root, []).append(event.data["msg"])
        elif event.name == "message":
            said = self._said.pop(event.root, [])
            is_lost = len(said) != event.data["msg"].startswith("!")
            self.lost += is_lost
            self.answers["lost" if is_lost else _kind(*said)] += 1


def _kind(said: str = "") -> str:
    if said.startswith("There is no command"):
        return "no command"
    if "failed: a fault in" in said:
        return "failed"
    return said.partition(" ")[0] or "silence"


async def traffic(messages: int, seed: int, report: Report | None = None) -> Figures:
    """Send so many messages while trouble befalls the bot.

    Args:
        messages: How many.
        seed: Decides who says what, and what befalls the bot when.
        report: Called ten times, with the number of messages sent and the blocks allocated.
    """
    chance = random.Random(seed)  # noqa: S311  chance, not secrecy
    books = Books()
    started = time.perf_counter()
    channel = Channel()
    async with site() as folder, _running(folder, channel) as bot:
        with bot.bus.tap(books.note):
            troubles = Troubles(bot, folder, chance)
            receive = await channel.receive
            blocks = await _send_all(receive, messages, chance, troubles, report)
        counter: Any = bot.plugin_manager.get_plugin("counter")
        heard, counted = counter.heard, counter.counted
    return Figures(
        seed=seed,
        messages=messages,
        answers=books.answers,
        lost=books.lost + messages - books.answers.total(),
        forgotten=messages - heard + books.answers["counted"] - counted,
        troubles=troubles.counts,
        blocks_per_message=slope(blocks[len(blocks) // 5 :]) * len(blocks) / messages,
        took_s=time.perf_counter() - started,
    )


async def _send_all(
    receive: Receive,
    messages: int,
    chance: random.Random,
    troubles: Troubles,
    report: Report | None,
) -> array.array[int]:
    """Send all messages, some at once; gives the blocks allocated in between."""
    # Made before: a list would hold one number more for each sample, and count as a leak.
    blocks = array.array("q", [0] * min(_SAMPLES, messages // _AT_ONCE))
    befalling: asyncio.Task[None] | None = None
    taken = 0
    for first in range(0, messages, _AT_ONCE):
        numbers = range(first, min(messages, first + _AT_ONCE))
        sent = [receive(_message(number, chance)) for number in numbers]
        if first % _TROUBLE_EVERY == 0 and (befalling is None or befalling.done()):
            befalling = asyncio.create_task(troubles.befall())
        await asyncio.gather(*sent)
        if numbers.stop * len(blocks) >= (taken + 1) * messages:
            gc.collect()
            blocks[taken] = sys.getallocatedblocks()
            taken += 1
            if report is not None and taken % max(1, len(blocks) // _REPORTS) == 0:
                report(numbers.stop, blocks[taken - 1])
    if befalling is not None:
        await befalling
    return blocks


def _message(number: int, chance: random.Random) -> Message:
    texts = (f"!count {number}", f"!mood {number}", f"!mood {number} crash", f"hello {number}")
    (text,) = chance.choices(texts, weights=(70, 20, 1, 9))
    # Somebody new now and then: whoever is remembered has to be forgotten again.
    user = User(name=f"user {chance.randrange(50 + number // 100)}", rank=Rank.MEMBER)
    return Message(text=text, user=user, connection=Channel.name, is_private=True)


@contextlib.asynccontextmanager
async def _running(folder: Path, channel: Channel) -> AsyncIterator[Bot]:
    config = await asyncio.to_thread(Config.load, folder / "config.json")
    async with Bot(config, connection=channel) as bot:
        gc.collect()
        gc.freeze()
        yield bot
        gc.unfreeze()


def _print_progress(messages: int, blocks: int) -> None:
    print(f"{messages:8,} {blocks:10,} {rss():>9}", flush=True)  # noqa: T201  as below


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items()))


def main() -> None:
    """Print how memory goes, and what became of the messages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("messages", type=int, nargs="?", default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    asked = parser.parse_args()
    print(f"seed {asked.seed}\nmessages     blocks   RSS MiB")  # noqa: T201  its purpose
    figures = asyncio.run(traffic(asked.messages, asked.seed, _print_progress))
    print(  # noqa: T201  its purpose
        f"\n{figures.messages:,} messages in {figures.took_s:.0f} s: {_told(figures.answers)}; "
        f"{figures.lost} lost, {figures.forgotten} forgotten; "
        f"{figures.blocks_per_message:+.4f} blocks a message\n{_told(figures.troubles)}"
    )


if __name__ == "__main__":
    main()
