"""How far an attempt is."""

from __future__ import annotations

from rosey.workbench.faces.answer import Answer
from rosey.workbench.panel.attempt import Attempt
from rosey.workbench.panel.progress import progress
from tests.workbench.panel.reading import button, found, text_of


def attempt() -> Attempt:
    return Attempt("%rosey profile greeter", lambda _attempt: Answer(None))


def test_a_bar_goes_on_where_nobody_says_how_far_it_is() -> None:
    (bar,) = found(progress(attempt()), "progress")

    assert bar.attributes["max"] is None
    assert "value" not in bar.does


def test_a_bar_shows_how_far_it_is_in_words_too() -> None:
    half = attempt()
    half.done, half.total = 5, 10
    drawn = progress(half)

    (bar,) = found(drawn, "progress", max=10)
    assert bar.does["value"] == 5
    assert "5 of 10, " in text_of(drawn)


def test_what_cannot_be_cancelled_offers_no_way_to_do_it() -> None:
    assert button(progress(attempt()), "Cancel %rosey profile greeter").attributes["disabled"]
