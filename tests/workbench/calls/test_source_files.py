"""Files are written over only where somebody knows what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.errors import UnreadFileError
from rosey.workbench.calls.source_files import SourceFiles


@pytest.fixture
def files() -> SourceFiles:
    return SourceFiles()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that somebody has written."""
    path = tmp_path / "dice.py"
    path.write_text("old\n")
    return path


def test_new_file_is_made_with_its_folder(tmp_path: Path, files: SourceFiles) -> None:
    path = tmp_path / "plugins" / "dice.py"

    files.write({path: "x = 1\n"})

    assert path.read_text() == "x = 1\n"
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode


def test_file_that_nobody_has_read_is_kept(path: Path, files: SourceFiles) -> None:
    with pytest.raises(UnreadFileError, match=r"dice\.py has something"):
        files.write({path: "new\n"})

    assert path.read_text() == "old\n"
    assert [*path.parent.iterdir()] == [path]


def test_file_that_is_forced_is_written(path: Path, files: SourceFiles) -> None:
    files.write({path: "new\n"}, force=True)

    assert path.read_text() == "new\n"


def test_file_that_was_read_is_written_until_it_changes(path: Path, files: SourceFiles) -> None:
    assert files.read(path) == "old\n"
    files.write({path: "new\n"})
    files.write({path: "newer\n"})

    path.write_text("mine\n")

    with pytest.raises(UnreadFileError):
        files.write({path: "newest\n"})


@pytest.mark.parametrize(("text", "is_known"), [("old", True), ("other", False)])
def test_file_whose_text_somebody_has_counts_as_read(
    path: Path, files: SourceFiles, text: str, *, is_known: bool
) -> None:
    files.recognise(path, text)

    if is_known:
        files.write({path: "new\n"})
    assert (path.read_text() == "new\n") is is_known


def test_file_that_is_not_there_is_not_recognised(tmp_path: Path, files: SourceFiles) -> None:
    files.recognise(tmp_path / "dice.py", "x")

    assert [*tmp_path.iterdir()] == []


def test_file_that_has_the_text_is_left_as_it_is(path: Path, files: SourceFiles) -> None:
    before = path.stat()

    files.write({path: "old\n"})

    assert path.stat() == before


def test_mode_line_ends_and_mark_are_kept(path: Path, files: SourceFiles) -> None:
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\ny = 2\r\n")
    path.chmod(0o750)
    assert files.read(path) == "x = 1\ny = 2\n"

    files.write({path: "x = 1\ny = 3\n"})

    assert path.read_bytes() == b"\xef\xbb\xbfx = 1\r\ny = 3\r\n"
    assert path.stat().st_mode & 0o777 == 0o750


def test_declared_encoding_is_kept(path: Path, files: SourceFiles) -> None:
    text = "# coding: latin-1\nx = 'é'\n"
    path.write_bytes(text.encode("latin-1"))

    files.write({path: files.read(path).replace("é", "è")})

    assert path.read_bytes() == text.replace("é", "è").encode("latin-1")


def test_link_stays_one(path: Path, files: SourceFiles) -> None:
    link = path.with_name("link.py")
    link.symlink_to(path)
    files.read(link)

    files.write({link: "new\n"})

    assert link.is_symlink()
    assert path.read_text() == "new\n"


def test_nothing_is_written_where_one_file_is_kept(path: Path, files: SourceFiles) -> None:
    with pytest.raises(UnreadFileError):
        files.write({path.with_name("first.py"): "new\n", path: "new\n"})

    assert [*path.parent.iterdir()] == [path]


def test_file_that_cannot_be_replaced_leaves_nothing_behind(path: Path, files: SourceFiles) -> None:
    folder = path.with_name("folder.py")
    (folder / "inner").mkdir(parents=True)

    with pytest.raises(OSError, match="folder"):
        files.write({folder: "x\n"}, force=True)

    assert {*path.parent.iterdir()} == {path, folder}


def test_change_in_the_last_moment_is_kept(
    path: Path, files: SourceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.read(path)
    written = Path.write_bytes

    def write_and_be_late(file: Path, code: bytes) -> int:
        written(path, b"mine\n")
        return written(file, code)

    monkeypatch.setattr(Path, "write_bytes", write_and_be_late)
    with pytest.raises(UnreadFileError):
        files.write({path: "new\n"})

    assert path.read_text() == "mine\n"
