"""Sizes as people read them."""

from __future__ import annotations


def size(size_bytes: float) -> str:
    """A size for people, in powers of 1,000: `812 B`, `54.3 kB`, `1.2 MB`."""
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(size_bytes) >= factor:
            return f"{size_bytes / factor:.1f} {unit}"
    return f"{size_bytes:.0f} B"
