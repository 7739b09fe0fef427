"""What was typed is kept for the next time, and what is wrong with its file never harms."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

import pytest

from rosey.connections.history import ENTRIES_MOST, TypedHistory


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console.history"


def test_entries_come_back_in_order(path: Path) -> None:
    TypedHistory(path).append("one")
    TypedHistory(path).append("two\nlines \N{GAME DIE}")

    assert TypedHistory(path).load() == ["one", "two\nlines \N{GAME DIE}"]


def test_it_is_empty_at_first(path: Path) -> None:
    assert TypedHistory(path).load() == []


def test_only_the_owner_can_read_the_file(path: Path) -> None:
    TypedHistory(path).append("!login secret")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_oldest_entries_are_left_out(path: Path) -> None:
    path.write_text("".join(f'"{n}"\n' for n in range(ENTRIES_MOST + 5)), encoding="ascii")

    entries = TypedHistory(path).load()

    assert len(entries) == ENTRIES_MOST
    assert entries[-1] == str(ENTRIES_MOST + 4)


def test_file_that_has_grown_long_is_shortened_when_it_is_loaded(path: Path) -> None:
    history = TypedHistory(path)
    for number in range(2 * ENTRIES_MOST + 1):
        history.append(str(number))

    entries = history.load()

    assert len(path.read_text(encoding="ascii").splitlines()) == ENTRIES_MOST
    assert entries == TypedHistory(path).load()
    assert entries[-1] == str(2 * ENTRIES_MOST)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*path.parent.iterdir()] == [path]


def test_file_is_left_alone_while_it_is_not_long(path: Path) -> None:
    path.write_text('"x"\n' * 2 * ENTRIES_MOST, encoding="ascii")
    before = path.stat()

    TypedHistory(path).load()

    assert path.stat() == before


def test_history_that_cannot_be_shortened_is_loaded_and_left_as_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_text('"x"\n' * 3 * ENTRIES_MOST, encoding="ascii")

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "replace", refuse)

    assert TypedHistory(path).load() == ["x"] * ENTRIES_MOST
    assert caplog.messages == ["the console's history cannot be shortened: Operation not permitted"]
    assert [*path.parent.iterdir()] == [path]


def test_damaged_lines_are_left_out(path: Path) -> None:
    path.write_bytes(b'"one"\n{"a": 1}\n\xff"tw\n"three"\n')

    assert TypedHistory(path).load() == ["one", "three"]


def test_file_that_cannot_be_used_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    history = TypedHistory(tmp_path)

    history.append("one")

    assert history.load() == []
    assert [record.getMessage() for record in caplog.records] == [
        "the console's history cannot be kept: Is a directory",
        "the console's history cannot be read: Is a directory",
    ]
