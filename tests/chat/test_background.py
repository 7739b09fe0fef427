"""Tasks of the bot itself have no part in what begins them."""

from __future__ import annotations

import asyncio

from rosey.chat.background import in_background
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.events import Event, current_event


async def test_task_of_the_bot_handles_no_event() -> None:
    bus, seen, tasks = PluginEventBus(), list[Event | None](), list[asyncio.Task[None]]()

    async def look() -> None:
        seen.append(current_event())

    def begin(_event: Event, _data: object) -> None:
        tasks.append(in_background(look(), "look"))

    bus.subscribe("join", begin)
    await bus.emit("join")
    await asyncio.gather(*tasks)
    await bus.close()

    assert seen == [None]
