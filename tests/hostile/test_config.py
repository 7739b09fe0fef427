"""Whatever stands in a configuration, it is a value or a fault on one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from rosey.config import Config
from rosey.errors import ConfigError
from tests.hostile.corpus import HOSTILE, SMALL, name

LITERALLY = {"ROSEY_SECRET": "${ROSEY_SECRET}", "HOME": "${HOME}"}
"""An environment in which the corpus's variables stand for themselves."""


def is_one_line(error: ConfigError) -> bool:
    return len(f"{error}.".splitlines()) == 1 and str(error).encode("utf-8") != b""


def is_empty(text: str) -> bool:
    """Whether it configures nothing, which is fine."""
    return text.strip() in {"", "{}"} or text.startswith("#")


def test_setting_is_handed_to_its_plugin_as_it_is() -> None:
    for text in HOSTILE:
        settings = {"greeting": text, "more": [{"deep": text}], text: 1}
        values = {"plugins": {"plugin_config": {"hello": settings}}}
        config = Config.from_mapping(values, environ=LITERALLY)
        assert config.plugins.plugin_config["hello"] == settings, name(text)


def test_unknown_setting_is_refused_on_one_line() -> None:
    for text in HOSTILE:
        with pytest.raises(ConfigError) as caught:
            Config.from_mapping({text: 1}, origin=text, environ={})
        assert is_one_line(caught.value), name(text)


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_file_that_is_hostile_as_a_whole_is_refused_on_one_line(
    tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"config.{suffix}"
    for text in HOSTILE:
        if is_empty(text):
            continue
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        with pytest.raises(ConfigError) as caught:
            Config.load(file, environ={})
        assert str(caught.value).startswith(f"{file}: "), name(text)
        assert is_one_line(caught.value), name(text)


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_file_gives_back_what_was_written(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"config.{suffix}"
    for text in SMALL:
        values = {"plugins": {"plugin_config": {"hello": {"greeting": text, text: 1}}}}
        written = json.dumps(values) if suffix == "json" else yaml.safe_dump(values)
        file.write_text(written, encoding="utf-8")
        config = Config.load(file, environ=LITERALLY)
        assert config.plugins.plugin_config == values["plugins"]["plugin_config"], name(text)


def test_environment_is_not_filled_in_twice() -> None:
    values = {"plugins": {"plugin_config": {"hello": {"greeting": "${GREETING}"}}}}
    for text in HOSTILE:
        config = Config.from_mapping(values, environ={"GREETING": text})
        assert config.plugins.plugin_config["hello"]["greeting"] == text, name(text)


def test_account_is_an_account_and_nothing_more() -> None:
    config = Config.from_mapping({"accounts": dict.fromkeys(HOSTILE, "admin")}, environ={})

    assert list(config.accounts) == list(HOSTILE)
