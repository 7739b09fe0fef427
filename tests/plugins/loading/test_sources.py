"""One consistent reading of a plugin's code."""

from __future__ import annotations

import pytest

from rosey.plugins.loading.sources import Snapshot
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


def test_only_what_has_changed_is_compiled_again(folder: Folder) -> None:
    path = folder.write("dice/__init__.py", "").parent
    folder.write("dice/rolls.py", "x = 1")
    before = Snapshot.read(path).compiled()
    folder.write("dice/rolls.py", "x = 2")

    after = Snapshot.read(path).compiled(before)

    assert after.units[""].compiled is before.units[""].compiled is not None
    assert after.units["rolls"].compiled not in {None, before.units["rolls"].compiled}


@pytest.mark.parametrize("code", [b"def (:", b"x = 1\0", b"x = '\xff'\n", b"x = " + b"-" * 50_000])
def test_module_that_does_not_compile_is_left_to_who_imports_it(
    folder: Folder, code: bytes
) -> None:
    snapshot = Snapshot.read(folder.write("dice.py", code))

    assert snapshot.compiled(snapshot.compiled()) == snapshot
    assert snapshot.compiled().units[""].compiled is None
