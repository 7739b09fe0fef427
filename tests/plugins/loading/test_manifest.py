"""What is known of a plugin before its code runs."""

from __future__ import annotations

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.loading.discovery import discover
from rosey.plugins.loading.manifest import Manifest, read_manifest
from rosey.plugins.loading.sources import PluginSource, Snapshot
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
        watch = ["questions.json", "../shared/words.txt"]
        activation = ["command:roll", "event:user.*"]
        computed = 1 + len("x")
        annotated: int
        """,
    )

    assert manifest(folder) == Manifest(
        version="1.2",
        description="Rolls.",
        dependencies=("quotes", "scores>=1"),
        watch=("questions.json", "../shared/words.txt"),
        activation=("command:roll", "event:user.*"),
    )


def test_what_is_no_literal_of_its_type_is_left_out(folder: Folder) -> None:
    folder.plugin("dice", 'version = 1\ndescription = "a".upper()\ndependencies = "quotes"')

    assert manifest(folder) == Manifest()


@pytest.mark.parametrize(
    "value", ['"words.txt"', '["words.txt", 1]', '["words" + ".txt"]', "WORDS", "None"]
)
def test_watch_that_is_not_written_out_is_refused_with_its_line(folder: Folder, value: str) -> None:
    path = folder.plugin("dice", f"watch = {value}")

    with pytest.raises(PluginLoadError, match="its watch must be a list") as caught:
        manifest(folder)

    assert (caught.value.path, caught.value.line) == (path, 6)


@pytest.mark.parametrize("value", ['"command:roll"', "TRIGGERS", '["command:a"] + OTHERS', "{}"])
def test_activation_that_is_not_written_out_is_refused_with_its_line(
    folder: Folder, value: str
) -> None:
    path = folder.plugin("dice", f"activation = {value}")

    with pytest.raises(PluginLoadError, match="its activation must be a list, written") as caught:
        manifest(folder)

    assert (caught.value.path, caught.value.line) == (path, 6)


@pytest.mark.parametrize(
    "entry",
    ['"roll"', '"command:"', '"command:a b"', '"service:x"', '"event: x"', "ROLL", "1", "*MORE"],
)
def test_malformed_activation_is_refused_with_the_line_of_the_entry(
    folder: Folder, entry: str
) -> None:
    path = folder.plugin("dice", f'activation = [\n    "event:x",\n    {entry},\n]')

    with pytest.raises(PluginLoadError, match="neither a command nor an event") as caught:
        manifest(folder)

    assert (caught.value.path, caught.value.line) == (path, 8)
    assert entry.strip('"') in caught.value.reason


@pytest.mark.parametrize(
    "code",
    ["def (:", "x = 1\0", 'class A:\n    name = "other"\n', "class A:\n    name = {[]: 1}\n", ""],
    ids=["syntax error", "null bytes", "another name", "unhashable", "no class"],
)
def test_code_without_the_plugin_class_has_an_empty_manifest(folder: Folder, code: str) -> None:
    folder.write("dice.py", code)

    assert manifest(folder) == Manifest()


@pytest.mark.parametrize(
    "body",
    [
        "def roll(self): ...\nversion = '2'",
        "def roll(self):\n    name = 'dice'\n    def inner(): ...\nversion = '2'",
        "class Inner: pass; x = 1; version = '1'\nversion = '2'",
        "def roll(self): ...\nx = 1; version = '2'",
        "@on('x')\nasync def roll(self, e, d): ...\nversion: str = '2'",
        "text = '''\n    def roll(self):\n'''\nversion = '2'",
        "items = [\n    1,\n]\nversion = '2'",
        "if True:\n    def roll(self): ...\nversion = '2'",
    ],
)
def test_attribute_counts_wherever_in_the_class_it_stands(folder: Folder, body: str) -> None:
    folder.plugin("dice", body)

    assert manifest(folder).version == "2"


def test_class_in_a_text_is_no_class(folder: Folder) -> None:
    example = """'''An example:

class Main(Plugin):
    name = "dice"
    version = "1"
    def roll(self): ...
'''
"""
    folder.plugin("dice", "version = '2'\ndef roll(self): ...", head=example)

    assert manifest(folder).version == "2"


def test_head_is_read_of_code_that_does_not_parse(folder: Folder) -> None:
    folder.plugin("dice", "watch = ['words.txt']\n\ndef roll(self:\n")

    assert manifest(folder).watch == ("words.txt",)


def test_package_without_its_main_module_has_an_empty_manifest(folder: Folder) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    source = discover([folder.path])["dice"]
    assert isinstance(source, PluginSource)
    (folder.path / "dice" / "__init__.py").unlink()

    assert read_manifest(source, Snapshot.read(source.path)) == Manifest()
