"""Validation of settings, and secrets among them."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from marshmallow import ValidationError, class_registry

from rosey.errors import ConfigError
from rosey.plugins.loading.schema import (
    ConfigSchema,
    Secret,
    SecretField,
    fields,
    validate,
    validated,
)


class Limits(ConfigSchema):
    most = fields.Integer(validate=validate.Range(max=1000))


class Settings(ConfigSchema):
    token = SecretField()
    limits = fields.Nested(Limits)
    names = fields.List(fields.String())
    games = fields.List(fields.Nested(Limits))
    rooms = fields.Dict(fields.String(), fields.Nested(Limits))


def faults(values: dict[str, Any], path: str = "") -> list[str]:
    """What is wrong with settings, in lines."""
    with pytest.raises(ConfigError) as caught:
        validated(Settings, values, path=path)
    return [str(fault) for fault in caught.value.faults]


def test_fitting_settings_get_their_types() -> None:
    settings = validated(Settings, {"token": "hush", "limits": {"most": "10"}})

    assert settings == {"token": Secret("hush"), "limits": {"most": 10}}


def test_faults_are_told_all_at_once_with_their_paths() -> None:
    told = faults({"token": 1, "limits": {"most": 2000}, "names": ["a", 2]}, "plugins.dice")

    assert told == [
        "plugins.dice.token: not a valid string",
        "plugins.dice.limits.most: must be less than or equal to 1000",
        "plugins.dice.names.1: not a valid string",
    ]


def test_unknown_setting_suggests_the_nearest() -> None:
    assert sorted(faults({"tokn": "x", "xyz": "x"})) == [
        "tokn: there is no such setting; did you mean token?",
        "xyz: there is no such setting",
    ]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"limits": {"mst": 1}}, "limits.mst"),
        ({"games": [{}, {"mst": 1}]}, "games.1.mst"),
        ({"rooms": {"lobby": {"mst": 1}}}, "rooms.lobby.mst"),
    ],
)
def test_unknown_setting_suggests_what_is_known_beside_it(
    values: dict[str, Any], path: str
) -> None:
    assert faults(values) == [f"{path}: there is no such setting; did you mean most?"]


def test_fault_of_the_whole_has_the_path_of_the_whole() -> None:
    assert faults({"limits": 5}, "dice") == ["dice.limits: invalid input type"]


def test_fault_that_a_field_tells_by_parts_has_their_paths() -> None:
    def check(value: str) -> None:
        raise ValidationError({"end": [f"Must not be {len(value)} long."]})

    class Named(ConfigSchema):
        name = fields.String(validate=check)

    with pytest.raises(ConfigError, match=r"name\.end: must not be 4 long"):
        validated(Named, {"name": "Rosa"})


def test_faults_never_repeat_a_value() -> None:
    assert "hunter2" not in str(faults({"token": ["hunter2"], "limits": {"most": "hunter2"}}))


def test_secret_is_masked_wherever_it_is_printed() -> None:
    secret = Secret("hunter2")

    assert {str(secret), repr(secret), f"{secret}"} == {"<secret>"}
    assert secret.reveal() == "hunter2"


def test_secrets_compare_by_value() -> None:
    assert {Secret("a"), Secret("a"), Secret("b")} == {Secret("a"), Secret("b")}
    assert Secret("a") != "a"
    assert not Secret("")


def test_secret_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="a secret is not pickled"):
        pickle.dumps(Secret("hunter2"))


def test_schemas_are_not_registered() -> None:
    assert not [name for name in class_registry._registry if __name__ in name]  # noqa: SLF001  there is no public list
