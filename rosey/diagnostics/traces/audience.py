"""Who would hear an event that is emitted now, and which events anybody listens to."""

from __future__ import annotations

from dataclasses import dataclass

from rosey.plugins.bus import PluginEventBus


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearer:
    """One handler that an event goes to.

    Attributes:
        plugin: Whose it is; None for the bot's own.
        handler: Its name.
        pattern: What it has subscribed to.
    """

    plugin: str | None
    handler: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who hears an event.

    Attributes:
        event: Its name.
        hearers: The handlers, in the order in which they begin.
        names: All events that somebody has subscribed to by name, whichever was asked about.
    """

    event: str
    hearers: tuple[Hearer, ...]
    names: tuple[str, ...]


def audience(bus: PluginEventBus, event: str) -> Audience:
    """Who hears an event of this name, as of now; called on the bot's loop."""
    patterns = {subscription.pattern for subscription in bus.subscriptions()}
    hearers = (
        Hearer(plugin=s.face.plugin, handler=s.face.handler, pattern=s.pattern)
        for s in bus.listeners(event)
    )
    names = tuple(sorted(pattern for pattern in patterns if "*" not in pattern))
    return Audience(event=event, hearers=tuple(hearers), names=names)
