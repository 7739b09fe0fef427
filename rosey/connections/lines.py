"""The console where there is no terminal: lines in, replies out, for pipes and files."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import BinaryIO, TextIO

from rosey.chat.connection import Receive
from rosey.chat.escaping import for_terminal
from rosey.chat.model import Message, Rank, Reply, User

CONSOLE = "console"

LINE_MOST_BYTES = 65_536
"""A longer line is taken as several."""


def owner_message(text: str) -> Message:
    """What the local user says on the console: it is the owner, and nobody else hears it."""
    owner = User(name="owner", rank=Rank.OWNER)
    return Message(text=text, user=owner, connection=CONSOLE, is_private=True)


class LineConnection:
    """Talks to the owner line by line, so that a bot can stand in a pipe.

    Each line has been handled before the next is read. The connection ends with its source. Where
    nobody reads its replies any more, it ends after the line that it handles or waits for then.

    Args:
        source: Where lines come from, as UTF-8.
        sink: Where replies go.
    """

    name = CONSOLE
    own_name = None
    pace = None
    is_trusted = True

    def __init__(self, source: BinaryIO, sink: TextIO) -> None:
        self._source = source
        self._sink = sink
        self._is_read = True

    async def run(self, receive: Receive) -> None:
        """Pass on each line that is not empty."""
        while self._is_read and (line := await self._read()):
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if text.strip():
                await receive(owner_message(text))

    async def send(self, reply: Reply) -> None:
        """Print the reply."""
        await asyncio.to_thread(self._write, f"{for_terminal(reply.text)}\n")

    async def close(self) -> None:
        """Nothing is held: who opened the streams closes them."""

    async def _read(self) -> bytes:
        """The next line; empty at the end."""
        loop = asyncio.get_running_loop()
        line: asyncio.Future[bytes] = loop.create_future()

        def resolve(content: bytes) -> None:
            if not line.cancelled():
                line.set_result(content)

        def read() -> None:
            content = b""
            with contextlib.suppress(OSError):
                content = self._source.readline(LINE_MOST_BYTES)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(resolve, content)

        # No executor's thread: at its exit the process would wait for a line that never comes.
        threading.Thread(target=read, name="rosey-console", daemon=True).start()
        return await line

    def _write(self, text: str) -> None:
        try:
            self._sink.write(text)
            self._sink.flush()
        except BrokenPipeError:
            self._is_read = False
