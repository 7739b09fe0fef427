"""Settings in JSON, read without what JSON parsers let pass: keys given twice, NaN, any size."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

MOST_BYTES = 1_000_000
"""A larger file is refused: it holds no settings."""


def read_content(path: Path) -> bytes | None:
    """What a file holds; None where that is more than `MOST_BYTES`. This blocks.

    Raises:
        OSError: It cannot be read.
        ValueError: No file can have that name.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    return content if len(content) <= MOST_BYTES else None


def parse(content: bytes) -> object:
    """The value that UTF-8 text stands for, with or without a byte order mark.

    Raises:
        ValueError: It is not UTF-8, is not JSON, or gives a key twice in one object; the message
            repeats nothing but that key.
        RecursionError: It is nested too deeply.
    """
    text = content.decode("utf-8-sig")
    return json.loads(
        text,
        object_pairs_hook=_without_twins,
        parse_constant=_no_constant,
        parse_float=_finite,
    )


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys: set[str] = set()
    for key, _ in pairs:
        if key in keys:
            raise ValueError(f"the key {key!r} stands twice in one object")
        keys.add(key)
    return dict(pairs)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number
