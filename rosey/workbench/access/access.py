"""Whether a notebook may change the bot: always its own, one in production when it is unlocked."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from rosey.chat.escaping import for_log
from rosey.errors import RoseyError, UsageError
from rosey.workbench.access.audit import Audit
from rosey.workbench.crossing.loop import LoopThread

logger = logging.getLogger(__name__)

MINUTES = 10
"""How long a bot is unlocked, unless somebody says otherwise."""

MOST_MINUTES = 60

MOST_CHARS = 200
"""A longer reason, or a longer change, is cut in the audit."""


READ_ONLY = "this bot is in production, and read-only: %rosey unlock REASON lets you change it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """For how long a bot in production may be changed.

    Attributes:
        reason: Why.
        until: When that ends, in seconds since the epoch.
    """

    reason: str
    until: float


class Access:
    """What a notebook may do to the bot of its kernel.

    A bot in production may be looked at. It is changed by whoever has unlocked it with a reason,
    for some minutes; each change is noted first. All notebooks of one kernel share that.

    Args:
        thread: Where the bot's loop runs.
        audit: Notes what is done to a bot in production; None for a notebook's own bot, which may
            be changed at any time.
        clock: Tells the time that passes, in seconds.

    Attributes:
        thread: As passed: for looks, which anybody may take.
    """

    def __init__(
        self,
        thread: LoopThread,
        audit: Audit | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.thread = thread
        self._audit = audit
        self._clock = clock
        self._guard = threading.Lock()
        self._unlocked: Unlocked | None = None
        self._ends_at = 0.0

    @property
    def is_production(self) -> bool:
        """Whether the bot serves others, and is read-only until it is unlocked."""
        return self._audit is not None

    @property
    def unlocked(self) -> Unlocked | None:
        """Why and for how long a bot in production may be changed; None where it may not be."""
        with self._guard:
            return self._still_unlocked()

    def changing(self, what: str) -> LoopThread:
        """The bot's loop, for a change, which is noted.

        Args:
            what: The change, for the audit: `reload trivia`.

        Raises:
            RoseyError: The bot is in production, and locked; or the change cannot be noted.
        """
        if self._audit is None:
            return self.thread
        what = _brief(what)
        with self._guard:
            unlocked = self._still_unlocked()
            if unlocked is not None:
                self._audit.note(what, reason=unlocked.reason)
        if unlocked is None:
            logger.warning("refused, as this bot is in production and locked: %s", for_log(what))
            raise RoseyError(READ_ONLY)
        logger.info("from a notebook: %s (%s)", for_log(what), for_log(unlocked.reason))
        return self.thread

    def unlock(self, reason: str, minutes: int = MINUTES) -> Unlocked:
        """Let the bot be changed for a while; a second time replaces the first.

        Args:
            reason: Why, in a few words.
            minutes: For how long, from 1 to `MOST_MINUTES`.

        Raises:
            UsageError: There is no reason, or the minutes are out of range.
            RoseyError: The bot is not in production, or this cannot be noted.
        """
        if self._audit is None:
            raise RoseyError("this bot is not in production: nothing of it is locked")
        reason = _brief(reason)
        if not reason:
            raise UsageError("say why, in a few words: that is kept with each change")
        if not 1 <= minutes <= MOST_MINUTES:
            raise UsageError(f"a bot is unlocked for 1 to {MOST_MINUTES} minutes, not {minutes}")
        with self._guard:
            self._audit.note("unlock", reason=reason, minutes=minutes)
            self._unlocked = Unlocked(reason=reason, until=time.time() + minutes * 60)
            self._ends_at = self._clock() + minutes * 60
        logger.warning("unlocked for %d min: %s", minutes, for_log(reason))
        return self._unlocked

    def lock(self) -> None:
        """Let the bot be changed no more; nothing happens where it is locked already.

        Raises:
            RoseyError: The bot is not in production; or this cannot be noted, and it is locked.
        """
        if self._audit is None:
            raise RoseyError("this bot is not in production: there is nothing to lock")
        with self._guard:
            unlocked, self._unlocked = self._still_unlocked(), None
            if unlocked is not None:
                self._audit.note("lock")
        if unlocked is not None:
            logger.warning("locked again")

    def _still_unlocked(self) -> Unlocked | None:
        if self._clock() >= self._ends_at:
            self._unlocked = None
        return self._unlocked


def _brief(text: str) -> str:
    """A text on one line, of `MOST_CHARS` characters at most."""
    text = " ".join(text.split())
    return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]}…"
