"""Where a chain of events began, for all that it leads to."""

from __future__ import annotations

from typing import Self

from rosey.chat.damper import Line


class Origin(str):
    """Where a chain of events began, if a message began it: its connection's name.

    What the chain leads to inherits it, however long that takes.

    Attributes:
        to: The name of the user who alone gets what is said to a private message; None where
            everybody does.
        line: The message, for the damper; None where nothing dampens.
    """

    __slots__ = ("line", "to")
    to: str | None
    line: Line | None

    def __new__(cls, connection: str, *, to: str | None = None, line: Line | None = None) -> Self:
        """Join a connection's name and the facts of a message."""
        origin = super().__new__(cls, connection)
        origin.to = to
        origin.line = line
        return origin
