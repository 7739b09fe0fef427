"""One consistent reading of a plugin's code."""

from __future__ import annotations

import pytest

from rosey.plugins.sources import Snapshot
from tests.plugins.host import Folder


def test_file_is_one_unit(folder: Folder) -> None:
    path = folder.write("dice.py", "x = 1")

    (unit,) = Snapshot.read(path).units.values()

    assert (unit.path, unit.code, unit.is_package) == (path, b"x = 1", False)


def test_modules_of_a_package_are_units_by_their_names(folder: Folder) -> None:
    for file in ["__init__.py", "rolls.py", "sets/__init__.py", "sets/six.py"]:
        folder.write(f"dice/{file}", "")
    folder.write("dice/words.txt", "")
    folder.write("dice/.git/hook.py", "")

    assert [*Snapshot.read(folder.path / "dice").units] == ["", "rolls", "sets", "sets.six"]


def test_digest_tells_whether_anything_changed(folder: Folder) -> None:
    path = folder.write("dice/__init__.py", "").parent
    before = Snapshot.read(path).digest
    assert Snapshot.read(path).digest == before

    folder.write("dice/rolls.py", "")

    assert Snapshot.read(path).digest != before


def test_name_that_is_no_text_is_read_like_any_other(folder: Folder) -> None:
    folder.write("dice/__init__.py", "")
    (folder.path / "dice" / "x\udcff.py").touch()

    assert [*Snapshot.read(folder.path / "dice").units] == ["", "x\udcff"]


def test_missing_file_is_an_error(folder: Folder) -> None:
    with pytest.raises(FileNotFoundError):
        Snapshot.read(folder.path / "dice.py")
