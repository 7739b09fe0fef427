"""Who listens to the log until it says what a villain did."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Iterator
from typing import Self

from rosey.diagnostics.log import LOGGERS
from tests.sites import WAIT_S


class Watch(logging.Handler):
    """Waits until the log names a villain.

    Args:
        named: A pattern of what it says then.

    Attributes:
        text: All that was logged.
    """

    def __init__(self, named: str) -> None:
        super().__init__()
        self.text = ""
        self._named = re.compile(named)
        self._loop = asyncio.get_running_loop()
        self._is_named = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record in; called by logging, from any thread."""
        line = record.getMessage()
        self.text += f"{line}\n"
        if self._named.search(line):
            self._loop.call_soon_threadsafe(self._is_named.set)

    async def wait(self) -> None:
        """Wait until it is named."""
        async with asyncio.timeout(WAIT_S):
            await self._is_named.wait()

    @contextlib.contextmanager
    def listening(self) -> Iterator[Self]:
        """Listen to what Rosey and its plugins log."""
        loggers = [logging.getLogger(name) for name in LOGGERS]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.addHandler(self)
            logger.setLevel(logging.INFO)
        try:
            yield self
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.removeHandler(self)
                logger.setLevel(level)
