"""Which file a module of a plugin has."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.errors import RoseyError
from rosey.plugins.loading.cells import cell_in_place_of, cell_of
from rosey.plugins.loading.sources import PluginSource, Snapshot, SourceKind
from rosey.workbench.calls.cell_files import file_named, file_of, files_of


def source(path: Path) -> PluginSource:
    """A plugin that stands in files."""
    return PluginSource(name="dice", path=path, kind=SourceKind.FILE, import_name="dice")


def test_cell_has_the_file_of_its_name_in_the_first_folder(tmp_path: Path) -> None:
    cell = cell_of("dice", {"": "x = 1"}, tmp_path)

    files = files_of(cell, cell.read().units, [tmp_path, tmp_path / "other"])

    assert files == {"": tmp_path / "dice.py"}


def test_file_of_an_installed_package_becomes_one_of_ours(tmp_path: Path) -> None:
    installed = source(tmp_path / "site-packages" / "dice.py")

    assert file_of(installed, "", {}, [tmp_path]) == tmp_path / "dice.py"


def test_modules_of_a_package_have_files_of_their_own(tmp_path: Path) -> None:
    texts = {"": "", "rolls": "", "sets": "", "sets.six": ""}
    cell = cell_of("dice", texts, tmp_path)

    files = files_of(cell, cell.read().units, [tmp_path])

    assert [str(file.relative_to(tmp_path)) for file in files.values()] == [
        "dice/__init__.py",
        "dice/rolls.py",
        "dice/sets/__init__.py",
        "dice/sets/six.py",
    ]


def test_only_modules_that_come_from_cells_are_saved(tmp_path: Path) -> None:
    (tmp_path / "dice").mkdir()
    (tmp_path / "dice" / "__init__.py").touch()
    package = source(tmp_path / "dice")

    cell = cell_in_place_of(package, "rolls", "x = 1", package.read())

    files = files_of(cell, cell.read().units, [tmp_path])
    assert files == {"rolls": tmp_path / "dice" / "rolls.py"}


def test_plugin_without_a_cell_has_nothing_to_save(tmp_path: Path) -> None:
    file = tmp_path / "dice.py"
    file.touch()

    with pytest.raises(RoseyError, match="there is nothing to save"):
        files_of(source(file), Snapshot.read(file).units, [tmp_path])


def test_files_of_an_installed_package_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(RoseyError, match="dice is an installed package"):
        file_of(source(tmp_path / "site-packages" / "dice"), "rolls", {}, [tmp_path])


def test_bot_without_a_folder_needs_a_name() -> None:
    with pytest.raises(RoseyError, match="name a file"):
        file_of(source(Path("dice.py")), "", {}, [])


def test_named_folder_stands_for_the_file_in_it(tmp_path: Path) -> None:
    assert file_named(tmp_path, source(Path("dice.py"))) == tmp_path / "dice.py"
    assert file_named(tmp_path / "x.py", source(Path("dice.py"))) == tmp_path / "x.py"


@pytest.mark.parametrize(
    ("path", "place", "reason"),
    [
        ("dice.txt", "dice.py", r"dice\.txt is no Python file"),
        ("dice.py", "dice", "dice is a package, whose modules have their own files"),
    ],
)
def test_name_that_cannot_be_the_file_is_refused(path: str, place: str, reason: str) -> None:
    with pytest.raises(RoseyError, match=reason):
        file_named(Path(path), source(Path(place)))
