"""The lines of code around the one that is to blame."""

from __future__ import annotations

AROUND = 2
"""Lines shown before it and after it."""


def code_frame(text: str, line: int) -> tuple[str, ...]:
    """A line of a text among its neighbours, each with its number.

    Args:
        text: The code.
        line: The one to blame, from 1; where there is none of that number, nothing is shown.
    """
    lines = text.splitlines()
    if not 1 <= line <= len(lines):
        return ()
    first, last = max(1, line - AROUND), min(len(lines), line + AROUND)
    width = len(str(last))
    return tuple(
        f"{'->' if number == line else '  '} {number:{width}} | {lines[number - 1]}".rstrip()
        for number in range(first, last + 1)
    )
