"""Whether a notebook may change a bot, and what is kept of what it changed."""

from __future__ import annotations

import json
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rosey.errors import RoseyError, UsageError
from rosey.workbench.access.access import MOST_CHARS, Access
from rosey.workbench.access.audit import NAME, Audit
from rosey.workbench.crossing.loop import LoopThread
from tests.clock import Clock

READ_ONLY = "in production, and read-only: %rosey unlock REASON"


def without_secret(text: str) -> str:
    return text.replace("hunter2", "***")


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    """A loop in a thread of its own."""
    thread = LoopThread("test-loop")
    yield thread
    thread.stop()


@pytest.fixture
def clock() -> Clock:
    """Time that passes by hand."""
    return Clock()


@pytest.fixture
def access(thread: LoopThread, tmp_path: Path, clock: Clock) -> Access:
    """What may be done to a bot in production."""
    return Access(thread, Audit(tmp_path), without_secret, clock)


def audited(folder: Path) -> list[dict[str, Any]]:
    """What the audit has, without its times."""
    lines = (folder / NAME).read_text("utf-8").splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "at"} for line in lines]


def test_a_notebooks_own_bot_may_be_changed_and_nothing_is_noted(
    thread: LoopThread, tmp_path: Path
) -> None:
    access = Access(thread)

    assert access.loop_for("reload trivia") is thread
    assert not access.is_production
    assert access.unlocked is None
    assert [*tmp_path.iterdir()] == []


def test_a_notebooks_own_bot_is_neither_unlocked_nor_locked(thread: LoopThread) -> None:
    access = Access(thread)

    with pytest.raises(RoseyError, match="not in production"):
        access.unlock("no reason")
    with pytest.raises(RoseyError, match="not in production"):
        access.lock()


def test_production_is_read_only_and_the_try_is_logged(
    access: Access, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(RoseyError, match=READ_ONLY):
        access.require("reload\ntrivia")

    assert "reload trivia" in caplog.text


def test_what_is_done_while_it_is_unlocked_is_noted_with_the_reason(
    access: Access, thread: LoopThread, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        access.unlock("trivia's  stuck,\nhunter2", minutes=5)
        assert access.loop_for("reload trivia") is thread
        access.lock()

    reason = "trivia's stuck, ***"
    assert audited(tmp_path) == [
        {"what": "unlock", "reason": reason, "minutes": 5},
        {"what": "reload trivia", "reason": reason},
        {"what": "lock"},
    ]
    assert "unlocked for 5 min" in caplog.text
    assert "from a notebook: reload trivia" in caplog.text
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_it_is_locked_again_when_its_time_is_over(access: Access, clock: Clock) -> None:
    access.unlock("trivia is stuck", minutes=5)

    clock.advance(5 * 60 - 1)
    access.require("reload trivia")
    clock.advance(1)

    assert access.unlocked is None
    with pytest.raises(RoseyError, match=READ_ONLY):
        access.require("reload trivia")


def test_it_is_locked_by_hand_and_may_be_so_twice(access: Access, tmp_path: Path) -> None:
    access.unlock("trivia is stuck")
    access.lock()
    access.lock()

    with pytest.raises(RoseyError, match=READ_ONLY):
        access.require("reload trivia")
    assert [line["what"] for line in audited(tmp_path)] == ["unlock", "lock"]


def test_a_second_unlock_replaces_the_first(access: Access, clock: Clock) -> None:
    access.unlock("trivia is stuck", minutes=60)
    access.unlock("it is again", minutes=1)

    assert access.unlocked is not None
    assert access.unlocked.reason == "it is again"
    clock.advance(60)
    assert access.unlocked is None


@pytest.mark.parametrize(
    ("reason", "minutes", "why"),
    [
        *((reason, 10, "say why") for reason in (" \n", '""', "5", "\u200b")),
        *(("so", minutes, "1 to 60 minutes") for minutes in (0, 61, 1.5, "5")),
    ],
)
def test_an_unlock_without_sense_changes_nothing(
    access: Access, tmp_path: Path, reason: str, minutes: int, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        access.unlock(reason, minutes)

    assert access.unlocked is None
    assert [*tmp_path.iterdir()] == []


def test_a_long_reason_is_cut(access: Access) -> None:
    unlocked = access.unlock("x" * 10_000)

    assert unlocked.reason == "x" * MOST_CHARS + "…"


def test_a_bot_that_keeps_nothing_is_unlocked_and_only_its_log_tells(
    thread: LoopThread, caplog: pytest.LogCaptureFixture
) -> None:
    access = Access(thread, Audit(None))

    with caplog.at_level(logging.WARNING):
        access.unlock("trivia is stuck")

    assert access.loop_for("reload trivia") is thread
    assert "trivia is stuck" in caplog.text


def test_what_cannot_be_noted_is_not_done(thread: LoopThread, tmp_path: Path) -> None:
    folder = tmp_path / "storage"
    access = Access(thread, Audit(folder))

    with pytest.raises(RoseyError, match=r"it is not done, .* cannot be written: No such file"):
        access.unlock("trivia is stuck")
    assert access.unlocked is None

    folder.mkdir()
    access.unlock("trivia is stuck")
    (folder / NAME).unlink()
    (folder / NAME).mkdir()
    with pytest.raises(RoseyError, match="it is not done"):
        access.require("reload trivia")
    with pytest.raises(RoseyError, match=r"it is locked, .* cannot be written"):
        access.lock()
    assert access.unlocked is None


def test_a_secret_is_taken_out_before_a_text_is_cut(access: Access, tmp_path: Path) -> None:
    access.unlock("x" * (MOST_CHARS - 4) + " hunter2")
    access.require("say " + "x" * (MOST_CHARS - 8) + " hunter2")

    assert "hun" not in (tmp_path / NAME).read_text()


def test_an_unlock_that_is_locked_at_once_is_still_told(access: Access) -> None:
    class Locking(logging.Handler):
        """Locks it again before the call that unlocks it has returned."""

        def emit(self, _record: logging.LogRecord) -> None:
            access.lock()

    logger, locking = logging.getLogger(Access.__module__), Locking()
    logger.addHandler(locking)
    try:
        assert access.unlock("trivia is stuck").reason == "trivia is stuck"
    finally:
        logger.removeHandler(locking)
    assert access.unlocked is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_in_the_place_of_the_file_is_refused_and_waited_for_by_nobody(
    access: Access, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / NAME)

    with pytest.raises(RoseyError, match="it is no file"):
        access.unlock("trivia is stuck")
    assert access.unlocked is None


def test_a_link_in_the_place_of_the_file_is_not_followed(access: Access, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    (tmp_path / NAME).symlink_to(tmp_path / "other")

    with pytest.raises(RoseyError, match="cannot be written"):
        access.unlock("trivia is stuck")
    assert (tmp_path / "other").read_text() == ""


def test_a_line_is_written_whole_or_not_at_all(
    access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access.unlock("trivia is stuck")
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, data: write(file, data[:10]))
        with pytest.raises(RoseyError, match="there is no room for it"):
            access.require("reload trivia")

    access.require("reload trivia")

    assert [line["what"] for line in audited(tmp_path)] == ["unlock", "reload trivia"]


def test_it_tells_how_it_stands(access: Access, thread: LoopThread) -> None:
    assert repr(Access(thread)) == "<access: the bot is this notebook's own>"
    assert repr(access) == "<access: production, read-only>"
    access.unlock("trivia is stuck")
    assert repr(access) == "<access: production, unlocked>"
