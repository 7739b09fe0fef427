"""Each setting has its heading, default and example in the reference, and each example loads."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from rosey.config import Config
from rosey.config.config import _ConfigSchema
from rosey.plugins.loading.schema import fields
from rosey.plugins.loading.settings import COMMON_SETTINGS
from rosey.plugins.supervision.crash_policy import CrashPolicy
from rosey.plugins.supervision.limits import Limits

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "configuration.md"
PAGE = REFERENCE.read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def settings() -> list[str]:
    """The paths of all settings."""
    found: list[str] = []
    for name, field in _ConfigSchema().fields.items():
        found.append(name)
        if isinstance(field, fields.Nested):
            found += [f"{name}.{inner}" for inner in field.schema.fields]
    return found


def examples(language: str, text: str = PAGE) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_setting_has_its_heading_in_the_order_of_the_schema() -> None:
    assert [*SECTIONS] == settings()


@pytest.mark.parametrize("setting", settings())
def test_setting_is_described_with_its_default_and_an_example(setting: str) -> None:
    assert "Default: " in SECTIONS[setting]
    (example, *_) = examples("json", SECTIONS[setting])
    value: Any = json.loads(example)
    for key in setting.split("."):
        value = value[key]


@pytest.mark.parametrize("example", examples("json"))
def test_example_in_json_loads(example: str) -> None:
    Config.from_mapping(json.loads(example), environ={"NETWORK_TOKEN": "x"})


@pytest.mark.parametrize("example", examples("yaml"))
def test_example_in_yaml_loads(example: str) -> None:
    config = Config.from_mapping(yaml.safe_load(example), environ={})

    assert config.plugins.disabled == ("trivia",)


def test_common_settings_of_plugins_are_described() -> None:
    assert {name for name in COMMON_SETTINGS if f"| `{name}` |" in PAGE} == COMMON_SETTINGS


def test_every_limit_is_described_with_its_default() -> None:
    section = SECTIONS["plugins.limits"]
    told = dict(re.findall(r"^\| `([\w.]+)` \|.*\| (.*) \|$", section, re.MULTILINE))
    limits, crash = Limits(), CrashPolicy()
    defaults = {f.name: getattr(limits, f.name) for f in dataclasses.fields(limits)}
    defaults |= {f"crash.{f.name}": getattr(crash, f.name) for f in dataclasses.fields(crash)}
    del defaults["crash"]

    assert {name: json.loads(text.strip("`")) for name, text in told.items()} == defaults
