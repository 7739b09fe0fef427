"""Which plugins have files that are no more what runs: edited, and not loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from rosey.plugins.life.slots import Slot
from rosey.plugins.loading.sources import digest_of

Digests = Mapping[Path, bytes]
"""By file, the digest of what runs of it."""


def running(slots: Iterable[Slot]) -> dict[str, Digests]:
    """What runs of each plugin that is loaded from files."""
    return {
        slot.name: {
            unit.path: unit.digest for unit in slot.staged.generation.snapshot.units.values()
        }
        for slot in slots
        if slot.staged is not None and not slot.source.is_cell
    }


class Edits:
    """Looks for files that have changed. Files are read again only where they were written."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[tuple[int, int, int], bytes]] = {}

    def edited(self, plugins: Mapping[str, Digests]) -> frozenset[str]:
        """The plugins of which a file is not what runs, or is gone. This blocks."""
        return frozenset(
            name
            for name, digests in plugins.items()
            if any(self._digest(path) != digest for path, digest in digests.items())
        )

    def _digest(self, path: Path) -> bytes | None:
        try:
            facts = path.stat()
            written = facts.st_mtime_ns, facts.st_size, facts.st_ino
            seen = self._seen.get(path)
            if seen is None or seen[0] != written:
                seen = self._seen[path] = written, digest_of(path.read_bytes())
        except OSError:
            return None
        return seen[1]
