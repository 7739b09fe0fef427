"""The ring keeps what matters, and stays within its bounds."""

from __future__ import annotations

import collections
import tracemalloc
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rosey.diagnostics.profile.measuring import tracing
from rosey.diagnostics.profile.scope import Scope
from rosey.diagnostics.traces.ring import MOST_EVENTS, Ring, Step
from rosey.diagnostics.traces.trace import Kind
from tests.diagnostics.traces.events import failed, ran, traced

SMALL = dict.fromkeys(Kind, 3)


def test_dull_events_push_out_dull_ones_only() -> None:
    ring = Ring(SMALL)
    ring.add(traced(1, handled=(failed(),)))
    ring.add(traced(2, handled=(ran(took_s=0.5),)))
    ring.add(traced(4, "reply", root=3, cause=3))

    for number in range(10, 60):
        ring.add(traced(number))

    assert [trace.id for trace in ring.events()] == [1, 2, 4, 57, 58, 59]
    assert ring.dropped == {Kind.PLAIN: 47}
    assert (ring.count, ring.dropped_events) == (53, 47)


def test_answers_do_not_push_out_errors() -> None:
    ring = Ring(SMALL)
    ring.add(traced(1, handled=(failed(),)))

    for number in range(10, 30, 2):
        ring.add(traced(number + 1, "reply", root=number, cause=number))
        ring.add(traced(number, "message"))

    assert ring.chain(1) is not None
    assert len(ring) == 7


def test_an_error_is_kept_with_all_that_led_to_it() -> None:
    ring = Ring(SMALL)
    ring.add(traced(2, root=1, cause=1))
    ring.add(traced(1))
    ring.add(traced(3, root=1, cause=2, handled=(failed(),)))

    for number in range(10, 60):
        ring.add(traced(number))

    chain = ring.chain(2)
    assert chain is not None
    assert [event.id for event in chain.events] == [1, 2, 3]
    assert chain.kind is Kind.FAILED


def test_a_long_chain_is_cut_but_for_its_errors() -> None:
    ring = Ring()
    for number in range(1, MOST_EVENTS + 11):
        ring.add(traced(number, root=1))
    ring.add(traced(1_000, root=1, handled=(failed(),)))

    chain = ring.chain(1)
    assert chain is not None
    assert (len(chain.events), chain.left_out) == (MOST_EVENTS + 1, 10)
    assert chain.events[-1].failures == ("trivia: Trivia.answer failed: ValueError: no",)


def test_a_long_chain_keeps_its_root_and_what_was_replied() -> None:
    ring = Ring()
    for number in range(2, MOST_EVENTS + 12):
        ring.add(traced(number, root=1, cause=1))
    ring.add(traced(1_000, "reply", root=1, cause=1, text="done"))
    ring.add(traced(1, "message"))

    chain = ring.chain(1)
    assert chain is not None
    assert (chain.events[0].id, chain.replies, chain.left_out) == (1, ("done",), 10)


def test_texts_are_bounded_too() -> None:
    ring = Ring(most_chars=100_000)

    for number in range(1, 1_000):
        ring.add(traced(number, data="x" * 1_000))

    assert len(ring) == 66


def test_a_single_chain_that_is_too_long_is_kept() -> None:
    ring = Ring(most_chars=100)
    ring.add(traced(1, data="x" * 1_000))

    assert ring.chain(1) is not None


@given(st.lists(st.tuples(st.integers(1, 8), st.sampled_from(Kind)), max_size=60))
def test_no_kind_takes_more_than_its_share(added: list[tuple[int, Kind]]) -> None:
    ring = Ring(SMALL)
    facts: dict[Kind, dict[str, Any]] = {
        Kind.PLAIN: {},
        Kind.ANSWERED: {"event": "reply"},
        Kind.SLOW: {"handled": (ran(took_s=1.0),)},
        Kind.FAILED: {"handled": (failed(),)},
    }
    for number, (root, kind) in enumerate(added, 100):
        ring.add(traced(number, root=root, **facts[kind]))

    events = ring.events()
    chains = {event.root: ring.chain(event.id) for event in events}
    kinds = [chain.kind for chain in chains.values() if chain is not None]
    assert len(kinds) == len(chains)
    assert all(kinds.count(kind) <= SMALL[kind] for kind in Kind)
    assert len(events) == len(ring) == ring.count - ring.dropped_events


def test_what_waits_for_a_follower_counts_in_no_profile_of_the_running_bot() -> None:
    ring, waiting, scope = Ring(), collections.deque[Step](), Scope(is_live=True)
    events = [traced(number) for number in range(100)]
    ring.follow(waiting.append)
    with tracing():
        for event in events:
            ring.add(event)
        by_file = tracemalloc.take_snapshot().statistics("filename")

    assert len(waiting) == len(events)
    assert sum(one.size for one in by_file if scope.has(one.traceback[0].filename)) < 1_000
