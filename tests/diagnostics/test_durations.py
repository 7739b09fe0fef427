"""Durations as people read them."""

from __future__ import annotations

import time

import pytest

from rosey.diagnostics.durations import seconds, time_of_day


@pytest.mark.parametrize(
    ("duration_s", "shown"),
    [
        (None, "-"),
        (0.0, "0.0 µs"),
        (0.0000234, "23 µs"),
        (0.0009999, "999 µs"),
        (0.00312, "3.1 ms"),
        (0.31, "310 ms"),
        (0.99999, "999 ms"),
        (1.56, "1.5 s"),
        (12.9, "12 s"),
        (59.99, "59 s"),
        (60, "1 min 00 s"),
        (3599.9, "59 min 59 s"),
        (7500, "2 h 05 min"),
        (86_400 * 3 + 3600 * 4.5, "3 d 04 h"),
    ],
)
def test_durations_have_two_digits_and_a_unit(duration_s: float | None, shown: str) -> None:
    assert seconds(duration_s) == shown


def test_a_moment_is_shown_as_clocks_here_show_it() -> None:
    assert time_of_day(time.mktime((2026, 3, 1, 9, 5, 7, 0, 0, -1))) == "09:05:07"
