"""A file of tests finds the plugins that it is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rosey.config import Config
from rosey.rehearsal.twin import Twin
from rosey.testing.placing import config_for, for_one_test
from tests.bots import write_plugin


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the plugins `trivia` and `trivia_scores`, and the package `dice`."""
    write_plugin(tmp_path / "plugins", "trivia")
    write_plugin(tmp_path / "plugins", "trivia_scores")
    write_plugin(tmp_path / "plugins", "dice").unlink()
    (tmp_path / "plugins" / "dice").mkdir()
    (tmp_path / "plugins" / "dice" / "__init__.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("file", "plugin"),
    [
        ("plugins/test_trivia.py", "trivia"),
        ("plugins/tests/test_trivia_rounds.py", "trivia"),
        ("tests/test_trivia_scores.py", "trivia_scores"),
        ("tests/deep/test_trivia_scores_of_all.py", "trivia_scores"),
        ("plugins/dice/tests/test_notation.py", "dice"),
        ("test_dice.py", "dice"),
    ],
)
def test_a_file_is_about_the_plugin_that_it_is_named_after_or_stands_in(
    project: Path, file: str, plugin: str
) -> None:
    config = config_for(project / file, project)

    assert config.plugins.enabled == (plugin,)
    assert config.plugins.plugin_dirs == (project / "plugins",)


def test_a_file_with_any_other_name_is_about_all_plugins(project: Path) -> None:
    assert config_for(project / "tests" / "test_together.py", project).plugins.enabled is None


def test_plugins_may_stand_beside_their_tests(tmp_path: Path) -> None:
    write_plugin(tmp_path / "bot", "dice")

    config = config_for(tmp_path / "bot" / "test_dice.py", tmp_path)

    assert config.plugins.plugin_dirs == (tmp_path / "bot",)
    assert config.plugins.enabled == ("dice",)


def test_no_plugins_are_looked_for_above_the_root(project: Path) -> None:
    root = project / "inner"

    config = config_for(root / "test_trivia.py", root)

    assert config.plugins.plugin_dirs == (root,)


def twin(values: dict[str, Any]) -> Twin:
    """What makes the bots of all tests."""
    return Twin(config=Config.from_mapping(values), plugins=(), texts={})


def test_the_bot_of_a_test_keeps_nothing_and_reaches_nobody(tmp_path: Path) -> None:
    values = {"storage": str(tmp_path), "connection": "console", "plugins": {"hot_reload": True}}

    config = for_one_test(twin(values)).config

    assert (config.storage, config.connection) == (None, "local")
    assert not config.plugins.hot_reload


def test_settings_are_added_to_those_that_are_there() -> None:
    values = {"plugins": {"plugin_config": {"dice": {"sides": 6, "most": 9}}}}

    narrowed = for_one_test(twin(values), settings={"dice": {"most": 2}, "quiz": {}})

    settings = narrowed.config.plugins.plugin_config
    assert settings == {"dice": {"sides": 6, "most": 2}, "quiz": {}}
    assert narrowed.plugins == ("dice", "quiz")


def test_plugins_that_are_named_are_the_only_ones() -> None:
    values = {"plugins": {"enabled": ["quiz"]}}

    narrowed = for_one_test(twin(values), ["dice"])

    assert narrowed.config.plugins.enabled == ()
    assert narrowed.plugins == ("dice",)
