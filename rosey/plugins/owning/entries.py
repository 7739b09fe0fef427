"""What a plugin has taken: how each thing begins, and how it is given back."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rosey.errors import LimitExceededError
from rosey.plugins.supervision.limits import Limits


class Phase(enum.Enum):
    """What a ledger does with what is entered."""

    STAGED = "staged"  # noted; it begins when the generation takes over
    LIVE = "live"  # begins at once
    PAUSED = "paused"  # what pauses is noted; it begins when the plugin is enabled
    CLOSED = "closed"  # refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One thing that a plugin has taken, for people.

    Attributes:
        kind: subscription, filter, command, service, timer, task or closer.
        label: Which one.
        is_active: Whether it has begun and was not given back.
    """

    kind: str
    label: str
    is_active: bool


class Entry:
    """One thing taken. What cannot begin twice (a task, a closer) has begun when it is entered."""

    def __init__(  # noqa: PLR0913  made in this file only
        self,
        kind: str,
        label: str,
        give_back: Callable[[], object],
        begin: Callable[[], object] | None = None,
        check: Callable[[], object] | None = None,
        *,
        pauses: bool = True,
        task: asyncio.Task[Any] | None = None,
    ) -> None:
        self.kind = kind
        self.task = task
        self._label = label
        self.pauses = pauses
        self.is_active = begin is None
        self.check = check
        self._begin = begin
        self._give_back = give_back

    @property
    def label(self) -> str:
        """Which one it is, for people."""
        # On Python 3.11 a task gets its name after it was entered.
        return self._label if self.task is None else self.task.get_name()

    @property
    def is_registration(self) -> bool:
        """Whether it can be given back and begun again."""
        return self._begin is not None

    @property
    def is_place(self) -> bool:
        """Whether others come there, who may have to wait at the plugin's gate."""
        return self.kind in {"subscription", "filter", "command"}

    def begin(self) -> None:
        """Make it effective; nothing happens where it is."""
        if self._begin is not None and not self.is_active:
            self._begin()
            self.is_active = True

    def give_back(self) -> object:
        """Undo it; nothing happens where it is not effective. The result may be awaitable."""
        if not self.is_active:
            return None
        self.is_active = False
        return self._give_back()


def refusal_of_more(
    plugin: str, entries: Mapping[int, Entry], limits: Limits, *, are_tasks: bool
) -> LimitExceededError | None:
    """Why a plugin may have no more tasks, or no more of all else; None where it may."""
    limit, most = (
        ("live_tasks", limits.live_tasks) if are_tasks else ("registrations", limits.registrations)
    )
    # Looked at before they are counted, which takes as long as there are entries.
    if len(entries) < most:
        return None
    if sum((entry.task is not None) is are_tasks for entry in entries.values()) < most:
        return None
    what = limit.removeprefix("live_")
    return LimitExceededError(plugin, limit, f"has {most:,} {what} and wants one more")
