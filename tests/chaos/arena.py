"""A bot on which a villain rages while somebody asks its neighbour a thousand things."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rosey.bot import Bot
from rosey.config import Config
from rosey.diagnostics.snapshot import PluginSnapshot, plugin_snapshot
from tests.bots import write_plugin
from tests.chaos.channel import Channel
from tests.chaos.villains import Villain
from tests.chaos.watch import Watch
from tests.sites import Site

COMMANDS = 1_000

NEIGHBOUR = """
answered = 0

def export_state(self):
    return self.answered

def import_state(self, state, version):
    self.answered = state

@command("count")
async def count(self, ctx, number: int):
    await asyncio.sleep(0)
    self.answered += 1
    await ctx.reply(f"{number} is the answer {self.answered}")
"""

MANY_REPLIES = {"replies_per_s": 100_000, "reply_burst": 10_000}
MANY_MESSAGES = {
    "user_per_s": 10_000,
    "user_burst": 10_000,
    "channel_per_s": 10_000,
    "channel_burst": 10_000,
    "damper": False,
}

IMPORTS = "import asyncio, os, sys, threading, time\n"


class Chaos:
    """What a villain knows of the show.

    Attributes:
        is_over: It has to end.
        over: Set then.
        end: Set then, for threads.
        config: The bot's configuration file.
    """

    def __init__(self, config: Path) -> None:
        self.is_over = False
        self.over = asyncio.Event()
        self.end = threading.Event()
        self.config = config

    def stop(self) -> None:
        self.is_over = True
        self.over.set()
        self.end.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """What has happened.

    Attributes:
        answers: What the neighbour has said, in order.
        p99_s: Seconds in which 99 of 100 answers came.
        worst_s: Seconds in which all came.
        state: What the neighbour remembers after a reload.
        log: What was logged.
        villain: What is told of the villain; None where there was none.
        told: What of that is about faults and leftovers, as text.
    """

    answers: tuple[str, ...]
    p99_s: float
    worst_s: float
    state: int
    log: str
    villain: PluginSnapshot | None

    @property
    def told(self) -> str:
        snapshot = self.villain
        if snapshot is None:
            return ""
        last = snapshot.last_fault
        fault = f"{last.where}: {last.error}" if last is not None else ""
        return "\n".join([fault, snapshot.error or "", *snapshot.left_behind])


async def show(path: Path, villain: Villain | None) -> Show:
    """Ask the neighbour a thousand times while a villain rages, if there is one."""
    channel = Channel()
    site = Site(path)
    told: PluginSnapshot | None = None
    _write(site, villain)
    with Watch(villain.named if villain is not None else "").listening() as watch:
        async with _running(site, channel, villain) as bot:
            times_s = sorted([await channel.ask(number) for number in range(COMMANDS)])
            await bot.reload("neighbour")
            neighbour: Any = bot.plugin_manager.get_plugin("neighbour")
            state = neighbour.answered
            if villain is not None:
                told = await _ended(bot, villain, watch)
    return Show(
        answers=tuple(channel.answers),
        p99_s=times_s[COMMANDS * 99 // 100],
        worst_s=times_s[-1],
        state=state,
        log=watch.text,
        villain=told,
    )


async def _ended(bot: Any, villain: Villain, watch: Watch) -> PluginSnapshot:  # noqa: ANN401  a Bot with chaos
    """Unload a villain; gives what is told of it when it is named."""
    if villain.is_named_late:
        await bot.unload("villain")
        await watch.wait()
        return plugin_snapshot(bot, "villain")
    await watch.wait()
    told = plugin_snapshot(bot, "villain")
    bot.chaos.stop()
    await bot.unload("villain")
    return told


def _write(site: Site, villain: Villain | None) -> None:
    sources = {"neighbour": NEIGHBOUR}
    settings: dict[str, Mapping[str, Any]] = {"neighbour": {"limits": MANY_REPLIES}}
    if villain is not None:
        sources["villain"] = villain.body
        settings["villain"] = {"limits": villain.limits}
    for name, body in sources.items():
        file = write_plugin(site.plugins, name, body)
        file.write_text(IMPORTS + file.read_text(encoding="utf-8"), encoding="utf-8")
    site.configure(flood=MANY_MESSAGES, plugins={"enabled": [], "plugin_config": settings})


@contextlib.asynccontextmanager
async def _running(site: Site, channel: Channel, villain: Villain | None) -> AsyncIterator[Bot]:
    """A bot with both plugins; the villain comes first wherever the order counts."""
    bot: Any = Bot(await asyncio.to_thread(Config.load, site.config), connection=channel)
    bot.chaos = chaos = Chaos(site.config)
    async with bot:
        for name in ("villain", "neighbour") if villain is not None else ("neighbour",):
            await bot.load(name)
        try:
            await bot.bus.emit("rage")
            yield bot
        finally:
            chaos.stop()
