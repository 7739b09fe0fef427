"""Which files changed paths stand for, as a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from rosey.plugins.watching.touching import touch

FILES = ["dice.py", "trivia", "link.py", "data/questions.txt", "gone.py"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("dice.py", "trivia/score.py", "data/questions.txt", "real/link.py", "new.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "link.py").symlink_to(tmp_path / "real" / "link.py")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "touched"),
    [
        ("dice.py", {"dice.py"}),
        ("trivia/score.py", {"trivia"}),
        ("trivia/score.py/x", {"trivia"}),
        ("trivia", {"trivia"}),
        ("data", {"data/questions.txt"}),
        ("", {*FILES}),
        ("link.py", {"link.py"}),
        ("real/link.py", {"link.py"}),
        ("real", {"link.py"}),
        ("gone.py", {"gone.py"}),
        ("new.py", set()),
        ("dice.pyc", set()),
    ],
)
def test_path_stands_for_files(folder: Path, path: str, touched: set[str]) -> None:
    found = touch([folder / path], [folder / file for file in FILES])

    assert found.files == {folder / file for file in touched}


@pytest.mark.parametrize(
    "path", ["dice.py", "trivia", "trivia/score.py", "link.py", "real/link.py"]
)
def test_what_belongs_to_a_file_and_is_there_is_not_elsewhere(folder: Path, path: str) -> None:
    assert not touch([folder / path], [folder / file for file in FILES]).is_elsewhere


@pytest.mark.parametrize("path", ["trivia/gone.py", "gone.py", "data", "real", "new.py", ""])
def test_what_is_gone_or_belongs_to_none_or_holds_more_is_elsewhere(
    folder: Path, path: str
) -> None:
    assert touch([folder / path], [folder / file for file in FILES]).is_elsewhere


def test_nothing_touches_nothing(folder: Path) -> None:
    assert touch([], [folder]).files == frozenset()
    assert not touch([], [folder]).is_elsewhere
