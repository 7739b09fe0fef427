"""Connections: what a network must do for the bot, and the link that joins one to the bus."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import random
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Protocol

from rosey.chat.admission import Reason
from rosey.chat.buckets import Rate
from rosey.chat.escaping import for_chat, for_log
from rosey.chat.intake import Intake
from rosey.chat.model import LOCAL, Message, Reply
from rosey.chat.origin import Origin
from rosey.chat.outlet import Outlet
from rosey.chat.rules import Rules
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

    @property
    def own_name(self) -> str | None:
        """What the bot is called there at the moment; None where it does not hear itself.

        A message by that name is the bot's own, which the network says back.
        """

    @property
    def pace(self) -> Rate | None:
        """How many replies the network takes before it drops some; None for any number."""

    @property
    def is_trusted(self) -> bool:
        """Whether only the bot's owner talks here: then nothing is dropped, and nothing waits."""

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


class _Nothing:
    """What need not be waited for; no future, as one would be made for each message of a flood."""

    def __await__(self) -> Generator[None, None, None]:
        yield from ()


_NOTHING = _Nothing()


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
        rules: How much may come in and go out.
        wait: Waits for some seconds; a test may hand in its own.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        connection: Connection,
        bus: PluginEventBus,
        *,
        rules: Rules | None = None,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.connection = connection
        self._bus = bus
        self._rules = rules if rules is not None else Rules()
        self._wait = wait
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False
        self._intake = Intake(connection.name, bus, self._rules, wait=wait, clock=clock)
        self._outlet = Outlet(
            connection, self._rules, bus.report, spoke=self._intake.spoke, wait=wait, clock=clock
        )
        self._subscription = bus.subscribe("reply", self._send)

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.connection.name

    @property
    def dropped(self) -> Mapping[Reason, int]:
        """How many messages were dropped, by reason; those that the bot said itself included."""
        return self._intake.dropped

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
        await self._outlet.close()
        if self._task is not None:
            self._task.cancel()
            _, running = await asyncio.wait([self._task], timeout=CLOSING_MOST_S)
            if running:
                logger.warning("%s does not end when it is told to", self.name)
        await self._intake.close()
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
        line = None
        if not self.connection.is_trusted:
            line = self._intake.admit(message, self.connection.own_name)
            if line is None:
                return _NOTHING
        to = message.user.name if message.is_private else None
        origin = Origin(self.name, to=to, line=line)
        return self._bus.emit_soon("message", message.data, origin=origin)

    async def _send(self, event: Event, data: object) -> None:
        reply = Reply.of(data, event.origin or LOCAL)
        if reply.connection != self.name:
            return
        if not isinstance(data, Mapping) or data.keys().isdisjoint({"connection", "to"}):
            reply = dataclasses.replace(reply, to=_sender(event))
        line = None
        if not self.connection.is_trusted:
            reply = dataclasses.replace(reply, text=for_chat(reply.text, self._rules.prefix()))
            line = event.origin.line if isinstance(event.origin, Origin) else None
        await self._outlet.say(reply, event.emitter, line)


def _sender(event: Event) -> str | None:
    """Who sent the private message that an event is, or was led to by; None where none did."""
    if event.name == "message":
        message = Message.of(event.data, event.origin or LOCAL)
        return message.user.name if message.is_private else None
    return event.origin.to if isinstance(event.origin, Origin) else None
