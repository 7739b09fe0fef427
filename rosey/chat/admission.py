"""Which of the messages that come in are handled: decided here, told elsewhere."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from rosey.chat.buckets import Buckets, TokenBucket
from rosey.chat.damper import Damper, Line
from rosey.chat.model import Message, Rank
from rosey.chat.rules import Rules

USERS_KEPT = 10_000
"""Users whose messages are counted; beyond that the one unheard for longest begins anew."""


class Reason(enum.StrEnum):
    """Why a message is dropped."""

    OWN = "own"
    IGNORED = "ignored"
    USER = "user"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A message that is not handled.

    Attributes:
        reason: Why.
        ignored_s: Seconds for which its sender is ignored from now on; None where that is not new.
    """

    reason: Reason
    ignored_s: float | None = None


class Admission:
    """Decides about the messages of one connection.

    Args:
        rules: How much may come in, and from whom.

    Attributes:
        damper: Must be told what the bot says there.
    """

    def __init__(self, rules: Rules) -> None:
        self.damper = Damper()
        self._rules = rules
        self._users = Buckets(USERS_KEPT)
        self._channel = TokenBucket()

    def judge(self, message: Message, own_name: str | None, now_s: float) -> Line | Drop:
        """Decide about a message.

        Args:
            message: The message.
            own_name: What the bot is called there. It is compared regardless of case: networks
                do not agree on that, and nobody is heard better for being called like the bot.
            now_s: When it came, in seconds.
        """
        if own_name is not None and message.user.name.casefold() == own_name.casefold():
            return Drop(reason=Reason.OWN)
        flood, key = self._rules.flood(), message.user.key
        if flood.damper and self.damper.is_ignored(key, now_s):
            return Drop(reason=Reason.IGNORED)
        if not self._users.take(key, flood.user, now_s):
            return Drop(reason=Reason.USER)
        is_counted = self._rules.permissions().rank_of(message.user) < Rank.MODERATOR
        if is_counted and not self._channel.take(flood.channel, now_s):
            return Drop(reason=Reason.CHANNEL)
        is_command = message.text.startswith(self._rules.prefix())
        line = self.damper.hear(key, message.text, now_s, is_command=is_command)
        if not (flood.damper and line.is_last_straw):
            return line
        ignored_s = self.damper.ignore(key, flood.ignore_s, now_s)
        return Drop(reason=Reason.IGNORED, ignored_s=ignored_s)
