"""The notebook's `bot.step`: what waits for a plugin that is held, let through one by one."""

from __future__ import annotations

from dataclasses import dataclass

from rosey.bot import Bot
from rosey.conversation import settled
from rosey.diagnostics.holding import Held
from rosey.diagnostics.snapshot import plugin_snapshot
from rosey.diagnostics.traces.trace import ChainTrace
from rosey.workbench.calls.traces import Traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """An event that was let through, and what waits now.

    Attributes:
        plugin: Whom it was let through to.
        chain: What became of it there, and of all that it led to.
        held: What waits for the plugin now; None where it is held no more.
    """

    plugin: str
    chain: ChainTrace
    held: Held | None


async def step(bot: Bot, traces: Traces, name: str) -> Stepped:
    """Let the first event that waits for a plugin through, and wait until all of it is handled.

    Where it is cancelled, so are the handlers that wait for something; that is no fault of theirs.

    Raises:
        PluginNotFoundError: There is no such plugin.
        PluginStateError: It is not held, nothing waits, or it is not enabled.
        RoseyError: Too much went on meanwhile to keep what became of it.
    """
    delivery = await settled(bot.bus, await bot.plugin_manager.holding.step(name))
    chain = traces.of(delivery.id).part(delivery.id)
    return Stepped(plugin=name, chain=chain, held=plugin_snapshot(bot, name).held)
