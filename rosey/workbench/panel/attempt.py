"""What was done in a panel: the line of `%rosey` that does the same, how far it is, what came."""

from __future__ import annotations

import concurrent.futures
import enum
import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from rosey.errors import RoseyError
from rosey.workbench.commands.command import find
from rosey.workbench.commands.table import COMMANDS
from rosey.workbench.crossing.loop import Crossing, noting
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

NAME = "rosey-panel-action"

CANCEL = "cancel"
"""The action that cancels an attempt."""

_CANCELLED = "cancelled; a step that must not stop half-way still runs to its end"

_numbers = itertools.count(1)


class Standing(enum.StrEnum):
    """Where an attempt stands."""

    UNDER_WAY = "under way"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Attempt:
    """One thing that was done in a panel, carried out in a thread of its own.

    Args:
        line: The line of `%rosey` that does the same; empty where there is none.
        run: Does it, and may wait: `attempt.wait(crossing)` can be cancelled.

    Attributes:
        number: Tells it from all others.
        line: As passed.
        began_at: When it began, in seconds since the epoch.
        standing: Where it stands.
        answer: What came of it; None before.
        done: How far it is.
        total: When it is done, in the same unit; 0 where nobody says.
    """

    def __init__(self, line: str, run: Callable[[Attempt], Answer]) -> None:
        self.number = next(_numbers)
        self.line = line
        self.began_at = time.time()
        self.standing = Standing.UNDER_WAY
        self.answer: Answer | None = None
        self.done = self.total = 0
        self._run = run
        self._crossing: Crossing[Any] | None = None
        self._is_called_off = False

    @classmethod
    def refused(cls, why: Exception) -> Attempt:
        """One that could not even be begun."""

        def refuse(_attempt: Attempt) -> Answer:
            raise why

        return cls("", refuse)

    @property
    def can_be_cancelled(self) -> bool:
        """Whether it waits for what `cancel` ends."""
        return self._crossing is not None

    def begin(self, session: Session, ended: Callable[[], None]) -> None:
        """Carry it out; `ended` is called after it, in its thread."""

        def carry_out() -> None:
            self._carry_out(session)
            ended()

        threading.Thread(target=carry_out, name=NAME, daemon=True).start()

    def wait(self, crossing: Crossing[Result]) -> Result:
        """Wait for work on the bot's loop, which `cancel` ends."""
        self.note(crossing)
        return crossing.result()

    def note(self, crossing: Crossing[Any]) -> None:
        """Have `cancel` end this work from now on, for which somebody else waits."""
        self._crossing = crossing
        if self._is_called_off:
            crossing.call_off()

    def cancel(self) -> None:
        """End what it waits for, or will wait for; what cannot be cancelled goes on.

        It is under way until that has ended, and may be done by then. A second time ends the
        waiting: a plugin may block the bot for ever.
        """
        is_again, self._is_called_off = self._is_called_off, True
        crossing = self._crossing  # its own thread takes it away
        if crossing is not None and is_again:
            crossing.cancel()
        elif crossing is not None:
            crossing.call_off()

    def _carry_out(self, session: Session) -> None:
        try:
            self.answer = self._run(self).redacted(session.redact)
            self.standing = Standing.DONE
        except concurrent.futures.CancelledError:
            self.answer = Answer.of_lines(None, [_CANCELLED])
            self.standing = Standing.CANCELLED
        except RoseyError as error:
            self._fail(session.redact(str(error)))
        except Exception:
            logger.exception("%s has failed", self.line or "an action of the panel")
            self._fail("a fault of Rosey's: %rosey log --level ERROR tells of it")
        finally:
            self._crossing = None

    def _fail(self, why: str) -> None:
        self.answer = Answer.of_lines(None, [why])
        self.standing = Standing.FAILED


def command(session: Session, line: str) -> Attempt:
    """An attempt that carries out a line of `%rosey`, as its magic does; see `answer_to`."""

    def run(attempt: Attempt) -> Answer:
        with noting(attempt.note):
            return answer_to(session, line)

    return Attempt(line, run)


def answer_to(session: Session, line: str) -> Answer:
    """What a line of `%rosey` answers.

    Args:
        session: What it works on.
        line: The line: `%rosey reload trivia`.

    Raises:
        RoseyError: What its magic would say.
    """
    word, _, rest = line.removeprefix("%rosey ").partition(" ")
    found = find(COMMANDS, word)
    if found.run is None:
        raise RoseyError(f"%%rosey {word} takes a cell")
    return found.run(session, rest).redacted(session.redact)
