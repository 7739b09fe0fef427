"""Code that ended the process while it was being loaded is left out of the next one."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Protocol

from rosey.errors import PluginLoadError
from rosey.plugins.calling.uncancelled import to_its_end
from rosey.plugins.loading.sources import PluginSource

REASON = (
    "the bot's process ended while this code was being loaded, so it is left out: change it, or "
    "load it by hand to try it again"
)


class Markers(Protocol):
    """Notes that outlive the process. The methods block, and raise nothing."""

    @property
    def left(self) -> Mapping[str, str]:
        """By plugin, the digest of the code that was being loaded when the last process ended."""

    def put(self, digests: Mapping[str, str]) -> None:
        """Note that these plugins are being loaded, from code with these digests."""

    def remove(self, plugins: Iterable[str]) -> None:
        """Forget it, as their loads have ended."""


class SafeStart:
    """Knows the code that the last process ended with, and notes what this one may end with.

    Args:
        markers: Where it is noted; None where nothing outlives the process.
    """

    def __init__(self, markers: Markers | None) -> None:
        self._markers = markers
        self._allowed: set[str] = set()

    def allow(self, plugin: str) -> None:
        """Have a plugin loaded whatever it has done: somebody asks for it by its name."""
        self._allowed.add(plugin)

    def check(self, source: PluginSource, digest: str) -> None:
        """Refuse code that has ended the last process.

        Raises:
            PluginLoadError: It has, and nobody has asked for it since.
        """
        if self._markers is None or source.name in self._allowed:
            return
        if self._markers.left.get(source.name) == _short(digest):
            raise PluginLoadError(source.name, REASON, path=source.place)

    @contextlib.asynccontextmanager
    async def noting(self, digests: Mapping[str, str]) -> AsyncIterator[None]:
        """Note for as long as the block lasts which plugins are being loaded.

        Args:
            digests: By plugin, what tells its code from any other.
        """
        if self._markers is None:
            yield
            return
        notes = {plugin: _short(digest) for plugin, digest in digests.items()}
        try:
            await to_its_end(asyncio.to_thread(self._markers.put, notes))
            yield
        finally:
            await to_its_end(asyncio.to_thread(self._markers.remove, tuple(notes)))


def _short(digest: str) -> str:
    # The long one shows settings of the plugin, which are nobody's business in a file.
    return hashlib.blake2b(digest.encode(), digest_size=16).hexdigest()
