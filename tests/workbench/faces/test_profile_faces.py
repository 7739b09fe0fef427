"""What is shown of a profile."""

from __future__ import annotations

from rosey.diagnostics.profile.result import MemoryProfile
from rosey.diagnostics.profile.slope import Slope
from rosey.diagnostics.profile.step import Step
from rosey.workbench.faces import profile_faces

FLAT = Slope(value=0, low=0, high=0)


def profile(step: Step | None) -> MemoryProfile:
    """A profile of a clean plugin, of whose samples a step may have been left out."""
    return MemoryProfile(
        plugin="dice",
        is_live=False,
        warm_up=50,
        samples=(1, 1, 147_001),
        step=step,
        slope=FLAT,
        blocks=FLAT,
        pinned=(),
        growth=(),
        seconds=1.0,
    )


def test_step_that_was_left_out_is_told() -> None:
    text = profile_faces.profile(profile(Step(place=2, height=147_000))).text

    assert "verdict   flat" in text
    assert "left out  one step of +147 kB at reload 3, as a table of Python's makes" in text


def test_nothing_is_said_of_a_step_where_there_was_none() -> None:
    assert "left out" not in profile_faces.profile(profile(None)).text
