"""A window shows what matches as it comes and goes, and counts what it does not show."""

from __future__ import annotations

import gc
import itertools
import threading
import weakref

from hypothesis import given, settings
from hypothesis import strategies as st

from rosey.diagnostics.traces import window as windows
from rosey.diagnostics.traces.query import Query, parse
from rosey.diagnostics.traces.ring import Ring
from rosey.diagnostics.traces.trace import EventTrace, Kind
from rosey.diagnostics.traces.window import Window
from tests.diagnostics.traces.events import failed, traced

SMALL = dict.fromkeys(Kind, 3)


def window(ring: Ring, match: str = "") -> Window:
    """A window whose looks take no time, however busy the machine is."""
    return Window(ring, parse(match), clock=lambda: 0.0)


def ids(events: tuple[EventTrace, ...]) -> list[int]:
    return [event.id for event in events]


def filled(count: int) -> Ring:
    ring = Ring()
    for number in range(1, count + 1):
        ring.add(traced(number, "even" if number % 2 == 0 else "odd"))
    return ring


def test_rows_are_those_at_a_place_newest_first() -> None:
    seen = window(filled(100), "event:even").look(first=10, count=3)

    assert ids(seen.rows) == [80, 78, 76]
    assert (seen.matching, seen.unread, seen.dropped) == (50, 0, 0)


def test_what_comes_and_goes_is_followed() -> None:
    ring = Ring(SMALL)
    ring.add(traced(1, handled=(failed(),)))
    watched = window(ring)
    for number in range(2, 8):
        ring.add(traced(number))

    seen = watched.look()

    assert ids(seen.rows) == [7, 6, 5, 1]
    assert (seen.matching, seen.dropped) == (4, 3)


def test_an_event_that_took_long_stands_where_it_was_emitted() -> None:
    ring = Ring()
    watched = window(ring)
    for number in (2, 3, 1):
        ring.add(traced(number))

    assert ids(watched.look().rows) == [3, 2, 1]


def test_a_pause_holds_the_list_and_counts_what_is_newer() -> None:
    ring = filled(4)
    watched = window(ring, "event:even")
    watched.pause()
    for number in range(5, 2_010):
        ring.add(traced(number, "even" if number % 2 == 0 else "odd"))

    seen = watched.look()

    assert (seen.is_paused, ids(seen.rows), seen.newer) == (True, [4, 2], 1_002)
    watched.resume()
    seen = watched.look(count=2)
    assert (seen.is_paused, ids(seen.rows), seen.newer) == (False, [2_008, 2_006], 0)


def test_resuming_what_is_not_paused_changes_nothing() -> None:
    watched = window(filled(2))

    watched.resume()

    assert ids(watched.look().rows) == [2, 1]


def test_events_that_a_long_chain_leaves_out_count_as_dropped_and_as_newer() -> None:
    ring = Ring()
    live, held = window(ring), window(ring)
    held.pause()
    for number in range(1, 251):
        ring.add(traced(number, root=1))

    seen = held.look()

    assert (seen.newer, seen.dropped) == (250, 50)
    held.resume()
    assert live.look().matching == held.look().matching == 200


def test_a_look_takes_no_longer_than_it_may() -> None:
    ticks = itertools.count(step=0.004)

    watched = Window(filled(400), parse("event:even"), clock=lambda: next(ticks))

    first, second = watched.look(count=1), watched.look(count=1)
    assert (first.unread, ids(first.rows)) == (250, [400])
    assert (second.unread, second.matching) == (100, 150)


def test_what_was_let_go_of_before_it_was_read_is_not_shown() -> None:
    ring = Ring(SMALL)
    for number in range(1, 4):
        ring.add(traced(number))
    watched = window(ring)
    ring.add(traced(4))

    assert ids(watched.look().rows) == [4, 3, 2]


def test_a_pause_before_all_is_read_still_shows_all_of_then() -> None:
    ring = Ring(SMALL)
    for number in range(1, 4):
        ring.add(traced(number))
    watched = window(ring)
    watched.pause()
    ring.add(traced(4))

    assert ids(watched.look().rows) == [3, 2, 1]


def test_what_nobody_looks_at_waits_within_bounds() -> None:
    ring = filled(10)
    watched = window(ring)
    watched.pause()

    for number in range(11, 20_011):
        ring.add(traced(number))

    assert len(watched._steps) <= windows.MOST_WAITING  # noqa: SLF001  nothing else shows memory
    assert watched.look().newer == 20_000


def test_the_bot_does_not_wait_for_a_look() -> None:
    ring = filled(1)
    is_looking, go_on = threading.Event(), threading.Event()

    def wait(trace: EventTrace) -> bool:
        is_looking.set()
        return trace.id > 1 or go_on.wait(5)

    watched = Window(ring, Query(text="", terms=(wait,)), clock=lambda: 0.0)
    looking = threading.Thread(target=watched.look)
    looking.start()
    assert is_looking.wait(5)
    for number in range(2, 2 + 2 * windows.MOST_WAITING):
        ring.add(traced(number))
    go_on.set()
    looking.join()

    assert watched.look().matching == 2_001 - (2_001 - 1_000)


def test_a_closed_window_is_told_of_nothing() -> None:
    ring = filled(3)
    with window(ring) as watched:
        assert watched.look().matching == 3
    ring.add(traced(4))

    assert watched.look().rows == ()


def test_a_closed_window_is_not_kept() -> None:
    ring = filled(3)
    watched = window(ring)
    kept = weakref.ref(watched)

    watched.close()
    del watched
    gc.collect()

    assert kept() is None


EVENTS = st.tuples(st.integers(1, 30), st.sampled_from(["plain", "reply", "bad"]))
STEPS = st.lists(EVENTS | st.sampled_from(["look", "pause", "resume"]), max_size=80)


class Naive:
    """The same as a window, but looked up anew each time."""

    def __init__(self, ring: Ring, query: Query) -> None:
        self.ring = ring
        self.query = query
        self.held: list[int] | None = None
        self.newer = 0

    def ids(self) -> list[int]:
        kept = [event.id for event in self.ring.events() if self.query.matches(event)]
        return self.held if self.held is not None else kept[::-1]

    def note(self, event: EventTrace) -> None:
        self.newer += self.held is not None and self.query.matches(event)

    def pause(self) -> None:
        self.held = self.ids()

    def resume(self) -> None:
        self.held, self.newer = None, 0


@given(STEPS, st.sampled_from(["", "error:yes", "-event:reply", "chain:7"]))
@settings(deadline=None)
def test_a_window_shows_what_a_search_would(steps: list[tuple[int, str] | str], match: str) -> None:
    ring = Ring(SMALL)
    watched, naive = window(ring, match), Naive(ring, parse(match))
    numbers = itertools.count(100)
    for step in steps:
        if isinstance(step, tuple):
            root, name = step
            facts = {"handled": (failed(),)} if name == "bad" else {}
            event = traced(next(numbers), name, root=root, **facts)
            ring.add(event)
            naive.note(event)
        elif step == "look":
            watched.look()
        else:
            getattr(watched, step)()
            getattr(naive, step)()

    seen = watched.look(first=1, count=5)

    assert ids(seen.rows) == naive.ids()[1:6]
    assert (seen.matching, seen.newer) == (len(naive.ids()), naive.newer)
    assert seen.dropped == ring.count - len(ring)
