"""A configuration is checked whole: values with their types, or every fault with its path."""

from __future__ import annotations

import dataclasses
import json
import traceback
from pathlib import Path
from typing import Any

import pytest

from rosey.chat.model import Rank
from rosey.config import Config, PluginsConfig
from rosey.errors import ConfigError

PRD_JSON = """
{
  "plugins": {
    "enabled": ["dice_roller", "quote_db"],
    "disabled": ["trivia"],
    "hot_reload": true,
    "plugin_dirs": ["plugins", "custom_plugins"],
    "plugin_config": {"dice_roller": {"max_dice": 100}, "quote_db": {"max_quotes": 1000}}
  }
}
"""

PRD_YAML = """
plugins:
  dice_roller:
    enabled: true
    max_dice: 100
    cooldown: 2  # seconds
  quote_db:
    enabled: true
    database: "data/quotes.db"
    require_approval: false
  trivia:
    enabled: false  # Disabled
"""


def faults_of(values: dict[str, Any], environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Config.from_mapping(values, environ=environ or {})
    return [str(fault) for fault in caught.value.faults]


def test_default_talks_to_the_local_user_and_keeps_nothing() -> None:
    config = Config()

    assert (config.command_prefix, config.connection, config.storage) == ("!", "local", None)
    assert config.plugins.plugin_dirs == ()


def test_empty_configuration_finds_plugins_beside_it(tmp_path: Path) -> None:
    config = Config.from_mapping({}, base=tmp_path)

    assert config.plugins.plugin_dirs == (tmp_path / "plugins",)
    assert config.plugins.enabled is None
    assert config.plugins.hot_reload


def test_prd_json_means_what_it_says(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(PRD_JSON, encoding="utf-8")

    plugins = Config.load(file).plugins

    assert plugins.enabled == ("dice_roller", "quote_db")
    assert plugins.disabled == ("trivia",)
    assert plugins.plugin_dirs == (tmp_path / "plugins", tmp_path / "custom_plugins")
    assert plugins.plugin_config["dice_roller"] == {"max_dice": 100}


def test_prd_yaml_means_what_it_says(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(PRD_YAML, encoding="utf-8")

    plugins = Config.load(str(file)).plugins

    assert plugins.enabled is None
    assert plugins.disabled == ("trivia",)
    assert plugins.plugin_config["dice_roller"] == {"enabled": True, "max_dice": 100, "cooldown": 2}
    assert sorted(plugins.plugin_config) == ["dice_roller", "quote_db", "trivia"]


def test_relative_paths_count_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bot").mkdir()
    file = tmp_path / "bot" / "config.json"
    file.write_text('{"storage": "data", "plugins": {"plugin_dirs": ["/abs", "rel"]}}')
    monkeypatch.chdir(tmp_path)

    config = Config.load("bot/config.json")

    assert config.storage == tmp_path / "bot" / "data"
    assert config.plugins.plugin_dirs == (Path("/abs"), tmp_path / "bot" / "rel")
    assert config.origin == "bot/config.json"


def test_relative_paths_stay_where_they_led_when_the_working_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = Config.from_mapping({"storage": "data"})
    monkeypatch.chdir(tmp_path.parent)

    assert config.storage == tmp_path / "data"
    assert config.plugins.plugin_dirs == (tmp_path / "plugins",)


def test_file_is_read_again_in_the_same_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"command_prefix": "${PREFIX}"}')
    monkeypatch.chdir(tmp_path)
    config = Config.load("config.json", environ={"PREFIX": "?"}, connection="console")

    file.write_text('{"command_prefix": "${PREFIX}${PREFIX}", "connection": "local"}')
    monkeypatch.chdir("/")
    again = config.again()

    assert (again.command_prefix, again.connection) == ("??", "console")
    assert again.origin == "config.json"
    assert again.file != config.file
    assert again.again() == again
    assert again.again().file == again.file


@pytest.mark.parametrize(
    ("text", "word"),
    [('{"storage": "${WORD}"}', "other"), ('{"storage": "word"}', "word"), ("{}", "word")],
)
def test_file_that_says_something_else_is_told_from_one_that_does_not(
    tmp_path: Path, text: str, word: str
) -> None:
    file, environ = tmp_path / "config.json", {"WORD": "word"}
    file.write_text('{"storage": "${WORD}"}')
    config = Config.load(file, environ=environ)
    file.write_text(' { "storage" : "${WORD}" }')
    assert config.again().file == config.file

    file.write_text(text)
    environ["WORD"] = word

    assert config.again().file != config.file


def test_fault_of_a_file_that_is_read_again_is_told_by_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.json").write_text("{}")
    config = Config.load("config.json")

    Path("config.json").write_text("{")

    with pytest.raises(ConfigError, match=r"^config\.json: line 1"):
        config.again()


def test_configuration_of_no_file_cannot_be_read_again() -> None:
    with pytest.raises(ConfigError, match="defaults: it was in no file"):
        Config().again()


def test_plugin_is_wanted_as_the_lists_say() -> None:
    everything = PluginsConfig(disabled=("b",))
    some = PluginsConfig(enabled=("a", "b"), disabled=("b",))

    assert [everything.wants(name) for name in ("a", "b", "c")] == [True, False, True]
    assert [some.wants(name) for name in ("a", "b", "c")] == [True, False, False]


def test_everything_may_be_said() -> None:
    config = Config.from_mapping(
        {
            "command_prefix": "?",
            "connection": "console",
            "storage": None,
            "accounts": {"bob": "admin"},
            "plugins": {"hot_reload": False, "enabled": []},
        }
    )

    assert config.command_prefix == "?"
    assert config.connection == "console"
    assert config.accounts == {"bob": Rank.ADMIN}
    assert config.plugins.enabled == ()
    assert not config.plugins.hot_reload


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (
            {"comand_prefix": "!"},
            "comand_prefix: there is no such setting; did you mean command_prefix?",
        ),
        ({"zzz": 1}, "zzz: there is no such setting"),
        ({"command_prefix": ""}, "command_prefix: must be 1 to 5 characters, none of them a space"),
        (
            {"command_prefix": "! "},
            "command_prefix: must be 1 to 5 characters, none of them a space",
        ),
        (
            {"command_prefix": "!\n"},
            "command_prefix: must be 1 to 5 characters, none of them a space",
        ),
        (
            {"command_prefix": "!" * 6},
            "command_prefix: must be 1 to 5 characters, none of them a space",
        ),
        ({"command_prefix": 5}, "command_prefix: not a valid string"),
        ({"connection": "irc"}, "connection: must be one of: local, console"),
        ({"connection": None}, "connection: field may not be null"),
        ({"storage": ""}, "storage: must name a folder"),
        ({"storage": "a\0b"}, "storage: must name a folder"),
        ({"storage": 5}, "storage: not a valid string"),
        ({"accounts": []}, "accounts: not a valid mapping type"),
        (
            {"accounts": {"bob": "king"}},
            "accounts.bob: must be one of: anonymous, guest, member, moderator, admin, owner",
        ),
        ({"plugins": None}, "plugins: field may not be null"),
        ({"plugins": []}, "plugins: invalid input type"),
        (
            {"plugins": {"hot_relaod": 1}},
            "plugins.hot_relaod: there is no such setting; did you mean hot_reload?",
        ),
        ({"plugins": {"hot_reload": "perhaps"}}, "plugins.hot_reload: not a valid boolean"),
        ({"plugins": {"enabled": "dice"}}, "plugins.enabled: not a valid list"),
        ({"plugins": {"enabled": [1]}}, "plugins.enabled.0: not a valid string"),
        (
            {"plugins": {"disabled": 5, "x": {"enabled": False}}},
            "plugins.disabled: not a valid list",
        ),
        ({"plugins": {"disabled": None}}, "plugins.disabled: field may not be null"),
        ({"plugins": {"plugin_dirs": [""]}}, "plugins.plugin_dirs.0: must name a folder"),
        ({"plugins": {"plugin_dirs": ["\ud800"]}}, "plugins.plugin_dirs.0: must name a folder"),
        ({"plugins": {"plugin_config": [1]}}, "plugins.plugin_config: not a valid mapping type"),
        (
            {"plugins": {"plugin_config": {"a": 1}}},
            "plugins.plugin_config.a: not a valid mapping type",
        ),
        ({"plugins": {"plugin_config": {1: {}}}}, "plugins.plugin_config.1: not a valid string"),
        ({"plugins": {"a": {"enabled": "x"}}}, "plugins.a.enabled: not a valid boolean"),
    ],
    ids=str,
)
def test_fault_is_told_with_its_path(values: dict[str, Any], fault: str) -> None:
    assert faults_of(values) == [fault]


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    values = {
        "storage": 5,
        "zzz": 1,
        "plugins": {"disabled": "x", "dice": {"key": "${NOPE}", "enabled": 3.5}},
        "aaa": 1,
        "command_prefix": "",
    }

    assert [fault.partition(":")[0] for fault in faults_of(values)] == [
        "storage",
        "zzz",
        "plugins.disabled",
        "plugins.dice.key",
        "plugins.dice.enabled",
        "aaa",
        "command_prefix",
    ]


def test_setting_whose_variable_is_missing_has_one_fault() -> None:
    assert faults_of({"plugins": {"hot_reload": "${NOPE}"}}) == [
        "plugins.hot_reload: the environment variable NOPE is not set"
    ]


def test_setting_may_come_from_the_environment() -> None:
    values = {"command_prefix": "${PREFIX}", "plugins": {"hot_reload": "${RELOAD}"}}

    config = Config.from_mapping(values, environ={"PREFIX": "?", "RELOAD": "no"})

    assert config.command_prefix == "?"
    assert not config.plugins.hot_reload


def test_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSEY_TEST_PREFIX", "?")

    assert Config.from_mapping({"command_prefix": "${ROSEY_TEST_PREFIX}"}).command_prefix == "?"


def test_error_is_one_line_that_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"a\nb": 1, "\ud800": 2}), encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        Config.load(file)

    assert str(caught.value) == (
        f"{file}: a\\nb: there is no such setting; \\ud800: there is no such setting"
    )


def nested(depth: int) -> Any:  # noqa: ANN401  lists in lists
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "values",
    [{"a": nested(100_000)}, {"plugins": {"plugin_config": {"a": {"b": nested(100_000)}}}}],
)
def test_configuration_that_is_nested_too_deeply_is_refused(values: dict[str, Any]) -> None:
    assert faults_of(values) == ["it is nested too deeply"]


def test_configuration_that_holds_itself_is_refused() -> None:
    values: dict[str, Any] = {}
    values["plugins"] = {"plugin_config": values}

    assert faults_of(values) == ["it is nested too deeply"]


def test_what_the_caller_does_with_the_mapping_later_changes_nothing() -> None:
    values: dict[str, Any] = {"plugins": {"plugin_config": {"dice": {"sides": [6]}}}}
    config = Config.from_mapping(values)

    values["plugins"]["plugin_config"]["dice"]["sides"].append(20)

    assert config.plugins.plugin_config == {"dice": {"sides": [6]}}
    assert config.plugins.shown_config == {"dice": {"sides": [6]}}


CANARY = "canary-hunter2"


def test_secret_is_not_in_what_a_configuration_shows() -> None:
    settings = {"token": "${TOKEN}", "plain": CANARY, "url": "https://bot:${TOKEN}@host"}
    config = Config.from_mapping(
        {"plugins": {"plugin_config": {"dice": settings}}}, environ={"TOKEN": CANARY}
    )

    assert config.plugins.plugin_config["dice"]["token"] == CANARY
    assert CANARY not in f"{config!r} {config} {config.plugins!r}"
    assert config.redact(f"login with {CANARY}") == "login with <secret>"


def test_secret_is_not_in_the_traceback_of_an_error() -> None:
    values = dict.fromkeys(("command_prefix", "connection", "plugins", "accounts"), "${TOKEN}")
    values["zzz"] = CANARY

    with pytest.raises(ConfigError) as caught:
        Config.from_mapping(values, environ={"TOKEN": CANARY})

    assert len(caught.value.faults) == 5
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_configuration_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().command_prefix = "?"  # type: ignore[misc]  # what is tested
