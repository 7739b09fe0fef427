"""The files that say which plugins are being loaded, and what is made of those that are left."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rosey.storage import Storage
from rosey.storage.load_markers import LoadMarkers

OLD, NEW = "0" * 32, "f" * 32
FULL = Path("/dev/full")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def markers(directory: Path) -> LoadMarkers:
    return LoadMarkers(directory)


def left_in(directory: Path) -> dict[str, str]:
    """What the next process finds."""
    following = LoadMarkers(directory)
    following.read()
    return dict(following.left)


def test_what_is_put_is_left_until_it_is_removed(directory: Path, markers: LoadMarkers) -> None:
    markers.put({"quotes": OLD, "trivia": NEW})
    assert left_in(directory) == {"quotes": OLD, "trivia": NEW}

    markers.remove(["quotes"])
    assert left_in(directory) == {"trivia": NEW}


def test_what_was_left_is_replaced_by_what_is_put(directory: Path, markers: LoadMarkers) -> None:
    markers.put({"quotes": OLD})
    markers.put({"quotes": NEW})

    assert left_in(directory) == {"quotes": NEW}


def test_nothing_else_is_left_behind(directory: Path, markers: LoadMarkers) -> None:
    markers.put({"quotes": OLD})
    markers.remove(["quotes", "never_put"])

    assert [*directory.iterdir()] == []


def test_file_is_for_the_owner_only(directory: Path, markers: LoadMarkers) -> None:
    markers.put({"quotes": OLD})

    assert stat.S_IMODE((directory / "quotes.loading").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content", [b"", OLD.encode(), b"\0" * 33, b"x" * 1_000_000, "\u00e9".encode("latin-1")]
)
def test_damaged_file_is_told_and_accuses_nobody(
    directory: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (directory / "quotes.loading").write_bytes(content)

    assert left_in(directory) == {}
    assert caplog.messages == [f"{directory / 'quotes.loading'} is damaged: quotes is loaded"]


def test_file_that_cannot_be_read_is_told_and_accuses_nobody(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (directory / "quotes.loading").mkdir()

    assert left_in(directory) == {}
    assert len(caplog.messages) == 1
    assert "quotes.loading cannot be read (Is a directory)" in caplog.text


def test_file_of_no_plugin_is_left_alone(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    (directory / "No plugin!.loading").write_text("nothing of ours")

    assert left_in(directory) == {}
    assert caplog.messages == []


def test_trouble_with_writing_is_told_once(
    directory: Path, markers: LoadMarkers, caplog: pytest.LogCaptureFixture
) -> None:
    (directory / "quotes.loading").mkdir()
    for _ in range(2):
        markers.put({"quotes": OLD})
        markers.remove(["quotes"])

    assert len(caplog.messages) == 1
    assert "is not left out at the next start: Is a directory" in caplog.text


@pytest.mark.skipif(not FULL.exists(), reason="no file that is always full there")
def test_full_disk_leaves_the_old(
    directory: Path, markers: LoadMarkers, caplog: pytest.LogCaptureFixture
) -> None:
    markers.put({"quotes": OLD})
    (directory / "quotes.loading.new").symlink_to(FULL)
    markers.put({"quotes": NEW})

    assert left_in(directory) == {"quotes": OLD}
    assert "No space left on device" in caplog.text


def test_trouble_with_removing_is_told(
    directory: Path, markers: LoadMarkers, caplog: pytest.LogCaptureFixture
) -> None:
    (directory / "quotes.loading").mkdir()
    markers.remove(["quotes"])

    assert "may be left out at the next start for no reason" in caplog.text


def test_directory_that_is_gone_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    markers = LoadMarkers(tmp_path / "gone")
    markers.read()
    markers.put({"quotes": OLD})
    markers.remove(["quotes"])

    assert len(caplog.messages) == 1


async def test_storage_finds_what_was_left(directory: Path, markers: LoadMarkers) -> None:
    await asyncio.to_thread(markers.put, {"quotes": OLD})
    storage = Storage(directory)
    await storage.open()

    assert storage.load_markers is not None
    assert storage.load_markers.left == {"quotes": OLD}
    await storage.close()


def test_storage_in_memory_notes_nothing() -> None:
    assert Storage().load_markers is None


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be forked there")
@pytest.mark.parametrize(("method", "new"), [("put", {"quotes": NEW}), ("remove", {})])
def test_process_killed_at_any_line_leaves_the_old_or_the_new(
    directory: Path, method: str, new: dict[str, str]
) -> None:
    program = Path(__file__).with_name("dying.py")
    ended = subprocess.run(
        [sys.executable, program, directory, method],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    found = [json.loads(line) for line in ended.stdout.splitlines()]

    assert len(found) > 5
    assert all(left in ({"quotes": OLD}, new) for left in found)
    assert found[-1] == new
    assert ended.stderr == b""
