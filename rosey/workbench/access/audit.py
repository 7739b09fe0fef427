"""What was changed in a bot in production: a file that only grows."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from rosey.errors import RoseyError

NAME = "audit.jsonl"
"""The file in the bot's storage folder: one JSON object a line, each with the time in UTC."""

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND
# Neither a link to another place nor a pipe, which would wait for a reader.
_FLAGS |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Audit:
    """Notes what is done, before it is done.

    Args:
        folder: Where the file is; None where the bot keeps nothing, and only its log tells.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / NAME

    def note(self, what: str, **facts: str | int) -> None:
        """Note one thing.

        Args:
            what: What is done.
            facts: More about it, by name.

        Raises:
            RoseyError: It cannot be written down.
        """
        if self._path is None:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "what": what, **facts})
        try:
            _append(self._path, line.encode())
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise RoseyError(f"{self._path} cannot be written: {why}") from error


def _append(path: Path, line: bytes) -> None:
    """Append a whole line, or nothing."""
    file = os.open(path, _FLAGS, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(0, "it is no file")
        before = os.fstat(file).st_size
        if os.write(file, line + b"\n") <= len(line):
            os.ftruncate(file, before)
            raise OSError(0, "there is no room for it")
    finally:
        os.close(file)
