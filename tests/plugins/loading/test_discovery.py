"""Which files are plugins, and which names are refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rosey.errors import PluginLoadError, PluginNotFoundError
from rosey.plugins.loading.discovery import check_name, discover
from rosey.plugins.loading.sources import PluginSource, SourceKind
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder


def found(*directories: Path) -> dict[str, str]:
    """Name and, for what is refused, the beginning of the reason."""
    return {
        name: source.kind if isinstance(source, PluginSource) else source.reason
        for name, source in discover(directories).items()
    }


def test_files_and_packages_are_plugins(folder: Folder) -> None:
    folder.plugin("dice")
    folder.plugin("quotes", file="quotes/__init__.py")
    folder.write("notes.txt", "")
    folder.write("data/words.py", "")
    folder.write("_private.py", "")
    folder.write(".hidden.py", "")

    assert found(folder.path) == {"dice": SourceKind.FILE, "quotes": SourceKind.PACKAGE}


def test_files_with_the_tests_of_a_plugin_are_none(folder: Folder) -> None:
    folder.plugin("dice")
    folder.plugin("quotes", file="quotes/__init__.py")
    for name in ("test_dice", "test_dice_rolls", "test_quotes", "conftest"):
        folder.write(f"{name}.py", "")

    assert found(folder.path) == {"dice": SourceKind.FILE, "quotes": SourceKind.PACKAGE}


def test_a_plugin_may_be_called_test_something(folder: Folder) -> None:
    for name in ("dice", "test", "test_drive", "test_diced"):
        folder.plugin(name)

    assert [*found(folder.path)] == ["dice", "test", "test_diced", "test_drive"]


@pytest.mark.parametrize(
    "name",
    [
        "Dice",
        "d\u0456\u0441\u0435",
        "__main__",
        "dice.old",
        "my dice",
        "9dice",
        "dice-2",
        "d" * 300,
        "",
        "a\n",
    ],
)
def test_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(PluginLoadError, match="lower case letters") as caught:
        check_name(name)

    assert caught.value.plugin.isascii()
    assert len(caught.value.plugin) <= 80


@pytest.mark.parametrize("name", ["os", "json", "asyncio", "sys"])
def test_name_of_a_standard_module_is_refused(name: str) -> None:
    with pytest.raises(PluginLoadError, match="standard library"):
        check_name(name)


def test_name_of_a_keyword_is_refused() -> None:
    with pytest.raises(PluginLoadError, match="keyword"):
        check_name("class")


@pytest.mark.parametrize("name", ["rosey", "pytest", "marshmallow"])
def test_name_of_an_installed_package_is_refused(folder: Folder, name: str) -> None:
    path = folder.plugin(name)

    with pytest.raises(PluginLoadError, match="installed package"):
        check_name(name, path)


def test_namespace_of_folders_is_no_installed_package(tmp_path: Path) -> None:
    (tmp_path / "dice").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)

        check_name("dice")


def test_plugin_directory_on_the_path_does_not_refuse_itself(folder: Folder) -> None:
    folder.plugin("dice")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder.path)

        assert found(folder.path) == {"dice": SourceKind.FILE}


def test_refused_file_is_named_with_its_path(folder: Folder) -> None:
    path = folder.write("Dice.py", "")

    refusal = discover([folder.path])["Dice"]

    assert isinstance(refusal, PluginLoadError)
    assert refusal.path == path


def test_file_name_that_is_no_text_is_refused(folder: Folder) -> None:
    (folder.path / "dice\udcff.py").touch()

    assert [*found(folder.path)] == ["dice\\udcff"]


def test_directory_that_does_not_exist_has_no_plugins(tmp_path: Path) -> None:
    assert found(tmp_path / "nowhere") == {}


def test_first_directory_wins(tmp_path: Path) -> None:
    first, second = Folder(tmp_path / "first"), Folder(tmp_path / "second")
    path = first.plugin("dice")
    second.plugin("dice")

    source = discover([first.path, second.path])["dice"]

    assert isinstance(source, PluginSource)
    assert source.path == path


def test_plugin_directory_in_another_is_no_plugin_of_that(folder: Folder) -> None:
    folder.plugin("quotes", file="community/quotes.py")
    folder.write("community/__init__.py", "")

    assert found(folder.path, folder.path / "community") == {"quotes": SourceKind.FILE}


def test_plugin_directory_may_be_a_link(folder: Folder, tmp_path: Path) -> None:
    path = folder.plugin("dice")
    (tmp_path / "link").symlink_to(folder.path)

    source = discover([tmp_path / "link"])["dice"]

    assert isinstance(source, PluginSource)
    assert source.path == path


def test_plugin_may_be_a_link_that_moves(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "dice_2.py").touch()
    (folder.path / "dice.py").symlink_to(tmp_path / "dice_2.py")

    source = discover([folder.path])["dice"]

    assert isinstance(source, PluginSource)
    assert source.path == folder.path / "dice.py"


def test_links_that_lead_nowhere_are_no_plugins(folder: Folder) -> None:
    (folder.path / "dice.py").symlink_to("dice.py")
    (folder.path / "quotes").symlink_to("nowhere")

    assert found(folder.path) == {}


async def test_refused_file_says_why_when_it_is_loaded(
    folder: Folder, manager: PluginManager
) -> None:
    folder.write("Dice.py", "")

    with pytest.raises(PluginLoadError, match="lower case letters"):
        await manager.load_plugin("Dice")
    assert [*await manager.load_all()] == ["Dice"]


async def test_unknown_name_suggests_the_nearest(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice")

    with pytest.raises(PluginNotFoundError, match="did you mean dice"):
        await manager.load_plugin("dise")
    with pytest.raises(PluginNotFoundError, match=r"'nothing' is known$"):
        await manager.load_plugin("nothing")


async def test_plugin_whose_file_is_gone_is_forgotten_unless_loaded(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice").unlink()
    kept = folder.plugin("quotes")
    await manager.load_plugin("quotes")
    gone = folder.plugin("words")
    assert await manager.discover_plugins() == ["quotes", "words"]

    kept.unlink()
    gone.unlink()

    assert await manager.discover_plugins() == ["quotes"]


async def test_loaded_plugin_whose_name_was_taken_since_can_be_unloaded(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")
    with pytest.MonkeyPatch.context() as patch:
        installed = Folder(folder.path.parent / "installed")
        installed.write("dice.py", "")
        patch.syspath_prepend(installed.path)
        await manager.discover_plugins()
        assert "dice" in manager.slots.rejected

        await manager.unload_plugin("dice")

    assert manager.list_plugins() == []
    assert "dice" not in sys.modules
