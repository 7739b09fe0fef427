"""What is known of a plugin before its code runs."""

from __future__ import annotations

import pytest

from rosey.plugins.discovery import discover
from rosey.plugins.manifest import Manifest, read_manifest
from rosey.plugins.sources import PluginSource, Snapshot
from tests.plugins.host import Folder


def manifest(folder: Folder) -> Manifest:
    """Read that of the only plugin in a folder."""
    (source,) = discover([folder.path]).values()
    assert isinstance(source, PluginSource)
    return read_manifest(source, Snapshot.read(source.path))


def test_literals_of_the_plugin_class_are_read(folder: Folder) -> None:
    folder.plugin(
        "dice",
        """
        version: str = "1.2"
        description = "Rolls."
        dependencies = ("quotes", "scores>=1", 3)
        computed = 1 + len("x")
        annotated: int
        """,
    )

    assert manifest(folder) == Manifest(
        version="1.2", description="Rolls.", dependencies=("quotes", "scores>=1")
    )


def test_what_is_no_literal_of_its_type_is_left_out(folder: Folder) -> None:
    folder.plugin("dice", 'version = 1\ndescription = "a".upper()\ndependencies = "quotes"')

    assert manifest(folder) == Manifest()


@pytest.mark.parametrize(
    "code",
    ["def (:", "x = 1\0", 'class A:\n    name = "other"\n', "class A:\n    name = {[]: 1}\n", ""],
    ids=["syntax error", "null bytes", "another name", "unhashable", "no class"],
)
def test_code_without_the_plugin_class_has_an_empty_manifest(folder: Folder, code: str) -> None:
    folder.write("dice.py", code)

    assert manifest(folder) == Manifest()


def test_package_without_its_main_module_has_an_empty_manifest(folder: Folder) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    source = discover([folder.path])["dice"]
    assert isinstance(source, PluginSource)
    (folder.path / "dice" / "__init__.py").unlink()

    assert read_manifest(source, Snapshot.read(source.path)) == Manifest()
