"""Replies are compared message by message, and each difference is found at its line."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from rosey.recording.comparing import Comparison, Kind, as_recorded, compare
from rosey.recording.performing import Performance
from tests.recording.chats import heard, recording, said


def compared(
    then: Mapping[int, list[str]], now: Mapping[int, list[str]], ignore: str | None = None
) -> Comparison:
    """Compare two chats: the replies by the number of the message, 0 for none."""
    numbers = sorted({*then, *now} - {0})
    replies = [said(n or None, text) for n, texts in then.items() for text in texts]
    chat = recording(*(heard(n, f"message {n}") for n in numbers), *replies)
    answers = {n: tuple(texts) for n, texts in now.items() if n}
    performance = Performance(answers=answers, unprompted=tuple(now.get(0, ())), faults=())
    return compare(chat, performance, ignore=re.compile(ignore) if ignore else None)


@pytest.mark.parametrize(
    ("then", "now", "differences"),
    [
        ({1: ["a"]}, {1: ["a"]}, []),
        ({1: []}, {1: []}, []),
        ({1: ["a"]}, {1: ["b"]}, [(Kind.DIFFERENT, 3, "a", "b")]),
        ({1: ["a"]}, {1: []}, [(Kind.MISSING, 3, "a", None)]),
        ({1: []}, {1: ["b"]}, [(Kind.EXTRA, 2, None, "b")]),
        ({1: ["a", "b", "c"]}, {1: ["a", "c"]}, [(Kind.MISSING, 3, "b", None)]),
        ({1: ["a", "c"]}, {1: ["a", "b", "c"]}, [(Kind.EXTRA, 2, None, "b")]),
        ({1: ["a"], 2: ["b"]}, {1: ["b"], 2: ["b"]}, [(Kind.DIFFERENT, 3, "a", "b")]),
        ({1: ["a"], 2: ["b"]}, {2: ["b", "a"]}, [
            (Kind.MISSING, 3, "a", None), (Kind.EXTRA, 4, None, "a"),
        ]),
        ({0: ["tick"]}, {0: ["tock", "tick"]}, [(Kind.EXTRA, 0, None, "tock")]),
        ({0: ["tick"]}, {}, [(Kind.MISSING, 99, "tick", None)]),
    ],
)  # fmt: skip
def test_what_differs_is_told_with_its_line(
    then: Mapping[int, list[str]],
    now: Mapping[int, list[str]],
    differences: list[tuple[Kind, int, str | None, str | None]],
) -> None:
    found = compared(then, now).differences

    assert [(d.kind, d.line, d.recorded, d.replayed) for d in found] == differences


def test_many_alike_are_counted_in_any_order() -> None:
    found = compared({0: ["tick"] * 3_000}, {0: ["tick", "tock"] * 1_500})

    counts = [found.count(kind) for kind in (Kind.DIFFERENT, Kind.MISSING, Kind.EXTRA)]
    assert (found.same, counts) == (1_500, [0, 1_500, 1_500])


def test_all_are_counted() -> None:
    result = compared({1: ["a", "b"], 2: ["c"], 3: ["d"]}, {1: ["a", "b"], 2: ["x"], 4: ["e"]})

    assert (result.messages, result.replies, result.same) == (4, 4, 2)
    assert [result.count(kind) for kind in Kind] == [1, 1, 1]


def test_what_is_ignored_does_not_count() -> None:
    assert not compared({1: ["took 12 ms"]}, {1: ["took 9 ms"]}, ignore=r"\d+").differences


def test_a_reply_to_what_was_left_out_counts_as_unprompted() -> None:
    chat = recording(said(7, "an answer"))
    performance = Performance(answers={}, unprompted=("an answer",), faults=())

    assert compare(chat, performance).same == 1


def test_a_performance_can_stand_for_the_recording() -> None:
    chat = recording(heard(1, "one"), heard(2, "two"), said(1, "a"))
    performance = Performance(answers={2: ("b", "c")}, unprompted=("d",), faults=())
    other = Performance(answers={2: ("b", "x")}, unprompted=("d",), faults=())

    again = as_recorded(chat, performance)

    assert compare(again, performance).differences == ()
    assert [(d.line, d.recorded) for d in compare(again, other).differences] == [(4, "c")]
