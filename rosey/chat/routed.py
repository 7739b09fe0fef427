"""What became of a message that calls a command."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Verdict(enum.StrEnum):
    """How the call of a command ended."""

    ANSWERED = "answered"
    USAGE = "wrong use"
    FAILED = "failed"
    RANK = "rank too low"
    COOLDOWN = "used too soon"
    BUSY = "too busy"
    UNKNOWN = "no such command"
    CANCELLED = "cancelled"
    HELD = "held"


class Routed(NamedTuple):
    """What a call of a command led to; it keeps no code alive.

    Attributes:
        word: As the user wrote it.
        command: The command's name; None where there is none.
        plugin: Whose command it is; None for the bot's own, and where there is none.
        verdict: How it ended.
        error: Why, where that is not said by the verdict.
        began_at: When the command's own code began, by `time.perf_counter`; when the call was
            turned down, where it did not.
        duration_s: Seconds that the command's own code took, waiting included.
    """

    word: str
    command: str | None
    plugin: str | None
    verdict: Verdict
    error: str | None
    began_at: float
    duration_s: float
