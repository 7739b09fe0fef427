"""Cooldowns: how long a user waits before the same command may be used again."""

from __future__ import annotations

from collections.abc import Callable

from rosey.chat.model import Message

USERS_KEPT = 10_000
"""Waiting times that are remembered; beyond that the longest unseen is forgotten."""


class Cooldowns:
    """Waiting times by command and user.

    Args:
        clock: Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ready_at: dict[tuple[str, str, tuple[bool, str]], float] = {}

    def wait_s(self, command: str, cooldown_s: float, message: Message) -> float:
        """Seconds that the sender of `message` has to wait; where there are none, it begins."""
        key = (command, message.connection, message.user.key)
        now = self._clock()
        wait_s = self._ready_at.get(key, now) - now
        if wait_s > 0:
            return wait_s
        self._ready_at.pop(key, None)
        self._ready_at[key] = now + cooldown_s
        if len(self._ready_at) > USERS_KEPT:
            del self._ready_at[next(iter(self._ready_at))]
        return 0.0
