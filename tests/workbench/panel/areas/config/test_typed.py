"""What a control holds means a value, and a value is what a control holds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rosey.diagnostics.settings.model import ConfigForm, Setting, SettingKind
from rosey.errors import UsageError
from rosey.workbench.panel.areas.config.typed import Typed, edits_of, held_by, meant

K = SettingKind


def setting(kind: SettingKind, value: str | None = None, **more: Any) -> Setting:  # noqa: ANN401  as the class has them
    """A setting called `it`."""
    return Setting(path="it", kind=kind, value=value, **more)


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        (K.BOOL, "true", True),
        (K.BOOL, "false", False),
        (K.INT, "5", "5"),
        (K.FLOAT, "2.5", "2.5"),
        (K.TEXT, '"a \\"b\\""', 'a "b"'),
        (K.TEXT, '"two\\nlines"', "two\nlines"),
        (K.CHOICE, '"red"', '"red"'),
        (K.LIST, '["a", 1]', '["a", 1]'),
        (K.OTHER, "null", "null"),
    ],
)
def test_control_holds_what_means_the_value(kind: SettingKind, value: str, held: Typed) -> None:
    made = setting(kind, value)

    assert held_by(made) == held
    assert meant(made, held) == json.loads(value)


def test_long_json_is_held_in_lines() -> None:
    value = json.dumps({"names": ["ann"] * 20})
    made = setting(K.DICT, value)

    assert str(held_by(made)).count("\n") > 10
    assert meant(made, held_by(made)) == json.loads(value)


@pytest.mark.parametrize("kind", [K.BOOL, K.INT, K.TEXT, K.DICT])
def test_empty_control_means_null_where_that_is_allowed(kind: SettingKind) -> None:
    assert meant(setting(kind, allows_null=True), "") is None
    assert held_by(setting(kind)) == ""


def test_box_knows_no_third_value() -> None:
    assert held_by(setting(K.BOOL, "true", allows_null=True)) == "true"


def test_number_that_is_none_is_left_to_the_schema() -> None:
    assert meant(setting(K.INT, "5"), "five") == "five"


@pytest.mark.parametrize("held", ["{", "[" * 100_000, ""])
def test_json_that_is_none_is_refused(held: str) -> None:
    with pytest.raises(UsageError):
        meant(setting(K.DICT, "{}"), held)


def test_edits_are_what_is_another_value() -> None:
    rows = [
        Setting(path="same", kind=K.INT, value="5"),
        Setting(path="other", kind=K.INT, value="5"),
        Setting(path="bool", kind=K.OTHER, value="1"),
        Setting(path="wrong", kind=K.LIST, value="[]"),
        Setting(path="unset", kind=K.INT),
    ]
    form = ConfigForm(plugin="dice", has_schema=True, settings=tuple(rows), common=())
    typed = {"same": " 5", "other": "6", "bool": "true", "wrong": "[", "unset": "", "gone": "1"}

    edits = edits_of(form, typed)

    assert edits.changes == {"other": 6, "bool": True}
    assert edits.faults.keys() == {"wrong"}
    assert not edits_of(form, {"same": "5"})
