"""Log records that follow each other and say the same: one row, and how often."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from rosey.diagnostics.log import LogLine


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedLine:
    """Records in a row that differ in time and event at the most.

    Attributes:
        oldest: The first of them.
        newest: The last of them.
        count: How many there are.
    """

    oldest: LogLine
    newest: LogLine
    count: int

    def has(self, number: int) -> bool:
        """Whether a record of that number is one of them."""
        return self.oldest.number <= number <= self.newest.number


def repeated(lines: Sequence[LogLine]) -> tuple[RepeatedLine, ...]:
    """Records, oldest first, with those that repeat each other as one; newest first."""
    runs = ([*run] for _, run in itertools.groupby(lines, key=_what))
    found = [RepeatedLine(oldest=run[0], newest=run[-1], count=len(run)) for run in runs]
    return tuple(reversed(found))


def _what(line: LogLine) -> tuple[str, str, str | None, str]:
    return line.level, line.logger, line.plugin, line.text
