"""What plugins print: it goes to the log, and not into whichever cell happens to run."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

from rosey.plugins.calling.ownership import current_owner
from rosey.workbench.crossing.loop import plugin_in

_MOST_CHARS = 10_000
_STREAMS = (("stdout", logging.INFO), ("stderr", logging.WARNING))
THREADS = "rosey-"
"""What the names of the threads of a bot, and of its copies, begin with."""

_BOTS_OWN = "rosey.output"


@contextlib.contextmanager
def led_into_the_log(threads: str) -> Iterator[None]:
    """Log what plugins print inside the `with` block; what cells print stays where it goes.

    Args:
        threads: What the names of the bot's own threads begin with.
    """
    led = {name: _Led(getattr(sys, name), level, threads) for name, level in _STREAMS}
    for name, stream in led.items():
        setattr(sys, name, stream)
    try:
        yield
    finally:
        for name, stream in led.items():
            stream.close_lines()
            # Whoever has put another one there meanwhile will take it back, and find ours.
            if getattr(sys, name) is stream:
                setattr(sys, name, stream.stream)


class _Led:
    """A stream of which the lines that plugins write are taken out.

    Attributes:
        stream: Where everything else goes.
    """

    def __init__(self, stream: Any, level: int, threads: str) -> None:  # noqa: ANN401  any text stream
        self.stream = stream
        self._level = level
        self._threads = threads
        self._lines: dict[str, str] = {}
        self._is_open = True
        self._logging = threading.local()

    def write(self, text: str) -> int:
        """Log it where a plugin writes it, or write it."""
        logger = self._logger() if self._is_open else None
        if logger is None:
            written: int = self.stream.write(text)
            return written
        *lines, rest = (self._lines.pop(logger, "") + text).split("\n")
        if len(rest) > _MOST_CHARS:
            lines, rest = [*lines, rest], ""
        if rest:
            self._lines[logger] = rest
        for line in lines:
            self._log(logger, line)
        return len(text)

    def writelines(self, lines: Any) -> None:  # noqa: ANN401  any texts
        """Write one after the other."""
        for line in lines:
            self.write(line)

    def close_lines(self) -> None:
        """Log what has not come to the end of its line; from now on everything is written."""
        self._is_open = False
        for logger, rest in self._lines.items():
            self._log(logger, rest)
        self._lines.clear()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the stream has
        return getattr(self.stream, name)

    def _log(self, logger: str, line: str) -> None:
        if not line.strip() or getattr(self._logging, "is_under_way", False):
            return  # a handler of the user's writes what is being logged
        self._logging.is_under_way = True
        try:
            logging.getLogger(logger).log(self._level, "%s", line)
        finally:
            self._logging.is_under_way = False

    def _logger(self) -> str | None:
        """Who writes, as the name of a logger; None where it is no plugin, nor the bot."""
        thread = threading.current_thread()
        if thread is threading.main_thread():
            return None
        plugin = plugin_in(sys._getframe(2))  # noqa: SLF001  as pdb and warnings do
        owner = current_owner()
        if plugin is None and owner is not None:
            plugin = owner.name
        if plugin is not None:
            return f"plugin.{plugin}"
        return _BOTS_OWN if thread.name.startswith(self._threads) else None
