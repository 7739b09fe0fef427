"""All that a plugin consists of, read at one moment."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.loading.discovery import discover
from rosey.plugins.loading.reading import Reading, data_files, read
from rosey.plugins.loading.sources import PluginSource, SourceKind
from tests.plugins.host import Folder


def source(folder: Folder) -> PluginSource:
    """Where the only plugin in a folder stands."""
    (found,) = discover([folder.path]).values()
    assert isinstance(found, PluginSource)
    return found


def reading(folder: Folder) -> Reading:
    """Read the only plugin in a folder."""
    return asyncio.run(read(source(folder)))


@pytest.mark.parametrize("file", ["dice.py", "dice/__init__.py"])
def test_data_files_stand_beside_the_file_or_in_the_package(folder: Folder, file: str) -> None:
    path = folder.plugin("dice", 'watch = ["words.txt", "/etc/words"]', file=file)

    read_now = reading(folder)

    assert [*read_now.data] == [path.parent / "words.txt", Path("/etc/words")]
    assert data_files(source(folder), read_now.manifest) == (*read_now.data,)


def test_data_files_of_an_installed_package_stand_in_it() -> None:
    origin = Path("site-packages", "hello")

    installed = PluginSource(
        name="hello", path=origin, kind=SourceKind.ENTRY_POINT, import_name="hello", main="plugin"
    )

    assert installed.folder == origin


def test_digest_covers_the_content_of_watched_files(folder: Folder) -> None:
    folder.plugin("dice", 'watch = ["words.txt", "more.txt"]')
    missing = reading(folder)
    words = folder.write("words.txt", "")
    empty = reading(folder)
    folder.write("words.txt", "six")
    filled = reading(folder)
    words.rename(folder.path / "more.txt")
    other = reading(folder)

    assert len({r.digest for r in (missing, empty, filled, other)}) == 4
    assert missing.data[words] is None


def test_digest_does_not_change_with_other_files(folder: Folder) -> None:
    folder.plugin("dice", 'watch = ["words.txt"]')
    before = reading(folder)

    folder.write("other.txt", "six")

    assert reading(folder).digest == before.digest


def test_name_that_no_file_can_have_is_a_missing_file(folder: Folder) -> None:
    folder.plugin("dice", r'watch = ["a\0b", "dice.py/words.txt"]')

    assert [*reading(folder).data.values()] == [None, None]


def test_watched_folder_is_refused(folder: Folder) -> None:
    folder.plugin("dice", 'watch = ["words"]')
    words = folder.write("words/six.txt", "").parent

    with pytest.raises(PluginLoadError, match="must name files") as caught:
        reading(folder)

    assert caught.value.path == words


def test_watched_pipe_is_refused_instead_of_waited_for(folder: Folder) -> None:
    folder.plugin("dice", 'watch = ["words"]')
    os.mkfifo(folder.path / "words")

    with pytest.raises(PluginLoadError, match="must name files"):
        reading(folder)


def test_file_that_cannot_be_read_is_named(folder: Folder) -> None:
    folder.plugin("dice", 'watch = ["words"]')
    loop = folder.path / "words"
    loop.symlink_to(loop)

    with pytest.raises(PluginLoadError, match="it cannot be read") as caught:
        reading(folder)

    assert caught.value.path == loop
