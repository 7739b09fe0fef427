"""What holds on the links of a bot: how much may come in, and what may go out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rosey.chat.buckets import Rate
from rosey.chat.permissions import Permissions
from rosey.errors import PluginError
from rosey.plugins.supervision.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodLimits:
    """How much may come in on each connection.

    Attributes:
        user: Messages of one user.
        channel: Messages of all users together; those of moderators and higher do not count.
        damper: Whether those who answer each answer of the bot, as machines do, are ignored.
        ignore_s: Seconds for which they are ignored at first.
    """

    user: Rate = field(default_factory=lambda: Rate(per_s=2.0, burst=20))
    channel: Rate = field(default_factory=lambda: Rate(per_s=50.0, burst=200))
    damper: bool = True
    ignore_s: float = 60.0


def _nothing(_plugin: str) -> None:
    """Do nothing about a plugin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What links ask, each time anew, as all of it may change while the bot runs.

    Attributes:
        flood: How much may come in.
        permissions: Who may do what.
        prefix: What a command begins with.
        limits_of: How much a plugin may take, by its name.
        refusal_of: Why a plugin may say nothing at all; None where it may speak.
        sent: Told of the plugin of each reply that went out.
        refused: Told of the plugin of each reply that it was not allowed.
    """

    flood: Callable[[], FloodLimits] = FloodLimits
    permissions: Callable[[], Permissions] = Permissions
    prefix: Callable[[], str] = lambda: "!"
    limits_of: Callable[[str], Limits] = lambda _plugin: Limits()
    refusal_of: Callable[[str], PluginError | None] = _nothing
    sent: Callable[[str], object] = _nothing
    refused: Callable[[str], object] = _nothing
