"""What one plugin has to say on one connection, and has not said yet."""

from __future__ import annotations

import collections
from dataclasses import dataclass

from rosey.chat.buckets import TokenBucket
from rosey.chat.damper import Line
from rosey.chat.model import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A reply on its way out.

    Attributes:
        reply: The reply.
        line: What it is said to, for the damper; None where it is to nothing.
        since_s: When it was said, in seconds.
    """

    reply: Reply
    line: Line | None
    since_s: float


class ReplyQueue:
    """The replies of one plugin that wait, in order.

    Args:
        plugin: The plugin's name; None for the bot's own.

    Attributes:
        waiting: They, oldest first.
        bucket: How much the plugin has said lately.
        refused: How many replies were refused since the queue was empty.
        is_silenced: Whether it is known that the plugin may not speak.
    """

    __slots__ = ("bucket", "is_silenced", "plugin", "refused", "waiting")

    def __init__(self, plugin: str | None) -> None:
        self.plugin = plugin
        self.waiting: collections.deque[Spoken] = collections.deque()
        self.bucket = TokenBucket()
        self.refused = 0
        self.is_silenced = False
