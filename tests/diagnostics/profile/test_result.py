"""What is called flat, and what leaking."""

from __future__ import annotations

import pytest

from rosey.diagnostics.profile.result import MemoryProfile, Pinned
from rosey.diagnostics.profile.slope import Slope, Stretch

BY_CODE = Pinned(serial=3, alive=("module dice",), holders=("module dice kept alive by x.y",))
BY_THE_NOTEBOOK = Pinned(serial=3, alive=("module dice",), holders=())


def profile(
    slope: float,
    *pinned: Pinned,
    low: float | None = None,
    samples: tuple[int, ...] = (1,) * 10,
) -> MemoryProfile:
    """A profile with a slope, what is pinned, and samples."""
    return MemoryProfile(
        plugin="dice",
        is_live=False,
        warm_up=50,
        samples=samples,
        slope=Slope(value=slope, low=slope if low is None else low, high=slope),
        blocks=Slope(value=0, low=0, high=0),
        pinned=pinned,
        growth=(),
        seconds=1.0,
    )


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (profile(0), "flat"),
        (profile(-500), "flat"),
        (profile(256), "flat"),
        (profile(257), "leaking 257 bytes a reload"),
        (profile(1024.4), "leaking 1,024 bytes a reload"),
        (profile(1024, low=257), "leaking 1,024 bytes a reload"),
        (profile(1024, low=256), "unclear: more reloads will tell"),
        (profile(1024, BY_CODE, low=0), "leaking: old versions stay in memory"),
        (profile(0, BY_CODE), "leaking: old versions stay in memory"),
        (profile(4096, BY_CODE), "leaking 4,096 bytes a reload"),
        (profile(0, BY_THE_NOTEBOOK), "flat"),
    ],
)
def test_verdict(found: MemoryProfile, verdict: str) -> None:
    assert found.verdict == verdict
    assert found.is_leaking is verdict.startswith("leaking")


def test_facts_follow_from_what_was_measured() -> None:
    found = profile(0, BY_CODE, BY_THE_NOTEBOOK)

    assert found.reloads == 10
    assert found.leaked == (BY_CODE,)


def test_what_grew_at_once_is_told_where_alone_it_would_look_like_a_leak() -> None:
    low, high = (profile(0, samples=(5,) * 10 + (5 + by,) * 11) for by in (256 * 21, 256 * 21 + 1))

    assert low.burst is None
    assert high.burst == Stretch(first=8, last=10, height=256 * 21 + 1, slope=(256 * 21 + 1) / 2)
