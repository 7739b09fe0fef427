"""What is built is what users need: typed, licensed, with its command, and without the tests."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from email import message_from_string
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build sdist and wheel, the wheel from the sdist, with the packages at hand."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def wheel(dist: Path) -> zipfile.Path:
    """The root of the built wheel."""
    [path] = dist.glob("*.whl")
    return zipfile.Path(path)


def read_info(wheel: zipfile.Path, name: str) -> str:
    """Read a file of the wheel's `.dist-info`."""
    [info] = (folder for folder in wheel.iterdir() if folder.name.endswith(".dist-info"))
    return (info / name).read_text(encoding="utf-8")


def test_wheel_is_typed(wheel: zipfile.Path) -> None:
    assert (wheel / "rosey" / "py.typed").exists()


def test_wheel_has_command(wheel: zipfile.Path) -> None:
    entry_points = ConfigParser()
    entry_points.read_string(read_info(wheel, "entry_points.txt"))

    assert dict(entry_points["console_scripts"]) == {"rosey": "rosey.cli:main"}


def test_wheel_has_licence(wheel: zipfile.Path) -> None:
    metadata = message_from_string(read_info(wheel, "METADATA"))

    assert metadata["License-Expression"] == "MIT"
    assert read_info(wheel, "licenses/LICENSE").startswith("MIT License")


def test_wheel_holds_the_package_only(wheel: zipfile.Path) -> None:
    folders = {folder.name for folder in wheel.iterdir()}

    assert folders == {"rosey", next(name for name in folders if name.endswith(".dist-info"))}


def test_sdist_holds_no_tests(dist: Path) -> None:
    [path] = dist.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = {name.split("/")[1] for name in sdist.getnames()}

    assert names == {
        ".gitignore",
        "CHANGELOG.md",
        "LICENSE",
        "PKG-INFO",
        "README.md",
        "notebooks",
        "pyproject.toml",
        "rosey",
    }


def test_wheel_holds_every_module(wheel: zipfile.Path) -> None:
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "rosey").rglob("*.py")}

    assert sources <= set(wheel.root.namelist())


def test_wheel_holds_the_notebooks_and_nothing_beside_them(wheel: zipfile.Path) -> None:
    shipped = (wheel / "rosey" / "workbench" / "notebooks").iterdir()

    assert {entry.name: entry.read_bytes() for entry in shipped} == {
        path.name: path.read_bytes() for path in (ROOT / "notebooks").glob("*.ipynb")
    }
