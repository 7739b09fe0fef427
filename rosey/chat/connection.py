"""Connections: what a network must do for the bot, and the link that joins one to the bus."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from rosey.chat.escaping import for_log
from rosey.chat.model import LOCAL, Message, Reply, Whispered
from rosey.errors import ConnectionLostError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault, describe
from rosey.plugins.events import Event, current_event

logger = logging.getLogger(__name__)

Receive = Callable[[Message], Awaitable[object]]
"""Takes a message at once; awaiting the result, which is optional, waits until it is handled."""

BACKOFF_MOST_S = 60.0

CLOSING_MOST_S = 5.0
"""Seconds that a connection has to end when it is told to."""


class Connection(Protocol):
    """One network, or one place where people talk to the bot.

    The link calls `run` once for each time that the connection is to be up, `send` at any time
    before `close`, and `close` once at the end.
    """

    @property
    def name(self) -> str:
        """What the connection is called in messages and replies."""

    async def run(self, receive: Receive) -> None:
        """Connect, pass on what is said, and return when the other side ends it for good.

        Args:
            receive: Takes each message. What it returns need not be awaited.

        Raises:
            ConnectionLostError: The connection broke; the link tries again later.
        """

    async def send(self, reply: Reply) -> None:
        """Say something.

        Raises:
            ConnectionLostError: It cannot be said at the moment.
        """

    async def close(self) -> None:
        """Let go of what the connection holds."""


def backoff_s(attempt: int) -> float:
    """Wait before connecting again.

    Args:
        attempt: 0 for the first retry.

    Returns:
        Seconds, 1 to 60, doubling each time, before jitter.

    Raises:
        ValueError: `attempt` is negative.
    """
    if attempt < 0:
        raise ValueError(f"attempt {attempt} is before the first, which is 0")
    return min(BACKOFF_MOST_S, 2.0 ** min(attempt, 10))


class Link:
    """Joins a connection to the bus: what comes in is a `message`, each `reply` to it goes out.

    Args:
        connection: The connection.
        bus: The bus.
        wait: Waits for some seconds; a test may hand in its own.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        connection: Connection,
        bus: PluginEventBus,
        *,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.connection = connection
        self._bus = bus
        self._wait = wait
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False
        self._subscription = bus.subscribe("reply", self._send)

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.connection.name

    async def send_message(self, text: str, *, to: str | None = None) -> None:
        """Say something: where the current event came from, or else here.

        What is said while a private message is handled, or an event that it led to, goes to its
        sender alone.

        Args:
            text: What to say.
            to: The name of the user who alone gets it; None for everybody.
        """
        event = current_event()
        origin = event.origin if event is not None and event.origin else self.name
        if to is None and event is not None:
            to = _sender(event)
        await self._bus.emit("reply", Reply(text=text, connection=str(origin), to=to).data)

    def start(self) -> asyncio.Task[None]:
        """Connect, and stay connected; called once.

        Returns:
            A task that ends when the other side ends the connection for good. It does not fail.
        """
        self._task = asyncio.create_task(self._stay_connected(), name=f"rosey-{self.name}")
        return self._task

    async def close(self) -> None:
        """Disconnect; a second call does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._subscription.cancel()
        if self._task is not None:
            self._task.cancel()
            _, running = await asyncio.wait([self._task], timeout=CLOSING_MOST_S)
            if running:
                logger.warning("%s does not end when it is told to", self.name)
        await self.connection.close()

    async def _stay_connected(self) -> None:
        attempt = 0
        while True:
            began = self._clock()
            lost = await self._run()
            if lost is None:
                return
            # One that held for a while was no failed attempt.
            attempt = 0 if self._clock() - began > BACKOFF_MOST_S else attempt
            pause_s = backoff_s(attempt) * random.uniform(0.5, 1.0)  # noqa: S311  jitter
            logger.warning("%s: %s; again in %.1f s", self.name, for_log(lost), pause_s)
            await self._wait(pause_s)
            attempt += 1

    async def _run(self) -> str | None:
        """Be connected once; why the connection was lost, or None where it has ended for good."""
        try:
            await self.connection.run(self._receive)
        except ConnectionLostError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  a fault in one connection must not silence the bot
            self._bus.report(Fault.of(None, f"connection {self.name}", error))
            return describe(error)
        return None

    def _receive(self, message: Message) -> Awaitable[object]:
        name = message.user.name
        origin = Whispered(self.name, name) if message.is_private else self.name
        return self._bus.emit_soon("message", message.data, origin=origin)

    async def _send(self, event: Event, data: object) -> None:
        reply = Reply.of(data, event.origin or LOCAL)
        if not isinstance(data, Mapping) or data.keys().isdisjoint({"connection", "to"}):
            reply = dataclasses.replace(reply, to=_sender(event))
        if reply.connection != self.name:
            return
        try:
            await self.connection.send(reply)
        except ConnectionLostError as error:
            # Nobody's fault: while a connection is down, what is said there is lost.
            logger.warning("%s: a reply was not sent: %s", self.name, for_log(str(error)))


def _sender(event: Event) -> str | None:
    """Who sent the private message that an event is, or was led to by; None where none did."""
    if event.name == "message":
        message = Message.of(event.data, event.origin or LOCAL)
        return message.user.name if message.is_private else None
    return event.origin.to if isinstance(event.origin, Whispered) else None
