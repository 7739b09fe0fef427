"""How long a plugin that could not be loaded is left alone."""

from __future__ import annotations

import pytest

from rosey.plugins.life.dormant import retry_s


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (10_000, 600)]
)
def test_each_failed_load_doubles_the_wait_up_to_a_limit(failures: int, seconds: float) -> None:
    assert retry_s(failures) == seconds
