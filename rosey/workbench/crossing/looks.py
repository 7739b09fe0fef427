"""Looks at the running bot from outside of its loop, each within a deadline."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from rosey.errors import RoseyError
from rosey.workbench.crossing.loop import LoopThread, noting

Seen = TypeVar("Seen")

LOOK_S = 5.0
"""Seconds in which a bot answers how it is; one that a plugin blocks does not."""

TAB_S = 0.5
"""Seconds that the Tab key may take when a plugin blocks the bot."""


class Looks:
    """Asks the bot how it is, on its loop, and waits for the answer.

    Args:
        thread: Where the loop runs.
    """

    def __init__(self, thread: LoopThread) -> None:
        self._thread = thread

    def refuse_itself(self) -> None:
        """Refuse a call from the bot's own thread.

        Raises:
            RoseyError: It is one.
        """
        self._thread.refuse_itself()

    def at(self, see: Callable[[], Seen], timeout_s: float = LOOK_S) -> Seen:
        """Call a function on the loop.

        Raises:
            RoseyError: The bot does not answer within `timeout_s` seconds: a plugin blocks it; or
                the call comes from its own thread.
        """

        async def look() -> Seen:
            return see()

        return self.after(look(), timeout_s)

    def after(self, code: Coroutine[Any, Any, Seen], timeout_s: float = LOOK_S) -> Seen:
        """Wait for a coroutine on the loop.

        Raises:
            RoseyError: It takes more than `timeout_s` seconds, and is cancelled then; or the call
                comes from the bot's own thread.
        """
        try:
            self._thread.refuse_itself()
        except RoseyError:
            code.close()
            raise
        # It is no work: whoever cancels that would lose what came of it for a last look.
        with noting(None):
            crossing = self._thread.submit(code)
        try:
            return crossing.result(timeout_s)
        except TimeoutError:
            crossing.cancel()
        where = self._thread.blocked_at()
        raise RoseyError(f"the bot has not answered for {timeout_s:g} s: a plugin blocks it{where}")
