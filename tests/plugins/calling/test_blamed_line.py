"""The line that is to blame, among its neighbours."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from typing import Any

import pytest

from rosey.plugins.calling.blamed_line import LINE_CHARS, blamed_line, code_frame

FILE = "<cell dice 3>"
CODE = """\
def roll():
    raise ValueError("six")


def roll_again():
    roll()
"""


@pytest.fixture
def names() -> Iterator[dict[str, Any]]:
    """What a plugin's cell has defined."""
    linecache.cache[FILE] = (len(CODE), None, CODE.splitlines(keepends=True), FILE)
    names: dict[str, Any] = {"__name__": "rosey_plugins:dice@17"}
    exec(compile(CODE, FILE, "exec"), names)  # noqa: S102  a plugin's code
    yield names
    del linecache.cache[FILE]


def raised(function: Any) -> ValueError:  # noqa: ANN401  a plugin's function
    """What a function raises."""
    with pytest.raises(ValueError, match="six") as caught:
        function()
    return caught.value


def test_frame_shows_the_line_among_its_neighbours() -> None:
    lines = [f"line {number}\n" for number in range(1, 12)]

    assert code_frame(lines, 9) == (
        "    7 | line 7",
        "    8 | line 8",
        "->  9 | line 9",
        "   10 | line 10",
        "   11 | line 11",
    )


@pytest.mark.parametrize("line", [0, 3])
def test_line_that_is_not_there_has_no_frame(line: int) -> None:
    assert code_frame(["x", "y"], line) == ()


def test_endless_line_is_counted_instead_of_cut() -> None:
    (line,) = code_frame(["x" * (LINE_CHARS + 1)], 1)

    assert line == "-> 1 | … 501 characters"


def test_innermost_line_of_the_plugin_is_to_blame(names: dict[str, Any]) -> None:
    place = blamed_line("dice", raised(names["roll_again"]))

    assert place is not None
    assert (place.file, place.line, place.serial) == (FILE, 2, 17)
    assert place.frame[1] == '-> 2 |     raise ValueError("six")'


def test_error_that_stands_for_another_tells_of_its_way(names: dict[str, Any]) -> None:
    late = TimeoutError("too late")
    late.__cause__ = raised(names["roll"])

    place = blamed_line("dice", late)

    assert place is not None
    assert place.line == 2


@pytest.mark.parametrize("plugin", ["quiz", None])
def test_code_of_others_is_not_to_blame(plugin: str | None, names: dict[str, Any]) -> None:
    assert blamed_line(plugin, raised(names["roll"])) is None


def test_module_may_call_itself_anything(names: dict[str, Any]) -> None:
    names["__name__"] = 7

    assert blamed_line("dice", raised(names["roll"])) is None
