"""Which lines Python shows for a path that several generations share."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from pathlib import Path

import pytest

from rosey.plugins.loading.source_lines import SourceLines
from rosey.plugins.loading.sources import Unit

PATH = Path("nowhere", "dice.py")


def unit(code: str, path: Path = PATH) -> Unit:
    """A module of that source."""
    return Unit(path=path, code=code.encode(), digest=code.encode(), is_package=False)


def shown(path: Path = PATH) -> str:
    """What a traceback would show."""
    return "".join(linecache.getlines(str(path)))


@pytest.fixture
def lines() -> Iterator[SourceLines]:
    yield SourceLines()
    assert shown() == ""


def test_newest_is_shown_until_it_is_taken_away(lines: SourceLines) -> None:
    lines.pin("old", [unit("1")])
    lines.pin("new", [unit("2")])
    assert shown() == "2"

    lines.unpin("new", [unit("2")])
    assert shown() == "1"

    lines.unpin("old", [unit("1")])


def test_older_one_that_is_taken_away_changes_nothing(lines: SourceLines) -> None:
    lines.pin("old", [unit("1")])
    lines.pin("new", [unit("2")])

    lines.unpin("old", [unit("1")])

    assert shown() == "2"
    lines.unpin("new", [unit("2")])


def test_what_was_never_shown_is_not_taken_away(lines: SourceLines) -> None:
    lines.pin("old", [unit("1")])

    lines.unpin("new", [unit("2"), unit("2", Path("nowhere", "else.py"))])

    assert shown() == "1"
    lines.unpin("old", [unit("1")])


def test_lines_are_counted_as_python_counts_them(lines: SourceLines) -> None:
    code = "x = 1\r\n\f\ny = '\N{LINE SEPARATOR}'\rz = 1"
    lines.pin("dice", [unit(code)])

    assert linecache.getline(str(PATH), 4).strip() == "z = 1"
    lines.unpin("dice", [unit(code)])


def test_other_source_is_shown_for_a_while(lines: SourceLines) -> None:
    other = Path("nowhere", "new.py")
    lines.pin("old", [unit("1")])

    with lines.showing([unit("2"), unit("3", other)]):
        assert (shown(), shown(other)) == ("2", "3")

    assert (shown(), shown(other)) == ("1", "")
    lines.unpin("old", [unit("1")])


def test_undecodable_source_shows_nothing(lines: SourceLines) -> None:
    with lines.showing([Unit(path=PATH, code=b"\xff", digest=b"", is_package=False)]):
        assert shown() == ""
