"""The intake of a connection: lets messages through, and tells of those that it drops."""

from __future__ import annotations

import asyncio
import collections
import logging
from collections.abc import Awaitable, Callable

from rosey.chat.admission import Admission, Drop, Reason
from rosey.chat.background import in_background
from rosey.chat.damper import Line
from rosey.chat.episodes import QUIET_S, Episode, Episodes
from rosey.chat.escaping import for_log
from rosey.chat.model import Message, User
from rosey.chat.rules import Rules
from rosey.plugins.bus import PluginEventBus

logger = logging.getLogger(__name__)

_SHOWN_CHARS = 40
_WHY = {
    Reason.USER: "more come from {user} than one user may send",
    Reason.CHANNEL: "more come than all users together may send",
}


class Intake:
    """Decides about each message of a connection, and tells of each episode once.

    Args:
        connection: The connection's name.
        bus: Hears of what is dropped.
        rules: How much may come in, and from whom.
        wait: Waits for some seconds.
        clock: Seconds.

    Attributes:
        dropped: How many messages were, by reason.
    """

    def __init__(
        self,
        connection: str,
        bus: PluginEventBus,
        rules: Rules,
        *,
        wait: Callable[[float], Awaitable[object]],
        clock: Callable[[], float],
    ) -> None:
        self.dropped: collections.Counter[Reason] = collections.Counter()
        self._connection = connection
        self._bus = bus
        self._admission = Admission(rules)
        self._wait = wait
        self._clock = clock
        self._episodes = Episodes()
        self._watching: asyncio.Task[None] | None = None

    def admit(self, message: Message, own_name: str | None) -> Line | None:
        """Let a message through; None where it is dropped.

        Args:
            message: The message.
            own_name: What the bot is called on the connection.
        """
        now_s = self._clock()
        verdict = self._admission.judge(message, own_name, now_s)
        if isinstance(verdict, Line):
            return verdict
        self.dropped[verdict.reason] += 1
        # It hears itself all the time; that is nothing to be told.
        if verdict.reason is not Reason.OWN:
            self._note(verdict, message.user, now_s)
        return None

    def spoke(self, line: Line | None, text: str) -> None:
        """Take note of what the bot has said, and to which line."""
        self._admission.damper.speak(line, text, self._clock())

    async def close(self) -> None:
        """Tell of what was dropped and is not told yet."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        for episode in self._episodes.end():
            self._tell_end(episode)

    def _note(self, drop: Drop, user: User, now_s: float) -> None:
        shown = user.name[:_SHOWN_CHARS]
        if drop.ignored_s is not None:
            self._tell_ignored(shown, drop.ignored_s)
        is_of_one = drop.reason is not Reason.CHANNEL
        key, name = (user.key, shown) if is_of_one else (None, None)
        begun = self._episodes.note(drop.reason, key, name, now_s)
        if begun is not None and drop.reason in _WHY:
            why = _WHY[drop.reason].format(user=for_log(begun.user or "many users"))
            logger.warning("%s: messages are dropped: %s", self._connection, why)
        if self._watching is None:
            self._watching = in_background(self._watch(), f"rosey-dropped {self._connection}")

    def _tell_ignored(self, user: str, seconds: float) -> None:
        logger.warning(
            "%s: %s answers each answer, as machines do, and is ignored for %g s",
            self._connection,
            for_log(user),
            seconds,
        )
        facts = {"connection": self._connection, "user": user, "seconds": seconds}
        self._bus.emit_soon("user.ignored", facts)

    async def _watch(self) -> None:
        while self._episodes:
            await self._wait(QUIET_S)
            for episode in self._episodes.ended(self._clock()):
                self._tell_end(episode)
        self._watching = None

    def _tell_end(self, episode: Episode) -> None:
        seconds = episode.last_s - episode.began_s
        logger.warning(
            "%s: %d messages of %s were dropped within %.1f s",
            self._connection,
            episode.count,
            for_log(episode.user or "several users"),
            seconds,
        )
        facts = {
            "connection": self._connection,
            "user": episode.user,
            "reason": str(episode.reason),
            "count": episode.count,
            "seconds": seconds,
        }
        self._bus.emit_soon("message.dropped", facts)
