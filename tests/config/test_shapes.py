"""Sections by plugin and `plugin_config` mean the same."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.config.shapes import in_one_shape

SETTINGS = {"enabled", "disabled", "hot_reload", "plugin_dirs", "plugin_config"}


@pytest.mark.parametrize(
    "plugins",
    [
        {"dice": {"max": 3}, "quiz": {"x": 1}},
        {"plugin_config": {"dice": {"max": 3}, "quiz": {"x": 1}}},
        {"plugin_config": {"dice": {"max": 3}}, "quiz": {"x": 1}},
    ],
)
def test_either_shape_and_both_give_the_same(plugins: dict[str, Any]) -> None:
    shape = in_one_shape({"a": 1, "plugins": plugins}, SETTINGS)

    assert shape.values == {
        "a": 1,
        "plugins": {"plugin_config": {"dice": {"max": 3}, "quiz": {"x": 1}}},
    }
    assert shape.faults == ()


def test_settings_beside_sections_stay() -> None:
    shape = in_one_shape({"plugins": {"hot_reload": False, "dice": {}, "x": 1}}, SETTINGS)

    assert shape.values["plugins"] == {"hot_reload": False, "x": 1, "plugin_config": {"dice": {}}}


def test_configuration_without_plugins_has_no_settings_for_any() -> None:
    assert in_one_shape({}, SETTINGS).values == {"plugins": {"plugin_config": {}}}


@pytest.mark.parametrize("plugins", [None, [], "x", {"plugin_config": [1], "dice": {}}])
def test_what_is_no_mapping_is_left_for_the_schema(plugins: object) -> None:
    shape = in_one_shape({"plugins": plugins}, SETTINGS)

    assert shape.values == {"plugins": plugins}
    assert shape.disabled == ()
    assert shape.faults == ()


def test_plugin_in_both_shapes_is_a_fault() -> None:
    plugins = {"plugin_config": {"dice": {"max": 1}}, "dice": {"max": 2}}

    assert [str(fault) for fault in in_one_shape({"plugins": plugins}, SETTINGS).faults] == [
        "plugins.dice: it is in plugin_config too: keep one of them"
    ]


@pytest.mark.parametrize(
    ("switch", "disabled"),
    [(False, ("dice",)), ("no", ("dice",)), ("off", ("dice",)), (True, ()), ("true", ())],
)
@pytest.mark.parametrize("is_section", [True, False])
def test_switch_of_a_plugin_is_read_in_either_shape(
    switch: object,
    disabled: tuple[str, ...],
    is_section: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    configs = {"dice": {"enabled": switch}, "quiz": {}}
    plugins = configs if is_section else {"plugin_config": configs}

    assert in_one_shape({"plugins": plugins}, SETTINGS).disabled == disabled


def test_switch_that_is_neither_on_nor_off_is_a_fault_where_it_stands() -> None:
    plugins = {"plugin_config": {"dice": {"enabled": "perhaps"}, "x": 3}, "quiz": {"enabled": None}}

    assert [str(fault) for fault in in_one_shape({"plugins": plugins}, SETTINGS).faults] == [
        "plugins.plugin_config.dice.enabled: not a valid boolean",
        "plugins.quiz.enabled: field may not be null",
    ]
