"""How the command line logs: to stderr, without secrets, and so that no text can forge a record."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TextIO

from rosey.chat.escaping import for_log

CONTINUED = "  | "
"""What every line of a record begins with, except the first."""


def configure_logging(
    redact: Callable[[str], str], *, is_debug: bool = False, stream: TextIO | None = None
) -> None:
    """Log to stderr what Rosey, its plugins and, from warnings up, everybody else has to say.

    Args:
        redact: Takes secrets out of a text.
        is_debug: Log what only its developers want to know, too.
        stream: Where to instead; a kernel puts a notebook in the place of `sys.stderr`.
    """
    handler: logging.Handler = logging.StreamHandler(_Stderr() if stream is None else stream)
    handler.setFormatter(SafeFormatter(redact))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("rosey", "plugin"):
        logging.getLogger(name).setLevel(logging.DEBUG if is_debug else logging.INFO)


class SafeFormatter(logging.Formatter):
    """One record a line; the further lines of a message or traceback are marked as such.

    Args:
        redact: Takes secrets out of a text.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%d %H:%M:%S"
        )
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The record as text without a control character in it, but for its line ends."""
        text = self._redact(super().format(record)).rstrip("\n")
        return f"\n{CONTINUED}".join(for_log(line) for line in text.split("\n"))


class _Stderr:
    """What `sys.stderr` is at the moment: a console puts its own there while it has a prompt."""

    def write(self, text: str) -> object:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()
