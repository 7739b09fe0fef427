"""The tests of a plugin are found where people put them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.errors import RoseyError
from rosey.plugins.loading.discovery import discover
from rosey.plugins.loading.sources import PluginSource
from rosey.test_runs.finding import own_tests
from tests.bots import write_plugin


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the plugins `quiz` and `quiz_scores`, and the package `dice`: no tests."""
    for name in ("quiz", "quiz_scores"):
        write_plugin(tmp_path / "plugins", name)
    (tmp_path / "plugins" / "dice").mkdir()
    write(tmp_path, "plugins/dice/__init__.py")
    return tmp_path


def write(project: Path, *files: str) -> None:
    """Write empty files."""
    for file in files:
        (project / file).parent.mkdir(exist_ok=True)
        (project / file).touch()


def found(project: Path, name: str) -> list[str]:
    """Where a plugin's tests stand, from the project's folder."""
    sources = discover([project / "plugins"])
    source = sources[name]
    assert isinstance(source, PluginSource)
    files = own_tests(source, [project / "plugins"], sources)
    return [file.relative_to(project).as_posix() for file in files]


def test_tests_stand_beside_a_plugin_or_in_a_folder_tests(project: Path) -> None:
    files = ["plugins/test_quiz.py", "plugins/tests/test_quiz_rounds.py", "tests/test_quiz.py"]
    write(project, *files, "tests/test_other.py", "tests/conftest.py")

    assert found(project, "quiz") == files


def test_what_is_named_after_another_plugin_is_that_ones(project: Path) -> None:
    write(project, "tests/test_quiz.py", "tests/test_quiz_scores_of_all.py")

    assert found(project, "quiz") == ["tests/test_quiz.py"]
    assert found(project, "quiz_scores") == ["tests/test_quiz_scores_of_all.py"]


def test_a_package_has_all_tests_in_its_folder(project: Path) -> None:
    files = ["plugins/dice/test_rolls.py", "plugins/dice/tests/test_notation.py"]
    write(project, *files, "tests/test_dice.py")

    assert found(project, "dice") == [*files, "tests/test_dice.py"]


def test_where_there_are_none_the_places_are_named(project: Path) -> None:
    with pytest.raises(RoseyError) as caught:
        found(project, "quiz")

    assert str(caught.value) == (
        f"quiz has no tests: write test_quiz.py into one of {project}/plugins, "
        f"{project}/plugins/tests, {project}/tests, or tests into a cell, below %%rosey test quiz"
    )
