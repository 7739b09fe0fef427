"""What changed between two looks at a plugin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_STEP = re.compile(r"(?<=.)[.\[]")
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """One value that is another now.

    Attributes:
        path: Where it stands: `scores['alice']`.
        before: What it was, as text; None where it was not there.
        after: What it is, as text; None where it is there no more.
    """

    path: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.path} = {self.after} (new)"
        if self.after is None:
            return f"{self.path} is gone (was {self.before})"
        return f"{self.path}: {self.before} -> {self.after}"


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[StateChange, ...]:
    """Compare two looks.

    Returns:
        What differs, in order of path; `queue[10]` comes after `queue[9]`.
    """
    differing = {path for path, _ in before.items() ^ after.items()}
    # What was empty, or is now, is told by what came into it, or went.
    parents = {end for path in differing for end in _parents(path)}
    differing -= {path for path in parents if path not in before or path not in after}
    return tuple(
        StateChange(path=path, before=before.get(path), after=after.get(path))
        for path in sorted(differing, key=_order)
    )


def _parents(path: str) -> list[str]:
    """What a path leads through."""
    return [path[: match.start()] for match in _STEP.finditer(path)]


def _order(path: str) -> list[str | int]:
    # Every other piece is a number, so that like is compared with like.
    return [int(p) if n % 2 else p for n, p in enumerate(_NUMBER.split(path))]
