"""Where a set of paths is watched, and what a change there is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rosey.plugins.watching.places import Places, is_noise


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is reached by no link."""
    folder = Path(os.path.realpath(tmp_path), "plugins")
    folder.mkdir()
    return folder


def watched(places: Places) -> dict[Path, bool]:
    return {folder.path: folder.is_recursive for folder in places.folders}


def test_folder_is_watched_with_what_holds_it(folder: Path) -> None:
    places = Places.of([folder])

    assert watched(places) == {folder: True, folder.parent: False}
    assert places.names_of(folder) == {folder}
    assert places.names_of(folder / "trivia" / "score.py") == {folder / "trivia" / "score.py"}
    assert places.names_of(folder.parent / "other.py") == frozenset()


def test_file_is_watched_in_its_folder(folder: Path) -> None:
    places = Places.of([folder / "config.json"])

    assert watched(places) == {folder: False}
    assert places.names_of(folder / "config.json") == {folder / "config.json"}
    assert places.names_of(folder / "bot.log") == frozenset()


def test_folder_in_a_watched_folder_is_not_watched_twice(folder: Path) -> None:
    (folder / "trivia").mkdir()

    places = Places.of([folder, folder / "trivia", folder / "trivia" / "questions.json"])

    assert watched(places) == {folder: True, folder.parent: False}


def test_missing_path_is_awaited_in_the_nearest_folder(folder: Path) -> None:
    places = Places.of([folder / "a" / "b" / "c"])

    assert watched(places) == {folder: False}
    assert {folder / "a", folder / "a" / "b"} <= places.turns
    assert places.names_of(folder / "a") == frozenset()


def test_path_that_cannot_exist_is_awaited_too(folder: Path) -> None:
    assert watched(Places.of([folder / ("x" * 1000) / "y"])) == {folder: False}


@pytest.mark.parametrize("name", [".", "..", "plugins", "nothing"])
def test_relative_path_keeps_its_spelling(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)

    places = Places.of([Path(name)])

    assert places.names_of(Path(os.path.realpath(name))) >= {Path(name)}


def test_file_behind_a_link_has_the_name_of_the_link(folder: Path, tmp_path: Path) -> None:
    target = Path(os.path.realpath(tmp_path), "src", "dice.py")
    target.parent.mkdir()
    target.touch()
    (folder / "dice.py").symlink_to(target)

    places = Places.of([folder])

    assert watched(places) == {folder: True, folder.parent: False, target.parent: False}
    assert places.names_of(target) == {folder / "dice.py"}


def test_folder_behind_a_link_has_the_name_of_the_link(folder: Path, tmp_path: Path) -> None:
    target = Path(os.path.realpath(tmp_path), "src", "trivia")
    target.mkdir(parents=True)
    (folder / "games").mkdir()
    link = folder / "games" / "trivia"
    link.symlink_to(target)

    places = Places.of([folder])

    assert watched(places)[target]
    assert places.names_of(target / "score.py") == {link / "score.py"}


def test_link_that_is_asked_for_is_watched_at_both_ends(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)

    places = Places.of([link])

    assert places.names_of(Path(os.path.realpath(tmp_path), "link")) == {link}
    assert places.names_of(folder / "dice.py") == {link / "dice.py"}


def test_target_of_two_links_has_two_names(folder: Path, tmp_path: Path) -> None:
    target = Path(os.path.realpath(tmp_path), "src")
    target.mkdir()
    for name in ("one", "two"):
        (folder / name).symlink_to(target)

    assert Places.of([folder]).names_of(target / "dice.py") == {
        folder / "one" / "dice.py",
        folder / "two" / "dice.py",
    }


def test_links_in_a_circle_end(folder: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        (folder / name).mkdir()
        (folder / name / "loop").symlink_to(folder)
        (folder / name / "across").symlink_to(folder / other)

    places = Places.of([folder])

    assert watched(places) == {folder: True, folder.parent: False}


def test_dangling_link_waits_for_its_target(folder: Path) -> None:
    target = folder.parent / "src" / "dice.py"
    (folder / "dice.py").symlink_to(target)

    places = Places.of([folder])

    assert places.names_of(target) == {folder / "dice.py"}
    assert target.parent in places.turns


def test_watched_folder_tells_what_is_seen_from_it(folder: Path) -> None:
    config = folder.parent / "config.json"
    places = Places.of([folder, config, folder / "trivia.json"])
    seen = {each.path: places.seen_from(each) for each in places.folders}

    assert seen == {
        folder: {folder, folder / "trivia.json"},
        folder.parent: {folder, config},
    }


def test_hidden_file_in_a_folder_has_no_name_unless_asked_for(folder: Path) -> None:
    places = Places.of([folder, folder / ".env"])

    assert places.names_of(folder / ".git" / "index") == frozenset()
    assert places.names_of(folder / ".env") == {folder / ".env"}


def test_links_among_hidden_files_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (folder / ".venv").mkdir()
    (folder / ".venv" / "lib").symlink_to(tmp_path / "src")

    assert watched(Places.of([folder])) == {folder: True, folder.parent: False}


@pytest.mark.parametrize(
    "name",
    [
        *("__pycache__", ".git", ".dice.py.swp", ".dice.py.swx", ".~dice.py", "4913", "dice.py~"),
        *("dice.py___jb_tmp___", "dice.py___jb_old___", "#dice.py#", ".#dice.py"),
    ],
)
def test_leftover_of_an_editor_is_noise(name: str) -> None:
    assert is_noise(name)


@pytest.mark.parametrize("name", ["dice.py", "_private.py", "questions.json", "49130", "a~b"])
def test_file_of_a_plugin_is_no_noise(name: str) -> None:
    assert not is_noise(name)
