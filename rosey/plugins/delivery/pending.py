"""Events that are on their way, although nobody need wait for them."""

from __future__ import annotations

import asyncio
from typing import Any


class Pending:
    """The tasks of events that are emitted without waiting, by their root causes."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[Any], int] = {}

    def add(self, task: asyncio.Task[Any], root: int) -> None:
        """Note an event that is on its way, until it is handled."""
        self._tasks[task] = root
        task.add_done_callback(self._tasks.pop)

    def root_of(self, task: asyncio.Task[Any]) -> int:
        """The root cause of an event that is on its way."""
        return self._tasks[task]

    def tasks(
        self, root: int | None = None, *, without: int | None = None
    ) -> list[asyncio.Task[Any]]:
        """Those on their way: of one root cause, or of all but one."""
        return [
            task
            for task, its_root in self._tasks.items()
            if (root is None or its_root == root) and (without is None or its_root != without)
        ]
