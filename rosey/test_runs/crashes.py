"""What broke tests off from outside of any of them: a file that cannot be read, an exit."""

from __future__ import annotations

import traceback
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """An error, told by the lines of the tests alone.

    Attributes:
        place: The line that it left the tests from, such as `test_quiz.py, line 3`.
        reason: What it is, on one line.
        detail: The way to it.
    """

    place: str
    reason: str
    detail: str


def crash_of(error: BaseException, files: Collection[str]) -> Crash | None:
    """What an error says of the tests; None where it came through no line of theirs.

    Args:
        error: The error.
        files: The names of the files with tests.
    """
    told = "".join(traceback.format_exception_only(error)).rstrip()
    if isinstance(error, SyntaxError) and _name(error.filename) in files:
        place = f"{_name(error.filename)}, line {error.lineno}"
        return Crash(place=place, reason=f"{type(error).__name__}: {error.msg}", detail=told)
    way = [f for f in traceback.extract_tb(error.__traceback__) if _name(f.filename) in files]
    if not way:
        return None
    place = f"{_name(way[-1].filename)}, line {way[-1].lineno}"
    detail = "".join(traceback.format_list(way)) + told
    return Crash(place=place, reason=_reason(error), detail=detail)


def _name(file: str | None) -> str:
    return Path(file or "").name


def _reason(error: BaseException) -> str:
    said = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
