"""When a panel is drawn."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from rosey.workbench.panel import pulse as pulses
from rosey.workbench.panel.pulse import Pulse

DEADLINE_S = 10


@dataclass
class Watched:
    """Something that is drawn, and who looks at it."""

    drawn: queue.Queue[int] = field(default_factory=queue.Queue)
    is_watched: bool = True
    stamp: int = 0
    asked: threading.Event = field(default_factory=threading.Event)

    def draw(self) -> None:
        self.drawn.put(self.stamp)

    def look(self) -> int:
        self.asked.set()
        return self.stamp


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def pulse(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pulse]:
    """A pulse that never draws by itself alone."""
    monkeypatch.setattr(pulses, "TICK_S", 3600.0)
    pulse = Pulse(watched.draw, lambda: watched.is_watched, watched.look)
    yield pulse
    pulse.close()


@pytest.mark.usefixtures("pulse")
def test_it_draws_when_something_is_new(watched: Watched) -> None:
    assert watched.drawn.get(timeout=DEADLINE_S) == 0

    watched.stamp = 7

    assert watched.drawn.get(timeout=DEADLINE_S) == 7


def test_it_draws_when_it_is_woken_although_nothing_is_new(watched: Watched, pulse: Pulse) -> None:
    watched.drawn.get(timeout=DEADLINE_S)

    pulse.wake()

    assert watched.drawn.get(timeout=DEADLINE_S) == 0


def test_who_does_something_does_not_wait_for_what_costly_drawings_save(
    watched: Watched, pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulses, "SHARE", 1e-9)
    pulse.wake()
    watched.drawn.get(timeout=DEADLINE_S)
    while not watched.drawn.empty():
        watched.drawn.get()

    pulse.wake()

    watched.drawn.get(timeout=DEADLINE_S)


@pytest.mark.usefixtures("pulse")
def test_it_draws_nothing_while_nothing_is_new(watched: Watched) -> None:
    watched.drawn.get(timeout=DEADLINE_S)

    for _ in range(3):
        watched.asked.clear()
        assert watched.asked.wait(DEADLINE_S)

    assert watched.drawn.empty()


def test_it_neither_draws_nor_asks_while_nobody_looks(watched: Watched) -> None:
    rounds: queue.Queue[None] = queue.Queue()

    def is_watched() -> bool:
        rounds.put(None)
        return False

    pulse = Pulse(watched.draw, is_watched, watched.look)
    rounds.get(timeout=DEADLINE_S)
    pulse.wake()
    for _ in range(2):
        rounds.get(timeout=DEADLINE_S)
    pulse.close()

    assert not watched.asked.is_set()
    assert watched.drawn.empty()


def test_it_draws_again_after_a_while_although_nothing_is_new(
    watched: Watched, pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulses, "TICK_S", 0.0)
    pulse.wake()

    for _ in range(3):
        watched.drawn.get(timeout=DEADLINE_S)


def test_waiting_for_the_bot_does_not_make_the_next_drawing_wait(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulses, "SHARE", 0.001)
    silence = threading.Event()

    def draw() -> None:
        silence.wait(0.1)
        watched.draw()

    pulse = Pulse(draw, lambda: True, watched.look)
    for _ in range(2):
        pulse.wake()
        watched.drawn.get(timeout=DEADLINE_S)
    pulse.close()


def test_closing_from_its_own_thread_does_not_wait_for_itself(watched: Watched) -> None:
    closed = threading.Event()

    def close() -> None:
        own.close()
        closed.set()

    watched.is_watched = False
    own = Pulse(close, lambda: watched.is_watched, watched.look)
    watched.is_watched = True
    own.wake()

    assert closed.wait(DEADLINE_S)
    own._thread.join(DEADLINE_S)  # noqa: SLF001  it ends by itself
