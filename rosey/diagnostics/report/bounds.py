"""Keeps a report small enough to be read and sent."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

Entry = TypeVar("Entry")
Mask = Callable[[str], str]

TEXT_CHARS: Final = 4_000
"""A longer text is cut in the middle."""

_MORE = 30
_MOST_READ = 100_000
_LEAST_CUT = 200  # no text is cut to less
# A word at a place where a text was cut, as `text_of`, `whole` and `describe` mark it.
_STUMP = re.compile(
    r"(?<![^\s'\"])[^\s'\"]{12,}(?=['\"]?\.\.\.)"
    r"|(?<!\S)\S{12,}(?= \[[\d,]+ more\] )|(?<= more\] )\S{12,}"
)


def shown(text: str, mask: Mask, most: int = TEXT_CHARS) -> str:
    """A text as a report has it: masked, and only then cut, as half a token looks like none."""
    return cut(masked(text, mask), most)


def masked(text: str, mask: Mask, most_read: int = _MOST_READ) -> str:
    """A text, masked, without the longer words at which it was cut before.

    Args:
        text: Any text.
        mask: Takes secrets out of a text.
        most_read: Of a longer text only the beginning is given.
    """
    whole = text if len(text) <= most_read else f"{text[:most_read]}..."
    return mask(whole) if len(whole) <= _LEAST_CUT else _STUMP.sub("", mask(whole))


def cut(text: str, most: int = TEXT_CHARS) -> str:
    """A text without its middle, where it is longer than that."""
    left_out = len(text) - most
    half = (most - _MORE) // 2
    return text if left_out <= 0 else f"{text[:half]} [{left_out:,} more] {text[-half:]}"


def newest(entries: Sequence[Entry], most_bytes: int) -> tuple[Entry, ...]:
    """The last of some dataclasses, as many as have room.

    Args:
        entries: Oldest first.
        most_bytes: What they may take in the file.
    """
    kept: list[Entry] = []
    left = most_bytes
    for entry in reversed(entries):
        left -= size_of(entry)
        if left < 0:
            break
        kept.append(entry)
    return tuple(reversed(kept))


def size_of(entry: Any) -> int:  # noqa: ANN401  any dataclass
    """The bytes that a dataclass takes in a file."""
    return len(json.dumps(dataclasses.asdict(entry), indent=1))
