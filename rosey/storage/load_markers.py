"""Files that tell which plugins are being loaded; one that is left tells what ended the process."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from rosey.plugins.loading.discovery import is_name

logger = logging.getLogger(__name__)

SUFFIX = ".loading"
"""Ends the name of a plugin's file; no plugin's name has a dot."""

_DIGEST = re.compile(rb"[0-9a-f]{32}\n")
_MOST_BYTES = 64


class LoadMarkers:
    """Keeps a file next to a plugin's database for as long as the plugin is being loaded.

    A file outlives the process without being forced to the disk, which would cost more than most
    loads do. Were only the making of it forced, a loss of power could undo its removal, and the
    file would accuse a plugin that had done nothing.

    What goes wrong with the files is logged and stops nothing. The methods block.

    Args:
        directory: The data directory, which is there and which no other bot has.

    Attributes:
        left: By plugin, the digest of the code that was being loaded when the last process ended.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._is_warned = False
        self.left: Mapping[str, str] = {}

    def read(self) -> None:
        """Find out what the last process has left."""
        files = sorted(self._directory.glob(f"*{SUFFIX}"))
        found = {file.stem: self._digest(file) for file in files if is_name(file.stem)}
        self.left = {plugin: digest for plugin, digest in found.items() if digest}

    def put(self, digests: Mapping[str, str]) -> None:
        """Note that these plugins are being loaded: each as a whole, or as it was before."""
        for plugin, digest in digests.items():
            try:
                self._write(plugin, f"{digest}\n".encode())
            except OSError as error:
                self._warn(
                    "a plugin that ends the process is not left out at the next start", error
                )

    def remove(self, plugins: Iterable[str]) -> None:
        """Forget it."""
        for plugin in plugins:
            try:
                self._path(plugin).unlink(missing_ok=True)
            except OSError as error:
                self._warn("plugins may be left out at the next start for no reason", error)

    def _write(self, plugin: str, content: bytes) -> None:
        path = self._path(plugin)
        fresh = Path(f"{path}.new")
        with open(fresh, "wb", opener=_private) as file:
            file.write(content)
        fresh.replace(path)

    def _digest(self, file: Path) -> str | None:
        try:
            with file.open("rb") as opened:
                content = opened.read(_MOST_BYTES)
        except OSError as error:
            logger.warning("%s cannot be read (%s): %s is loaded", file, error.strerror, file.stem)
            return None
        if not _DIGEST.fullmatch(content):
            logger.warning("%s is damaged: %s is loaded", file, file.stem)
            return None
        return content.decode().strip()

    def _warn(self, consequence: str, error: OSError) -> None:
        if not self._is_warned:
            self._is_warned = True
            logger.warning("%s: %s in %s", consequence, error.strerror, self._directory)

    def _path(self, plugin: str) -> Path:
        return self._directory / f"{plugin}{SUFFIX}"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
