"""Where somebody asks the neighbour, and hears what it answers."""

from __future__ import annotations

import asyncio
from time import perf_counter

from rosey.chat.connection import Receive
from rosey.chat.model import Message, Rank, Reply, User
from tests.sites import WAIT_S


class Channel:
    """Where people talk to the bot; what it says is heard in order.

    Attributes:
        answers: What was said to those who asked, in order.
    """

    name = "channel"
    own_name = None
    pace = None
    is_trusted = False

    def __init__(self) -> None:
        self.answers: list[str] = []
        self._receive: asyncio.Future[Receive] = asyncio.get_running_loop().create_future()
        self._answered = asyncio.Event()

    async def run(self, receive: Receive) -> None:
        self._receive.set_result(receive)
        await asyncio.Event().wait()

    async def send(self, reply: Reply) -> None:
        if " is the answer " in reply.text:
            self.answers.append(reply.text)
            self._answered.set()

    async def close(self) -> None:
        """Nothing is held."""

    async def ask(self, number: int) -> float:
        """Ask the neighbour something; gives the seconds until it has answered."""
        receive = await self._receive
        asker = User(name="asker", rank=Rank.MODERATOR, account="asker")
        self._answered.clear()
        asked_at = perf_counter()
        receive(Message(text=f"!count {number}", user=asker, connection=self.name))
        async with asyncio.timeout(WAIT_S):
            await self._answered.wait()
        return perf_counter() - asked_at
