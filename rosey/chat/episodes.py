"""Episodes: of what happens again and again, its beginning and its end are told."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

QUIET_S = 10.0
"""Seconds without a further message after which an episode has ended."""

EPISODES_MOST = 100
"""Episodes of single users at one time; whoever comes later shares one with all others."""

_OTHERS = object()


@dataclass(slots=True, kw_only=True)
class Episode:
    """Messages that were dropped for the same reason, with no long pause between them.

    Attributes:
        reason: Why.
        user: Whose they were, by the name that was shown; None for those of several users.
        began_s: When the first was dropped.
        last_s: When the last was.
        count: How many were.
    """

    reason: str
    user: str | None
    began_s: float
    last_s: float
    count: int = 0


class Episodes:
    """The episodes of one connection that have not ended."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, Hashable], Episode] = {}

    def __len__(self) -> int:
        return len(self._open)

    def note(self, reason: str, key: Hashable, user: str | None, now_s: float) -> Episode | None:
        """Count a message that was dropped.

        Args:
            reason: Why.
            key: Whose it was; None where that does not matter.
            user: The same for people.
            now_s: When, in seconds.

        Returns:
            The episode, where it is a new one.
        """
        episode = self._open.get((reason, key))
        if episode is None and len(self._open) >= EPISODES_MOST:
            key, user = _OTHERS, None
            episode = self._open.get((reason, key))
        begun = None
        if episode is None:
            episode = begun = Episode(reason=reason, user=user, began_s=now_s, last_s=now_s)
            self._open[reason, key] = episode
        episode.count += 1
        episode.last_s = now_s
        return begun

    def ended(self, now_s: float) -> list[Episode]:
        """The episodes that have come to their end; they are told once."""
        over = [k for k, e in self._open.items() if not 0 <= now_s - e.last_s < QUIET_S]
        return [self._open.pop(key) for key in over]

    def end(self) -> list[Episode]:
        """All episodes: they are over."""
        ended = [*self._open.values()]
        self._open.clear()
        return ended
