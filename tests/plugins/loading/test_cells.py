"""Texts become sources that stand in for files."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.loading.cells import cell_in_place_of, cell_of, encoded, is_cell, texts_of
from rosey.plugins.loading.sources import PluginSource, Snapshot, SourceKind
from tests.plugins.host import Folder


def cell(text: str) -> PluginSource:
    """The source of a plugin of one text."""
    return cell_of("dice", {"": text}, Path("plugins"))


def test_each_cell_has_a_name_of_its_own() -> None:
    first, second = cell("x = 1"), cell("x = 1")

    assert str(first.place).startswith("<cell dice ")
    assert is_cell(first.place)
    assert first.place != second.place


def test_cell_stands_in_for_the_file_that_it_would_be_saved_to() -> None:
    source = cell("x = 1")

    assert (source.kind, source.path) == (SourceKind.CELL, Path("plugins/dice.py"))
    assert source.folder == Path("plugins")


def test_cells_with_the_same_text_have_the_same_digest() -> None:
    assert cell("x = 1").read().digest == cell("x = 1").read().digest
    assert cell("x = 1").read().digest != cell("x = 2").read().digest


def test_texts_of_several_modules_are_a_package() -> None:
    texts = {"": "", "sets": "", "sets.six": "SIDES = 6\n"}

    source = cell_of("dice", texts, Path("plugins"))

    units = source.read().units
    assert source.path == Path("plugins/dice")
    assert [name for name, unit in units.items() if unit.is_package] == ["", "sets"]
    assert texts_of(source.read()) == texts


def test_class_is_looked_for_in_the_module_that_defines_it() -> None:
    texts = {"": "", "plugin": "class Dice(Plugin):\n    name = 'dice'\n"}

    assert cell_of("dice", texts, Path()).main == "plugin"


def test_one_module_of_a_package_becomes_a_text_and_the_others_stay(folder: Folder) -> None:
    folder.write("dice/__init__.py", "x = 1")
    folder.write("dice/rolls.py", "y = 1")
    path = folder.path / "dice"
    package = PluginSource(name="dice", path=path, kind=SourceKind.PACKAGE, import_name="dice")

    source = cell_in_place_of(package, "rolls", "y = 2", package.read())

    assert texts_of(source.read()) == {"": "x = 1", "rolls": "y = 2"}
    assert source.read().units[""] == package.read().units[""]
    assert str(source.read().units["rolls"].path).startswith("<cell dice.rolls ")
    assert source.place == path / "__init__.py"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("é = 1", "é = 1".encode()),
        ("# coding: latin-1\né = 1", "# coding: latin-1\né = 1".encode("latin-1")),
        ("\ufeffx = 1", "\ufeffx = 1".encode()),
        ("# coding: nonsense\n", b"# coding: nonsense\n"),
    ],
)
def test_text_is_encoded_as_its_first_lines_declare(text: str, code: bytes) -> None:
    assert encoded(text) == code


@pytest.mark.parametrize("text", ["x = '\ud800'", "# coding: ascii\nx = 'é'"])
def test_text_that_cannot_be_encoded_is_refused(text: str) -> None:
    with pytest.raises(PluginLoadError, match="its text cannot be encoded"):
        cell(text)


def test_module_that_is_no_text_is_shown_as_far_as_it_can_be(folder: Folder) -> None:
    snapshot = Snapshot.read(folder.write("dice.py", b"x = '\xff'"))

    assert texts_of(snapshot) == {"": "x = '\ufffd'"}
