"""Waiting for the end of the bot's connection."""

from __future__ import annotations

import asyncio
import io

from rosey.bot import Bot
from rosey.chat.connection import Receive
from rosey.chat.model import Message, User
from rosey.connections.lines import LineConnection
from rosey.plugins.events import Event


async def test_wait_ends_when_the_other_side_leaves() -> None:
    async with Bot(connection=LineConnection(io.BytesIO(), io.StringIO())) as bot:
        await bot.wait_closed()

        assert bot.started_at is not None


async def test_what_was_said_last_is_answered_first() -> None:
    class Hasty:
        """Says one thing and leaves at once."""

        name = "hasty"
        own_name = None
        pace = None
        is_trusted = False

        async def run(self, receive: Receive) -> None:
            receive(Message(text="bye", user=User(name="u"), connection=self.name))

        async def send(self, reply: object) -> None:
            raise NotImplementedError

        async def close(self) -> None:
            """Nothing is held."""

    handled: list[str] = []

    async def handle(event: Event, data: dict[str, str]) -> None:
        await asyncio.sleep(0)
        handled.append(f"{event.name} {data['msg']}")

    async with Bot(connection=Hasty()) as bot:
        bot.on("message", handle)

        await bot.wait_closed()

        assert handled == ["message bye"]


async def test_wait_ends_when_the_bot_is_stopped() -> None:
    async with Bot() as bot:
        waiting = asyncio.create_task(bot.wait_closed())
        await asyncio.sleep(0)

        await bot.stop()

        await waiting


async def test_bot_that_never_started_is_closed() -> None:
    bot = Bot()

    await bot.wait_closed()

    await bot.stop()
