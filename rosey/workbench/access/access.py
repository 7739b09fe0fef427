"""Whether a notebook may change the bot: always its own, one in production when it is unlocked."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rosey.chat.escaping import for_log
from rosey.errors import RoseyError, UsageError
from rosey.workbench.access.audit import Audit
from rosey.workbench.crossing.loop import LoopThread

logger = logging.getLogger(__name__)

MINUTES = 10
"""How long a bot is unlocked, unless somebody says otherwise."""

MOST_MINUTES = 60

MOST_CHARS = 200
"""A longer reason, or a longer change, is cut."""

UNLOCKING = "%rosey unlock REASON lets you change it"
"""What to do about a bot that is locked."""

READ_ONLY = f"this bot is in production, and read-only: {UNLOCKING}"
"""Why something is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """For how long a bot in production may be changed.

    Attributes:
        reason: Why.
        until: When that ends, in seconds since the epoch.
        ends_at: The same by the clock of the `Access`.
    """

    reason: str
    until: float
    ends_at: float = field(repr=False, compare=False)


class Access:
    """What a notebook may do to the bot of its kernel.

    A bot in production may be looked at. It is changed by whoever has unlocked it with a reason,
    for some minutes; each change is noted first. All notebooks and panels of one kernel share that.

    Args:
        thread: Where the bot's loop runs.
        audit: Notes what is done to a bot in production; None for a notebook's own bot, which may
            be changed at any time.
        redact: Takes the values of secrets out of a text.
        clock: Tells the time that passes, in seconds.
    """

    def __init__(
        self,
        thread: LoopThread,
        audit: Audit | None = None,
        redact: Callable[[str], str] = str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._thread = thread
        self._audit = audit
        self._redact = redact
        self._clock = clock
        # Held while something is noted: nothing is, after it was locked.
        self._noting = threading.Lock()
        self._unlocked: Unlocked | None = None

    @property
    def is_production(self) -> bool:
        """Whether the bot serves others, and is read-only until it is unlocked."""
        return self._audit is not None

    @property
    def unlocked(self) -> Unlocked | None:
        """Why and for how long a bot in production may be changed; None where it may not be."""
        unlocked = self._unlocked
        return unlocked if unlocked is not None and self._clock() < unlocked.ends_at else None

    def require(self, what: str) -> None:
        """Allow a change, and note it.

        Args:
            what: The change: `reload trivia`.

        Raises:
            RoseyError: The bot is in production, and locked; or the change cannot be noted.
        """
        if self._audit is None:
            return
        what = self._brief(what)
        with self._noting:
            unlocked = self.unlocked
            if unlocked is not None:
                self._note(self._audit, what, reason=unlocked.reason)
        if unlocked is None:
            logger.info("refused, as this bot is in production and locked: %s", for_log(what))
            raise RoseyError(READ_ONLY)
        logger.info("from a notebook: %s (%s)", for_log(what), for_log(unlocked.reason))

    def loop_for(self, what: str) -> LoopThread:
        """The bot's loop, for a change; see `require`."""
        self.require(what)
        return self._thread

    def unlock(self, reason: str, minutes: int = MINUTES) -> Unlocked:
        """Let the bot be changed for a while; a second time replaces the first.

        Args:
            reason: Why, in a few words.
            minutes: For how long, from 1 to `MOST_MINUTES`.

        Raises:
            UsageError: There is no word in the reason, or the minutes are out of range.
            RoseyError: The bot is not in production, or this cannot be noted.
        """
        if self._audit is None:
            raise RoseyError("this bot is not in production: nothing of it is locked")
        reason = self._brief(reason)
        if not any(map(str.isalpha, reason)):
            raise UsageError("say why, in a few words: that is kept with each change")
        if minutes not in range(1, MOST_MINUTES + 1):
            raise UsageError(f"a bot is unlocked for 1 to {MOST_MINUTES} minutes, not {minutes}")
        with self._noting:
            self._note(self._audit, "unlock", reason=reason, minutes=minutes)
            seconds = minutes * 60
            unlocked = Unlocked(
                reason=reason, until=time.time() + seconds, ends_at=self._clock() + seconds
            )
            self._unlocked = unlocked
        logger.warning("unlocked for %d min: %s", minutes, for_log(reason))
        return unlocked

    def lock(self) -> None:
        """Let the bot be changed no more; nothing happens where it is locked already.

        Raises:
            RoseyError: The bot is not in production; or this cannot be noted, and it is locked.
        """
        if self._audit is None:
            raise RoseyError("this bot is not in production: there is nothing to lock")
        unlocked, self._unlocked = self.unlocked, None
        if unlocked is None:
            return
        logger.warning("locked again")
        with self._noting:
            try:
                self._audit.note("lock")
            except RoseyError as error:
                raise RoseyError(f"it is locked, but that is not noted: {error}") from error

    def __repr__(self) -> str:
        if not self.is_production:
            return "<access: the bot is this notebook's own>"
        return f"<access: production, {'read-only' if self.unlocked is None else 'unlocked'}>"

    def _note(self, audit: Audit, what: str, **facts: str | int) -> None:
        try:
            audit.note(what, **facts)
        except RoseyError as error:
            raise RoseyError(f"it is not done, as it cannot be noted: {error}") from error

    def _brief(self, text: str) -> str:
        """A text on one line, without secrets, of `MOST_CHARS` characters at most."""
        text = " ".join(self._redact(text).split())
        return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]}…"
