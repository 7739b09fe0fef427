"""A bar of progress under a cell."""

from __future__ import annotations

import re

import pytest

from rosey.workbench.crossing.loop import LoopThread
from rosey.workbench.crossing.progress import Bar, follow


def last_state(text: str) -> str:
    """What notebooks keep of a text with carriage returns."""
    return re.sub(r".*\r(?=[^\n])", "", text)


def test_bar_fills_up(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar("work", 10, "steps")
    bar.draw()
    bar.note(5)
    bar.draw()

    out = capsys.readouterr().out

    assert out == f"\rwork  {'░' * 30}  0 of 10 steps\rwork  {'█' * 15}{'░' * 15}  5 of 10 steps"


def test_work_is_followed_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    bar, thread = Bar("work\x1b", 3, "steps"), LoopThread("rosey-test")

    async def work() -> str:
        bar.note(3)
        return "done"

    assert follow(thread.submit(work()), bar) == "done"
    thread.stop()
    assert last_state(capsys.readouterr().out) == f"work\\x1b  {'█' * 30}  3 of 3 steps\n"


def test_what_fails_is_raised_after_the_bar(capsys: pytest.CaptureFixture[str]) -> None:
    bar, thread = Bar("work", 3, "steps"), LoopThread("rosey-test")

    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        follow(thread.submit(work()), bar)
    thread.stop()
    assert capsys.readouterr().out.endswith("0 of 3 steps\n")
