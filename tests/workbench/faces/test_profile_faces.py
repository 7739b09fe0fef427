"""What is shown of a profile."""

from __future__ import annotations

from rosey.diagnostics.profile.result import MemoryProfile
from rosey.diagnostics.profile.slope import Slope
from rosey.workbench.faces import profile_faces

FLAT = Slope(value=0, low=0, high=0)


def profile(*samples: int, value: float = 0) -> MemoryProfile:
    """A profile with these samples."""
    return MemoryProfile(
        plugin="dice",
        is_live=False,
        warm_up=50,
        samples=samples,
        slope=Slope(value=value, low=0, high=value),
        blocks=FLAT,
        pinned=(),
        growth=(),
        seconds=1.0,
    )


def test_growth_that_came_once_is_told_where_it_is_left_out() -> None:
    text = profile_faces.profile(profile(*[1] * 6, *[147_001] * 15)).text

    assert "verdict   flat" in text
    assert "left out  +147 kB from reload 5 to 8, as a table of Python's takes" in text


def test_nothing_is_left_out_where_nothing_came_at_once() -> None:
    assert "left out" not in profile_faces.profile(profile(*[1] * 21)).text


def test_what_counts_is_not_said_to_be_left_out() -> None:
    found = profile(*[1] * 6, *[147_001] * 5, *[294_001] * 10, value=9_000)

    assert "unclear" in (text := profile_faces.profile(found).text)
    assert "left out" not in text
