"""The local connection: in memory, for notebooks, tests and `bot.say`."""

from __future__ import annotations

import asyncio
import collections

from rosey.chat.connection import Receive
from rosey.chat.model import LOCAL, Reply

REPLIES_KEPT = 1_000


class LocalConnection:
    """Where the user of a notebook or a test talks to the bot.

    Attributes:
        replies: The last `REPLIES_KEPT` things that the bot said here, newest last.
    """

    name = LOCAL
    own_name = None
    pace = None
    is_trusted = True

    def __init__(self) -> None:
        self.replies: collections.deque[Reply] = collections.deque(maxlen=REPLIES_KEPT)

    async def run(self, receive: Receive) -> None:
        """Stay until the bot stops: what is said comes in by `bot.say`."""
        del receive
        await asyncio.Event().wait()

    async def send(self, reply: Reply) -> None:
        """Keep the reply."""
        self.replies.append(reply)

    async def close(self) -> None:
        """Nothing is held."""
