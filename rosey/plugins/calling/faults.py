"""How calls into plugins end, and what is kept of one that failed."""

from __future__ import annotations

import enum
import re
import time
import traceback
from dataclasses import dataclass

# A generation's own name in sys.modules, of which only the plugin's means something to people.
_GENERATION = re.compile(r"\brosey_plugins:(\w+)@\d+")


class Outcome(enum.StrEnum):
    """How a call into a plugin ended."""

    HANDLED = "handled"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that went wrong in a plugin, as text only: it keeps no object alive.

    Attributes:
        plugin: The plugin's name; None where the code belongs to none.
        where: The handler, hook, task or command that failed.
        error: The exception's type and message on one line.
        traceback: The traceback as Python prints it.
        at: Seconds since the epoch.
    """

    plugin: str | None
    where: str
    error: str
    traceback: str
    at: float

    @classmethod
    def of(cls, plugin: str | None, where: str, error: BaseException) -> Fault:
        """Describe `error`, which `where` raised."""
        return cls(
            plugin=plugin,
            where=where,
            error=describe(error),
            traceback="".join(traceback.format_exception(error)),
            at=time.time(),
        )


def describe(error: BaseException) -> str:
    """The error's type and message on one line."""
    told = traceback.TracebackException(type(error), error, None)
    # Notes would come after the message.
    told.__notes__ = None
    return _GENERATION.sub(r"\1", " ".join([*told.format_exception_only()][-1].split()))
