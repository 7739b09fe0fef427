"""How calls into plugins end, and what is kept of one that failed."""

from __future__ import annotations

import enum
import re
import time
import traceback
import types
from dataclasses import dataclass
from typing import Final

from rosey.plugins.calling.blamed_line import BlamedLine, blamed_line

# A generation's own name in sys.modules, of which only the plugin's means something to people.
_GENERATION = re.compile(r"\brosey_plugins:(\w+)@\d+")


FRAMES_TOLD: Final = 100
"""How many frames of a traceback are kept, the innermost."""

ERROR_CHARS: Final = 4_000
"""How much is kept of an exception's message, which may be as long as memory allows."""

TRACEBACK_CHARS: Final = 40_000
"""How much is kept of a traceback, with those of all that led to it."""


class Outcome(enum.StrEnum):
    """How a call into a plugin ended."""

    HANDLED = "handled"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"
    DROPPED = "dropped"  # it was never called: too many events waited for the plugin
    HELD = "held"  # it has not been called yet: the plugin is held


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that went wrong in a plugin, as text only: it keeps no object alive.

    Attributes:
        plugin: The plugin's name; None where the code belongs to none.
        where: The handler, hook, task or command that failed.
        error: The exception's type and message on one line; what is very long is cut short.
        traceback: The traceback as Python prints it, without the way through Rosey to the plugin;
            what is very long is cut short.
        at: Seconds since the epoch.
        place: The line of the plugin's own code that is to blame; None where none is known.
    """

    plugin: str | None
    where: str
    error: str
    traceback: str
    at: float
    place: BlamedLine | None = None

    @classmethod
    def of(cls, plugin: str | None, where: str, error: BaseException) -> Fault:
        """Describe `error`, which `where` raised."""
        frames = _frames_of(error)
        lines = traceback.format_exception(type(error), error, frames, limit=-FRAMES_TOLD)
        return cls(
            plugin=plugin,
            where=where,
            error=describe(error),
            traceback=_cut_short("".join(lines), TRACEBACK_CHARS),
            at=time.time(),
            place=blamed_line(plugin, error),
        )


def describe(error: BaseException) -> str:
    """The error's type and message on one line; what is very long is cut short."""
    told = traceback.TracebackException(type(error), error, None, limit=0)
    # Notes would come after the message.
    told.__notes__ = None
    line = _cut_short([*told.format_exception_only()][-1], ERROR_CHARS)
    return _GENERATION.sub(r"\1", " ".join(line.split()))


def _cut_short(text: str, most_chars: int) -> str:
    """A text without its middle, where it is longer than that."""
    left_out = len(text) - most_chars
    half = most_chars // 2
    return text if left_out <= 0 else f"{text[:half]} [{left_out:,} more] {text[-half:]}"


def _frames_of(error: BaseException) -> types.TracebackType | None:
    """The traceback from the first frame on that is not Rosey's; all of it where there is none."""
    left = error.__traceback__
    while left is not None and _is_ours(left.tb_frame):
        left = left.tb_next
    return left or error.__traceback__


def _is_ours(frame: types.FrameType) -> bool:
    # A plugin may give its module any name, or none that is text.
    return str(frame.f_globals.get("__name__", "")).startswith("rosey.")
