"""A chat without a bot: a bus, a router, and whoever says something."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from rosey.chat.model import Message, Rank, Reply, User
from rosey.chat.permissions import Permissions
from rosey.chat.router import Router
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault
from rosey.plugins.events import Event
from rosey.plugins.ledger import Ledger


@dataclass
class Chat:
    """Says things to a router, and hears what it answers."""

    bus: PluginEventBus
    router: Router
    now_s: float = 0.0
    replies: list[Reply] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    async def say(
        self,
        text: str,
        *,
        user: str = "bob",
        account: str | None = None,
        rank: Rank = Rank.GUEST,
        is_private: bool = True,
    ) -> list[str]:
        """Say something; tells what was answered."""
        sender = User(name=user, rank=rank, account=account)
        message = Message(text=text, user=sender, connection="net", is_private=is_private)
        before = len(self.replies)
        delivery = await self.bus.emit("message", message.data, origin="net")
        await self.bus.drain(delivery.root)
        return [reply.text for reply in self.replies[before:]]

    def plugin(self, name: str) -> Ledger:
        """The ledger of a plugin that is in service."""
        return Ledger(name, self.bus.caller, self.bus.report)


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    """A chat whose clock stands still and whose `root` account is an owner."""
    bus = PluginEventBus()
    chat = Chat(bus, Router(bus, permissions=Permissions(accounts={"root": Rank.OWNER})))

    def hear(event: Event, data: object) -> None:
        chat.replies.append(Reply.of(data, event.origin or "local"))

    bus.subscribe("reply", hear)
    bus.fault_listeners.append(chat.faults.append)
    yield chat
    await bus.drain()
    await bus.close()
