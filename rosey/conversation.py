"""An event that is sent as if it came in on a connection, and what is replied to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from rosey.chat.model import Message, Rank, Reply, User
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.events import Delivery, Event, current_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """An event, and what came of it.

    Attributes:
        delivery: Who handled it.
        replies: What the bot said because of it, in order.
    """

    delivery: Delivery
    replies: tuple[str, ...]


def spoken(text: str, user: str, rank: Rank, connection: str) -> dict[str, Any]:
    """The data of the event `message` for a line that somebody says to the bot alone."""
    person = User(name=user, rank=rank)
    message = Message(text=text, user=person, connection=connection, is_private=True)
    return message.data


async def exchange(bus: PluginEventBus, connection: str, event: str, data: object) -> Exchange:
    """Emit an event as if it came in on a connection, and listen for the replies.

    Returns:
        Who handled it and what the bot replied on that connection, once all events that it led to
        are handled. Tasks that plugins started meanwhile may still run. Where it is cancelled, so
        are the handlers that wait for something; that is no fault of theirs.

    Raises:
        RuntimeError: It is called in a handler, which would wait for itself: emit instead.
    """
    if current_event() is not None:
        raise RuntimeError(f"a handler would wait for itself: emit {event!r} instead")
    replies: list[tuple[int, int, Reply]] = []

    def note(sent: Event, delivery: Delivery) -> None:
        if sent.name == "reply" and delivery.refused is None:
            reply = Reply.of(sent.data, sent.origin or connection)
            replies.append((sent.root, sent.id, reply))

    with bus.tap(note):
        delivery = await settled(bus, bus.emit_soon(event, data, origin=connection))
    mine = {
        place: reply.text
        for root, place, reply in replies
        if root == delivery.root and reply.connection == connection
    }
    return Exchange(delivery=delivery, replies=tuple(mine[place] for place in sorted(mine)))


async def settled(bus: PluginEventBus, emitted: asyncio.Task[Delivery]) -> Delivery:
    """Wait until an event that is on its way is handled, and so are all that it led to.

    Where this is cancelled, so are handlers that wait for something; that is no fault of theirs.
    """
    root = bus.pending.root_of(emitted)
    try:
        delivery = await asyncio.shield(emitted)
        await bus.drain(root)
    except asyncio.CancelledError:
        bus.caller.call_off(root)
        await asyncio.wait([emitted], timeout=bus.caller.grace_s)
        raise
    return delivery
