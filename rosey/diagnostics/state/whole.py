"""One value with what is in it, as one text, without running a plugin's code for it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from rosey.diagnostics.state.containers import base_of, entries_of, size_of
from rosey.diagnostics.state.texts import Redact, text_of

_MOST_DEEP = 5
_MOST_ENTRIES = 50
_SQUARE = ("[", "]")
_BRACKETS = {dict: ("{", "}"), set: ("{", "}"), frozenset: ("{", "}"), tuple: ("(", ")")}


def whole(value: object, redact: Redact, most_chars: int = 1_000) -> str:
    """A value as Python writes it, its containers with what is in them.

    Args:
        value: Any value; what is neither plain nor one of Python's containers is told as `text_of`
            does.
        redact: Takes secrets out of a text.
        most_chars: What is longer is cut.
    """
    pieces, length = list[str](), 0
    for piece in _pieces(value, redact, 0):
        pieces.append(piece)
        length += len(piece)
        if length > most_chars:
            return f"{''.join(pieces)[:most_chars]}..."
    return "".join(pieces)


def _pieces(value: Any, redact: Redact, depth: int) -> Iterator[str]:  # noqa: ANN401  any value
    base = base_of(type(value))
    if base is None or depth == _MOST_DEEP or not size_of(value):
        yield text_of(value, redact)
        return
    opening, closing = _BRACKETS.get(base, _SQUARE)
    yield opening
    # A copy in one step: a thread of the plugin may add to it meanwhile.
    for number, entry in enumerate(itertools.islice([*_entries(value, base)], _MOST_ENTRIES)):
        yield ", " if number else ""
        if base is dict:
            yield f"{text_of(entry[0], redact)}: "
        yield from _pieces(entry[1] if base is dict else entry, redact, depth + 1)
    left = size_of(value) - _MOST_ENTRIES
    yield f", {left:,} more{closing}" if left > 0 else closing


def _entries(value: Any, base: type) -> Iterator[Any]:  # noqa: ANN401  any container
    return iter(dict.items(value)) if base is dict else entries_of(value)
