"""The line of a plugin's code that is to blame, with its neighbours as they were when it failed."""

from __future__ import annotations

import linecache
import re
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

AROUND = 2
"""Lines shown before it and after it."""

LINE_CHARS = 500
"""A longer line is not shown but counted: what is cut in the middle could not be redacted."""

_OWN = re.compile(r"rosey_plugins:(\w+)@(\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlamedLine:
    """A line of a plugin's own code, as text only.

    Attributes:
        file: Where it stands: a file, or the name of a cell.
        line: Its number, from 1.
        serial: That of the generation whose code it is.
        frame: The line among its neighbours; see `code_frame`.
    """

    file: str
    line: int
    serial: int
    frame: tuple[str, ...]


def code_frame(lines: Sequence[str], line: int) -> tuple[str, ...]:
    """A line among its neighbours, each with its number, and a mark before the one.

    Args:
        lines: The code, with line ends or without.
        line: The one to blame, from 1; where there is none of that number, nothing is shown.
    """
    if not 1 <= line <= len(lines):
        return ()
    first, last = max(1, line - AROUND), min(len(lines), line + AROUND)
    width = len(str(last))
    marks = {line: "->"}
    return tuple(
        f"{marks.get(number, '  ')} {number:{width}} | {_shown(lines[number - 1])}".rstrip()
        for number in range(first, last + 1)
    )


def blamed_line(plugin: str | None, error: BaseException) -> BlamedLine | None:
    """The innermost line of a plugin's own code that an error came through; None where none did.

    Args:
        plugin: The plugin's name.
        error: As it was caught: an error that stands for another tells of that one's way.
    """
    for one in (error, error.__cause__):
        frames = [*_frames(one.__traceback__)] if one is not None else []
        for traceback in reversed(frames):
            if place := _place(plugin, traceback):
                return place
    return None


def _place(plugin: str | None, traceback: types.TracebackType) -> BlamedLine | None:
    code = traceback.tb_frame
    own = _OWN.match(str(code.f_globals.get("__name__", "")))
    if own is None or own[1] != plugin:
        return None
    file, line = code.f_code.co_filename, traceback.tb_lineno
    frame = code_frame(linecache.getlines(file), line)
    return BlamedLine(file=file, line=line, serial=int(own[2]), frame=frame)


def _frames(traceback: types.TracebackType | None) -> Iterator[types.TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _shown(line: str) -> str:
    text = line.rstrip("\r\n")
    return text if len(text) <= LINE_CHARS else f"… {len(text):,} characters"
