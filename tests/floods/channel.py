"""One channel, and the real bots that sit in it; a test moves the time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from rosey.bot import Bot
from rosey.chat.connection import Link, Receive
from rosey.chat.model import Message, Reply, User
from rosey.chat.rules import FloodLimits, Rules
from tests.bots import bot_of, write_plugin
from tests.clock import Clock

LATENCY_S = 0.1


class Seat:
    """A bot's connection to a channel, which says the bot's own lines back."""

    name = "net"
    pace = None
    is_trusted = False

    def __init__(self, channel: Channel, own_name: str) -> None:
        self.own_name = own_name
        self.receive: asyncio.Future[Receive] = asyncio.get_running_loop().create_future()
        self._channel = channel

    async def run(self, receive: Receive) -> None:
        self.receive.set_result(receive)
        await asyncio.Event().wait()

    async def send(self, reply: Reply) -> None:
        self._channel.say(self.own_name, reply.text)

    async def close(self) -> None:
        """Nothing is held."""


class Channel:
    """Where what somebody says is heard by everybody, a moment later.

    Attributes:
        clock: The time in it.
        lines: Who has said what, oldest first.
        seats: The bots in it.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: list[tuple[str, str]] = []
        self.seats: dict[Bot, Seat] = {}
        self._fresh: list[tuple[str, str]] = []

    def seat(self, name: str) -> Seat:
        """A connection for a bot that is called so there."""
        return Seat(self, name)

    def say(self, who: str, text: str) -> None:
        """Say something."""
        self.lines.append((who, text))
        self._fresh.append((who, text))

    def said_by(self, *names: str) -> list[str]:
        """What these have said."""
        return [text for who, text in self.lines if who in names]

    async def go_on(self, seconds: float) -> None:
        """Let time pass: what is said takes `LATENCY_S` to be heard, and bots answer at once."""
        for _ in range(round(seconds / LATENCY_S)):
            self.clock.advance(LATENCY_S)
            fresh, self._fresh = self._fresh, []
            for who, text in fresh:
                for seat in self.seats.values():
                    receive = await seat.receive
                    receive(Message(text=text, user=User(name=who), connection=seat.name))
            for bot in self.seats:
                await bot.bus.drain()

    @contextlib.asynccontextmanager
    async def joined(
        self, folder: Path, name: str, body: str, *, prefix: str = "!", damper: bool = True
    ) -> AsyncIterator[Bot]:
        """A bot in the channel, with a plugin, whose link goes by the channel's clock."""
        write_plugin(folder / name, "talker", body)
        flood = FloodLimits(damper=damper)
        rules = Rules(flood=lambda: flood, prefix=lambda: prefix)
        async with bot_of(folder / name, command_prefix=prefix) as bot:
            seat = self.seats[bot] = self.seat(name)
            link = Link(seat, bot.bus, rules=rules, wait=self.clock.wait, clock=self.clock)
            link.start()
            yield bot
            await link.close()
            del self.seats[bot]
