"""What was changed in a bot in production: a file that only grows."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rosey.errors import RoseyError

NAME = "audit.jsonl"
"""The file in the bot's storage folder: one JSON object a line, each with the time in UTC."""


class Audit:
    """Notes what is done, before it is done.

    Args:
        folder: Where the file is; None where the bot keeps nothing, and only its log tells.
        redact: Takes the values of secrets out of a text.
    """

    def __init__(self, folder: Path | None, redact: Callable[[str], str]) -> None:
        self._path = None if folder is None else folder / NAME
        self._redact = redact

    def note(self, what: str, **facts: str | int) -> None:
        """Note one thing.

        Args:
            what: What is done.
            facts: More about it, by name.

        Raises:
            RoseyError: It cannot be written down; it must not be done then.
        """
        if self._path is None:
            return
        texts = {
            name: self._redact(fact) if isinstance(fact, str) else fact
            for name, fact in {"what": what, **facts}.items()
        }
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = f"{json.dumps({'at': at, **texts})}\n".encode()
        try:
            _append(self._path, line)
        except OSError as error:
            raise RoseyError(
                f"it is not done, as {self._path} cannot be written: {error.strerror}"
            ) from error


def _append(path: Path, line: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, line)
    finally:
        os.close(file)
