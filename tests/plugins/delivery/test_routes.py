"""Which names fit a pattern."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rosey.plugins.delivery.routes import fits

SHORT = st.text("ab.\n", max_size=8)


def naive(pattern: str, event: str) -> bool:
    """Try each run that a star can stand for."""
    if not pattern:
        return not event
    if pattern[0] != "*":
        return event[:1] == pattern[0] and naive(pattern[1:], event[1:])
    return any(naive(pattern[1:], event[n:]) for n in range(len(event) + 1))


@given(st.text("ab.\n*", max_size=8), SHORT)
def test_a_star_stands_for_any_run_of_characters(pattern: str, event: str) -> None:
    assert fits(pattern, event) is naive(pattern, event)


def test_many_stars_take_no_time() -> None:
    assert not fits("*a" * 200 + "*b", "a" * 5_000)
