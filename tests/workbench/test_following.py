"""Events are followed until somebody, or their number, ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from rosey.diagnostics.traces.trace import EventTrace
from rosey.workbench import following
from rosey.workbench.faces.answer import Answer
from rosey.workbench.following import Following
from tests.diagnostics.traces.events import ran, traced

Watcher = Callable[[EventTrace], None]


class Source:
    """Events as the test has them, in place of those of a bot."""

    def __init__(self) -> None:
        self.watchers: list[Watcher] = []
        self.is_left = threading.Event()

    @contextmanager
    def following(self, watcher: Watcher) -> Iterator[None]:
        """Have `watcher` told by `tell`."""
        self.watchers.append(watcher)
        try:
            yield
        finally:
            self.watchers.remove(watcher)
            self.is_left.set()

    def tell(self, trace: EventTrace) -> None:
        """An event was handled."""
        for watcher in [*self.watchers]:
            watcher(trace)


class Shown:
    """What a cell shows."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.is_new = threading.Event()

    def __call__(self, answer: Answer) -> None:
        self.answers.append(answer.text)
        self.is_new.set()


def test_what_is_meant_is_shown() -> None:
    source, shown = Source(), Shown()
    followed = Following(source, ["trivia", "user_*"], shown)

    source.tell(traced(1, "user_left"))
    source.tell(traced(2, "other"))
    source.tell(traced(3, "answer", handled=(ran("trivia"),)))
    source.tell(traced(4, "asked", emitter="trivia"))
    followed.close()

    lines = shown.answers[-1].splitlines()
    assert lines[0] == "3 events of trivia, user_*; no more are followed"
    assert [line.split()[0] for line in lines[1:]] == ["#1", "#3", "#4"]
    assert source.watchers == []


def test_following_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "EVENTS_FOLLOWED", 2)
    source, shown = Source(), Shown()
    followed = Following(source, [], shown)

    for number in range(1, 6):
        source.tell(traced(number))

    assert source.is_left.wait(5)
    assert followed.is_over
    assert shown.answers[-1].startswith("2 events; no more are followed")
    followed.close()


def test_an_event_that_comes_while_it_ends_does_not_hold_it_up() -> None:
    source, shown = Source(), Shown()
    followed = Following(source, [], shown)
    watcher = source.watchers[0]

    followed.close()
    watcher(traced(1))

    assert followed.is_over


def test_a_cell_that_cannot_be_shown_is_no_longer_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    source = Source()

    def fail(answer: Answer) -> None:
        raise OSError(answer.text)

    followed = Following(source, [], fail)
    source.tell(traced(1))

    assert source.is_left.wait(5)
    followed.close()
    assert len(told) == 1
