"""What is done in a panel."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from rosey.errors import RoseyError
from rosey.plugins.loading.schema import MASK
from rosey.workbench.crossing.loop import Crossing, noting
from rosey.workbench.faces.answer import MOST_CHARS, Answer
from rosey.workbench.panel.attempt import Attempt, Standing, answer_to, command
from rosey.workbench.session import Session
from tests.bots import write_plugin

DEADLINE_S = 30

HANGING = """
async def setup(self):
    import asyncio
    await asyncio.Event().wait()
"""

BLOCKING = """
async def setup(self):
    import pathlib, time
    folder = pathlib.Path({folder!r})
    (folder / "begun").touch()
    while not (folder / "go_on").exists():
        time.sleep(0.01)
"""


def carried_out(session: Session, attempt: Attempt) -> str:
    ended = threading.Event()
    attempt.begin(session, ended.set)
    assert ended.wait(DEADLINE_S)
    assert attempt.answer is not None
    return attempt.answer.text


def test_a_line_answers_as_its_magic_does(session: Session) -> None:
    attempt = command(session, "%rosey disable greeter")

    assert carried_out(session, attempt) == "greeter is disabled; it keeps its state"
    assert attempt.standing is Standing.DONE
    assert answer_to(session, "%rosey enable greeter").text == "greeter is enabled"


def test_what_is_refused_says_why(session: Session) -> None:
    attempt = command(session, "%rosey reload nobody")

    assert "no plugin named 'nobody'" in carried_out(session, attempt)
    assert attempt.standing is Standing.FAILED


@pytest.mark.parametrize("line", ["%rosey plugin x", "%rosey fly"])
def test_a_line_that_does_not_do_is_refused(session: Session, line: str) -> None:
    attempt = command(session, line)
    carried_out(session, attempt)

    assert attempt.standing is Standing.FAILED


def test_a_fault_of_our_own_is_logged_and_ends_it(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_attempt: Attempt) -> Answer:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        attempt = Attempt("%rosey list", fail)
        assert "a fault of Rosey's" in carried_out(session, attempt)

    assert attempt.standing is Standing.FAILED
    assert "%rosey list has failed" in caplog.text


class Noticed(Crossing[None]):
    """Work that never ends, and says when somebody waits for it."""

    def __init__(self) -> None:
        super().__init__(threading.current_thread())
        self.is_waited_for = threading.Event()

    def result(self, timeout_s: float | None = None) -> None:
        self.is_waited_for.set()
        self._future.result(timeout_s)


def test_what_waits_can_be_cancelled(session: Session) -> None:
    work, ended = Noticed(), threading.Event()

    def run(attempt: Attempt) -> Answer:
        attempt.wait(work)
        raise AssertionError

    attempt = Attempt("%rosey emit x", run)
    attempt.begin(session, ended.set)
    assert work.is_waited_for.wait(DEADLINE_S)
    assert attempt.can_be_cancelled

    attempt.cancel()

    assert ended.wait(DEADLINE_S)
    assert attempt.standing is Standing.CANCELLED
    attempt.cancel()


def test_what_is_cancelled_before_it_waits_waits_for_nothing(session: Session) -> None:
    ended = threading.Event()

    def run(attempt: Attempt) -> Answer:
        attempt.wait(session._thread.submit(asyncio.Event().wait()))  # type: ignore[union-attr]  # noqa: SLF001  work that never ends
        raise AssertionError

    attempt = Attempt("%rosey emit x", run)
    attempt.cancel()
    attempt.begin(session, ended.set)

    assert ended.wait(DEADLINE_S)
    assert attempt.standing is Standing.CANCELLED


def test_a_late_cancel_does_not_hide_that_it_was_done(session: Session) -> None:
    work, ended = threading.Event(), threading.Event()

    async def finish() -> str:
        with contextlib.suppress(asyncio.CancelledError):
            work.set()
            await asyncio.Event().wait()
        return "it is done"

    def run(attempt: Attempt) -> Answer:
        return Answer.of_lines(None, [attempt.wait(session._thread.submit(finish()))])  # type: ignore[union-attr]  # noqa: SLF001  work that is past the point of return

    attempt = Attempt("%rosey reload greeter", run)
    attempt.begin(session, ended.set)
    assert work.wait(DEADLINE_S)
    attempt.cancel()

    assert ended.wait(DEADLINE_S)
    assert attempt.standing is Standing.DONE
    assert attempt.answer is not None
    assert attempt.answer.text == "it is done"


def test_a_last_look_is_not_cancelled_with_the_work(session: Session) -> None:
    noted: list[Crossing[Any]] = []

    with noting(noted.append):
        answer_to(session, "%rosey config greeter times=2")

    assert len(noted) == 1
    noted[0].call_off()
    assert session.bot.plugin("greeter").config["times"] == "2"


def test_a_second_cancel_waits_no_longer_for_a_plugin_that_blocks(
    session: Session, plugins: Path
) -> None:
    write_plugin(plugins, "blocker", BLOCKING.format(folder=str(plugins)))
    attempt, ended = command(session, "%rosey load blocker"), threading.Event()
    attempt.begin(session, ended.set)
    while not (plugins / "begun").exists():
        threading.Event().wait(0.01)
    attempt.cancel()
    assert not ended.is_set()

    attempt.cancel()

    assert ended.wait(DEADLINE_S)
    assert attempt.standing is Standing.CANCELLED
    (plugins / "go_on").touch()
    session.bot.snapshot()


def test_a_secret_is_hidden_before_an_answer_is_cut(secret: str, session: Session) -> None:
    line = f"{'x' * (MOST_CHARS - 3)}{secret}"

    told = carried_out(session, Attempt("%rosey list", lambda _: Answer.of_lines(None, [line])))

    assert "hun" not in told


def test_a_secret_is_hidden_in_why_it_has_failed(secret: str, session: Session) -> None:
    told = carried_out(session, Attempt.refused(RoseyError(f"no {secret} here")))

    assert told == f"no {MASK} here"


def test_a_line_that_hangs_can_be_cancelled(session: Session, plugins: Path) -> None:
    write_plugin(plugins, "hanger", HANGING)
    attempt, ended = command(session, "%rosey load hanger"), threading.Event()
    attempt.begin(session, ended.set)
    while session.bot.standing().get("hanger") != "being loaded":
        session.bot.snapshot()

    attempt.cancel()

    assert ended.wait(DEADLINE_S)
    assert attempt.standing is Standing.CANCELLED
    while session.bot.standing()["hanger"] == "being loaded":
        session.bot.snapshot()
