"""What is chosen and typed in a panel."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.workbench.panel.view import MOST_ENTRIES, View


@pytest.fixture
def view() -> View:
    return View(["plugins", "chat"], {"a.text": "", "a.row": 0, "a.is_on": False, "a.many": {}})


def test_it_begins_with_the_first_area_and_the_defaults(view: View) -> None:
    assert view.values == {
        "area": "plugins",
        "a.text": "",
        "a.row": 0,
        "a.is_on": False,
        "a.many": {},
    }


def test_what_is_chosen_stays(view: View) -> None:
    view.change({"area": "chat", "a.text": "x", "a.row": 3, "a.is_on": True})

    assert (view.text("area"), view.text("a.text")) == ("chat", "x")
    assert (view.number("a.row"), view.is_on("a.is_on")) == (3, True)


@pytest.mark.parametrize(
    "change",
    [
        {"area": "kitchen"},
        {"a.text": 3},
        {"a.row": "3"},
        {"a.row": True},
        {"a.is_on": 1},
        {"other": "x"},
        {"a.many": "x"},
        {"a.many": {"x": "y"}},
        {"a.text": None},
        {"a.text:x": "y"},
        {"a.many:x": 5},
        {"a.many:x": ["y"]},
        {"a.many:": "y"},
    ],
    ids=str,
)
def test_what_does_not_fit_is_left_out(view: View, change: dict[str, Any]) -> None:
    before = view.values

    view.change(change)

    assert view.values == before


def test_entries_come_change_and_go(view: View) -> None:
    view.change({"a.many:x": "1", "a.many:y z": True})
    view.change({"a.many:x": "2", "a.many:y z": None, "a.many:gone": None})

    assert view.entries("a.many") == {"x": "2"}


def test_entries_that_somebody_reads_stay_as_they_are(view: View) -> None:
    view.change({"a.many:x": "1"})
    seen = view.entries("a.many")

    view.change({"a.many:x": "2"})

    assert seen == {"x": "1"}


def test_there_are_not_too_many_entries(view: View) -> None:
    view.change({f"a.many:{n}": "1" for n in range(MOST_ENTRIES + 5)})
    view.change({"a.many:0": "2"})

    assert len(view.entries("a.many")) == MOST_ENTRIES
    assert view.entries("a.many")["0"] == "2"


def test_two_views_share_no_entries() -> None:
    defaults: dict[str, Any] = {"a.many": {}}
    one, other = View(["chat"], defaults), View(["chat"], defaults)

    one.change({"a.many:x": "1"})

    assert other.entries("a.many") == {}
