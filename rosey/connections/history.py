"""What was typed on the console before, kept in a file so that it is there the next time."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from pathlib import Path

logger = logging.getLogger(__name__)

ENTRIES_MOST = 1_000


class TypedHistory:
    """The last `ENTRIES_MOST` entries in a file, one JSON text a line. Its methods block.

    Entries are added at the end; what is too old goes when the file is loaded with more than twice
    as many lines. A file that cannot be read or written costs the history, never the chat.

    Args:
        path: The file; made, for the owner's eyes only, at the first entry.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> list[str]:
        """The entries, oldest first; damaged lines are left out."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            logger.warning("the console's history cannot be read: %s", error.strerror)
            return []
        entries = [entry for line in lines for entry in _entry(line)][-ENTRIES_MOST:]
        if len(lines) > 2 * ENTRIES_MOST + 1:  # the last line end begins an empty one
            self._rewrite(entries)
        return entries

    def append(self, entry: str) -> None:
        """Keep one more entry."""
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(file, "a", encoding="ascii") as lines:
                lines.write(f"{json.dumps(entry)}\n")
        except OSError as error:
            logger.warning("the console's history cannot be kept: %s", error.strerror)

    def _rewrite(self, entries: list[str]) -> None:
        """Put a file of these entries in the place of the other; only its owner can read it."""
        try:
            file, name = tempfile.mkstemp(dir=self._path.parent, prefix=f"{self._path.name}.")
            try:
                with os.fdopen(file, "w", encoding="ascii") as lines:
                    lines.writelines(f"{json.dumps(entry)}\n" for entry in entries)
                Path(name).replace(self._path)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            logger.warning("the console's history cannot be shortened: %s", error.strerror)


def _entry(line: str) -> list[str]:
    try:
        entry = json.loads(line)
    except ValueError:
        return []
    return [entry] if isinstance(entry, str) else []
