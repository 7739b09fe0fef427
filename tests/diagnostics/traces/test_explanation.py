"""Why a plugin did not get an event, case by case."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.diagnostics.traces.census import Census, Listener
from rosey.diagnostics.traces.explanation import missed, why_not
from rosey.plugins.lifecycle import PluginState
from tests.diagnostics.traces.events import listener, ran, traced

JOINED = {"patterns": ("user_join",)}
ROLLS = {"commands": ("!roll", "!dice")}


@pytest.mark.parametrize(
    ("facts", "event", "reason"),
    [
        ({"state": PluginState.DISABLED, **JOINED}, {}, "it was disabled"),
        (
            {"state": PluginState.UNLOADED, "waits_for": ("command:roll",)},
            {},
            "not loaded: it waits for command:roll",
        ),
        ({"patterns": ("song.*", "user_left")}, {}, "it handles song.*, user_left, not user_join"),
        ({"patterns": tuple("abcdefg")}, {}, "it handles a, b, c, d, e and 2 more, not user_join"),
        ({}, {}, "it listens to nothing"),
        (ROLLS, {}, "it answers commands, and handles no events"),
        (JOINED, {"refused": "too many"}, "the event was refused: too many"),
        (
            JOINED,
            {"is_stopped": True, "handled": (ran("guard", handler="Guard.check"),)},
            "guard stopped the event in Guard.check",
        ),
        (
            {"patterns": ("user_*",)},
            {"is_stopped": True, "handled": (ran(None, handler="Link"),)},
            "rosey stopped the event in Link",
        ),
        (JOINED, {}, "it was being changed, or subscribed only then"),
        (
            ROLLS,
            {"event": "message", "text": "hello"},
            "it answers !roll, !dice; the text does not begin with !",
        ),
        (
            ROLLS,
            {"event": "message", "text": "!quote me"},
            "it answers !roll, !dice; the text calls !quote",
        ),
    ],
)
def test_the_reason_is_named(facts: dict[str, Any], event: dict[str, Any], reason: str) -> None:
    census = Census(listeners=(listener("dice", **facts),), prefix="!")

    assert why_not(traced(census=census, **event)) == {"dice": reason}


def test_who_had_it_needs_no_reason() -> None:
    census = Census(listeners=(listener("trivia"), listener("dice")), prefix="!")
    trace = traced(census=census, handled=(ran("trivia"),), command=ran("dice"))

    assert why_not(trace) == {}


def test_listeners_are_told_in_their_order() -> None:
    listeners: tuple[Listener, ...] = (listener("a"), listener("b"))

    assert [*why_not(traced(census=Census(listeners=listeners, prefix="!")))] == ["a", "b"]


def test_who_handles_such_events_and_had_none_is_picked() -> None:
    listeners = (
        listener("off", state=PluginState.DISABLED, **JOINED),
        listener("other", patterns=("user_left",)),
        listener("dice", **ROLLS),
    )
    census = Census(listeners=listeners, prefix="!")
    called = traced(event="message", text="!roll 2d6", census=census)

    assert missed(traced(census=census)) == {"off": "it was disabled"}
    assert [*missed(called)] == ["dice"]
    assert missed(traced(event="message", text="", census=census)) == {}
