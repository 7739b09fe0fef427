"""What has changed between two configurations, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.config import Config, ConfigDifference, difference, start_settings_changed

FOUND = ("calm", "plain")


def compared(old: dict[str, Any], new: dict[str, Any]) -> ConfigDifference:
    return difference(
        Config.from_mapping(old, environ={}), Config.from_mapping(new, environ={}), FOUND
    )


def section(**settings: Any) -> dict[str, Any]:  # noqa: ANN401  as a configuration file has them
    return {"plugins": {"plugin_config": {"calm": settings}}}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({}, {}, {}),
        ({}, {"command_prefix": "!"}, {}),
        ({}, {"command_prefix": "?"}, {"live": ("command_prefix",)}),
        ({}, {"accounts": {"ada": "owner"}}, {"live": ("accounts",)}),
        ({}, {"flood": {}}, {}),
        ({}, {"flood": {"user_burst": 5}}, {"live": ("flood",)}),
        ({}, {"plugins": {"hot_reload": False}}, {"live": ("plugins.hot_reload",)}),
        ({}, {"plugins": {"plugin_dirs": ["more"]}}, {"live": ("plugins.plugin_dirs",)}),
        ({}, {"connection": "console"}, {"at_next_start": ("connection",)}),
        ({}, {"storage": "data"}, {"at_next_start": ("storage",)}),
        (section(most=1), section(most=1), {}),
        (section(a=1, b=2), section(b=2, a=1), {}),
        (section(most=1), section(most=2), {"sections": ("calm",)}),
        (section(most=1), section(most=True), {"sections": ("calm",)}),
        (section(most=1), {}, {"sections": ("calm",)}),
        ({}, section(most=1), {"sections": ("calm",)}),
        ({}, section(), {}),
        (section(most=1), {"plugins": {"calm": {"most": 1}}}, {}),
        ({}, {"plugins": {"disabled": ["calm"]}}, {"unwanted": ("calm",)}),
        ({"plugins": {"disabled": ["calm"]}}, {}, {"wanted": ("calm",)}),
        ({}, {"plugins": {"enabled": ["calm"]}}, {"unwanted": ("plain",)}),
        ({"plugins": {"enabled": []}}, {}, {"wanted": FOUND}),
        ({"plugins": {"enabled": ["a", "b"]}}, {"plugins": {"enabled": ["b", "a"]}}, {}),
        (
            {"plugins": {"enabled": ["a"]}},
            {"plugins": {"enabled": ["b"], "disabled": ["c"]}},
            {"wanted": ("b",), "unwanted": ("a",)},
        ),
        ({}, {"plugins": {"disabled": ["missing"]}}, {}),
        ({}, section(enabled=True), {"sections": ("calm",)}),
        ({}, section(enabled=False), {"sections": ("calm",), "unwanted": ("calm",)}),
    ],
)
def test_difference(old: dict[str, Any], new: dict[str, Any], found: dict[str, Any]) -> None:
    assert compared(old, new) == ConfigDifference(**found)


def test_settings_of_the_start_are_those_that_a_running_bot_cannot_take_over() -> None:
    new = Config.from_mapping({"storage": "data", "connection": "console", "command_prefix": "?"})

    assert start_settings_changed(Config(), new) == ("connection", "storage")
