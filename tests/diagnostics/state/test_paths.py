"""A path is read as Python would read it, and as people write it."""

from __future__ import annotations

import pytest

from rosey.diagnostics.state.paths import Attribute, Place, beginnings, parsed, written
from rosey.errors import StatePathError


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("scores", [Attribute(name="scores")]),
        (" a.b ", [Attribute(name="a"), Attribute(name="b")]),
        ("a[0].b", [Attribute(name="a"), Place(key=0), Attribute(name="b")]),
        ("a[-1]", [Attribute(name="a"), Place(key=-1)]),
        ("a['x y]']", [Attribute(name="a"), Place(key="x y]")]),
        ("a[ann]", [Attribute(name="a"), Place(key="ann")]),
        ("a[(1, 'x')]", [Attribute(name="a"), Place(key=(1, "x"))]),
    ],
)
def test_path_is_read_step_by_step(text: str, path: list[object]) -> None:
    assert parsed(text) == tuple(path)
    assert parsed(written(parsed(text))) == parsed(text)


def test_path_begins_with_all_that_it_leads_through() -> None:
    assert beginnings("games['a'].points[0]") == [
        "games",
        "games['a']",
        "games['a'].points",
        "games['a'].points[0]",
    ]
    assert beginnings("games[<Key>]") == beginnings("games[...]") == []


@pytest.mark.parametrize(
    "text", ["", "a b", "a[", "1", "a()", "a[1:2]", "a[f()]", "a[...]", "(" * 10_000]
)
def test_what_is_no_path_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(StatePathError, match=r"is no path: write queue\[0\].title or"):
        parsed(text)
