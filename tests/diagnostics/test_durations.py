"""Durations as people read them."""

from __future__ import annotations

import pytest

from rosey.diagnostics.durations import seconds


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
