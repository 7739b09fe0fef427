"""How much may come in is checked before it holds."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.chat.buckets import Rate
from rosey.chat.rules import FloodLimits
from rosey.config import Config
from rosey.errors import ConfigError


def test_default_is_that_of_the_links() -> None:
    assert Config.from_mapping({}).flood == Config().flood == FloodLimits()


def test_every_limit_may_be_set() -> None:
    section = {
        "user_per_s": 1,
        "user_burst": 2,
        "channel_per_s": 3.5,
        "channel_burst": 4,
        "damper": False,
        "ignore_s": 5,
    }

    assert Config.from_mapping({"flood": section}).flood == FloodLimits(
        user=Rate(per_s=1.0, burst=2),
        channel=Rate(per_s=3.5, burst=4),
        damper=False,
        ignore_s=5.0,
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("user_per_s", 0),
        ("user_per_s", -1),
        ("user_per_s", 10_001),
        ("user_per_s", float("nan")),
        ("user_per_s", float("inf")),
        ("user_per_s", None),
        ("user_burst", 0),
        ("user_burst", 1.5),
        ("user_burst", 10**400),
        ("channel_per_s", "fast"),
        ("channel_burst", []),
        ("damper", "perhaps"),
        ("ignore_s", 0),
        ("ignore_s", 3_601),
        ("user_pre_s", 1),
    ],
)
def test_limit_out_of_range_is_refused_with_its_path(setting: str, value: Any) -> None:  # noqa: ANN401  any value
    with pytest.raises(ConfigError) as caught:
        Config.from_mapping({"flood": {setting: value}})

    (fault,) = caught.value.faults
    assert fault.path == f"flood.{setting}"


@pytest.mark.parametrize("section", [None, [], 5])
def test_section_must_be_a_mapping(section: object) -> None:
    with pytest.raises(ConfigError, match="flood: "):
        Config.from_mapping({"flood": section})
