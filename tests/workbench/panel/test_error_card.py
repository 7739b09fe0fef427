"""The card that shows what is wrong with a plugin."""

from __future__ import annotations

import dataclasses

from rosey.diagnostics.trouble import Trouble, TroubleKind
from rosey.plugins.lifecycle import PluginState
from rosey.workbench.faces.markup import to_html
from rosey.workbench.panel.error_card import NEW_S, error_card
from tests.hostile.corpus import SMALL, name
from tests.hostile.test_escaping import Reader
from tests.workbench.panel.reading import found, text_of

TROUBLE = Trouble(
    plugin="dice",
    kind=TroubleKind.FAULT,
    where="!roll",
    error="ValueError: six",
    file="/plugins/dice.py",
    line=3,
    frame=("   2 | def roll():", "-> 3 |     raise ValueError"),
    traceback="Traceback\nValueError: six\n",
    since=1_000.0,
    count=3,
    version="1.2",
    state=PluginState.ENABLED,
)


def test_card_says_what_is_wrong_and_what_still_runs() -> None:
    told = text_of(error_card(TROUBLE))

    assert told.startswith("dice failed in !roll : ValueError: six /plugins/dice.py:3 · 3 times")
    assert "version 1.2 serves on with its state" in told
    assert "-> 3 | raise ValueError Traceback Traceback ValueError: six" in told


def test_card_without_code_has_nothing_to_fold_out() -> None:
    card = error_card(dataclasses.replace(TROUBLE, frame=(), traceback="", file=None))

    assert [*found(card, "pre")] == [*found(card, "details")] == []
    assert "3 times since" in text_of(card)


def test_card_is_announced_while_it_is_new_and_not_again() -> None:
    def is_alert(one: Trouble, now: float) -> bool:
        return bool([*found(error_card(one, now), role="alert")])

    assert is_alert(TROUBLE, 1_000.0 + NEW_S / 2)
    assert not is_alert(TROUBLE, 1_000.0 + NEW_S)
    assert not is_alert(dataclasses.replace(TROUBLE, since=None), 0.0)


def test_what_is_announced_stays_the_same_while_it_is_counted() -> None:
    def announced(count: int) -> str:
        card = error_card(dataclasses.replace(TROUBLE, count=count), 1_000.0)
        return text_of(next(found(card, role="alert")))

    assert announced(1) == announced(1_000)


def test_card_stays_itself_while_the_count_goes_on() -> None:
    again = dataclasses.replace(TROUBLE, count=4, traceback="another")

    assert error_card(TROUBLE).does["key"] == error_card(again).does["key"]


def test_no_text_of_it_becomes_markup() -> None:
    plain = Reader(to_html(error_card(TROUBLE, 0.0))).markup
    for text in filter(None, SMALL):
        bad = dataclasses.replace(
            TROUBLE, where=text, error=text, file=text, frame=(text,), traceback=f"{text}x"
        )
        assert Reader(to_html(error_card(bad, 0.0))).markup == plain, name(text)
