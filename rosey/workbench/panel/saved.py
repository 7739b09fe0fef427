"""What people save in a panel by name: queries, events to fire, people to talk as."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rosey.errors import RoseyError, UsageError

FILE = "panel.json"
MOST_ENTRIES = 100
MOST_CHARS = 100_000
NAME_CHARS = 60

_LOCK = threading.Lock()


class Saved:
    """Entries by kind and name, in a file beside what plugins store; in memory without one.

    Each call reads the file, so that all panels and kernels agree; of two kernels that save at the
    same moment, the later one has its way. A file that cannot be read is left as it is, and counts
    as empty until something is saved, which is refused then.

    Args:
        folder: Where the file is; None keeps all in memory.

    Attributes:
        folder: As passed.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._path = folder / FILE if folder is not None else None
        self._kept = "{}"

    def of(self, kind: str) -> Mapping[str, Any]:
        """The entries of a kind, by name, in the order in which they were saved."""
        with _LOCK:
            try:
                return dict(self._read().get(kind, {}))
            except RoseyError:
                return {}

    def save(self, kind: str, name: str, entry: object) -> None:
        """Save plain data under a name, in place of what was there.

        Raises:
            UsageError: There is no name, or too much is saved.
            RoseyError: The file cannot be read or written.
        """
        name = name.strip()
        if not 1 <= len(name) <= NAME_CHARS:
            raise UsageError(f"a name of 1 to {NAME_CHARS} characters is needed")
        with _LOCK:
            found = self._read()
            entries = found.setdefault(kind, {})
            if name not in entries and len(entries) >= MOST_ENTRIES:
                raise UsageError(f"{MOST_ENTRIES} are kept already: forget one first")
            entries[name] = entry
            self._write(found)

    def delete(self, kind: str, name: str) -> None:
        """Delete what was saved under a name; nothing happens where there is nothing.

        Raises:
            RoseyError: The file cannot be read or written.
        """
        with _LOCK:
            found = self._read()
            if found.get(kind, {}).pop(name, None) is not None:
                self._write(found)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads(self._kept if self._path is None else self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise RoseyError(f"{self._path} cannot be read: {error}; move it away") from error
        if not isinstance(found, dict) or not all(isinstance(k, dict) for k in found.values()):
            raise RoseyError(f"{self._path} is no file of a panel; move it away")
        return found

    def _write(self, found: dict[str, dict[str, Any]]) -> None:
        text = json.dumps(found, ensure_ascii=False, indent=2)
        if len(text) > MOST_CHARS:
            raise UsageError(
                f"more than {MOST_CHARS:,} characters would be kept: forget some first"
            )
        if self._path is None:
            self._kept = text
            return
        fresh = self._path.with_name(f"{FILE}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Half a character is written as JSON writes it; UTF-8 has no place for it.
            with open(
                fresh, "w", encoding="utf-8", errors="backslashreplace", opener=_private
            ) as f:
                f.write(text)
            fresh.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise RoseyError(f"{self._path} cannot be written: {error}") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
