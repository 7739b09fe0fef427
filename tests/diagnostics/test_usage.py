"""What a plugin uses, as people are told."""

from __future__ import annotations

from rosey.diagnostics.usage import Usage
from rosey.plugins.supervision.account import Durations

NOTHING = Usage(
    handled=Durations(),
    under_way=0,
    waiting=0,
    on_their_way=0,
    tasks=0,
    blocked_s=0.0,
    dropped=0,
    replies=0,
    refused_replies=0,
    storage_bytes=0,
)


def test_what_is_nothing_is_left_out() -> None:
    assert NOTHING.lines == ("handled 0",)


def test_durations_and_counts_are_told() -> None:
    usage = Usage(
        handled=Durations(count=1_200, total_s=2.5, p50_s=0.001, p95_s=0.0125, p99_s=0.1),
        under_way=1,
        waiting=2,
        on_their_way=3,
        tasks=4,
        blocked_s=0.25,
        dropped=5,
        replies=6,
        refused_replies=7,
        storage_bytes=8_192,
    )

    assert usage.lines == (
        "handled 1,200 in 2.5 s: p50 1.0 ms, p95 12 ms, p99 100 ms",
        "under way: 1",
        "events waiting: 2",
        "events on their way: 3",
        "tasks: 4",
        "events dropped: 5",
        "replies: 6",
        "replies refused: 7",
        "bytes stored: 8,192",
        "held the loop: 250 ms",
    )
