"""Sizes as people read them."""

from __future__ import annotations

import pytest

from rosey.diagnostics.sizes import size


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 B"),
        (812.4, "812 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (54_321, "54.3 kB"),
        (1_234_567, "1.2 MB"),
        (5e9, "5.0 GB"),
        (-2_500, "-2.5 kB"),
    ],
)
def test_size_has_the_unit_that_suits_it(size_bytes: float, text: str) -> None:
    assert size(size_bytes) == text
