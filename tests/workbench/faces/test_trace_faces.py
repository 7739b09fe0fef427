"""How traces are shown, where a real bot seldom gets to."""

from __future__ import annotations

from rosey.diagnostics.state.changes import StateChange
from rosey.diagnostics.traces.audience import Audience, Hearer
from rosey.diagnostics.traces.census import Census
from rosey.diagnostics.traces.handler_places import HandlerPlace
from rosey.diagnostics.traces.query import parse
from rosey.diagnostics.traces.ring import Ring
from rosey.diagnostics.traces.trace import ChainTrace, Changed, EventTrace, Kept
from rosey.diagnostics.traces.window import Window
from rosey.workbench.faces import trace_faces
from tests.diagnostics.traces.events import failed, listener, ran, traced


def shown(*events: EventTrace, left_out: int = 0) -> list[str]:
    traced_chain = ChainTrace(root=events[0].root, events=events, left_out=left_out)
    return trace_faces.chain(traced_chain).text.splitlines()


def test_what_an_event_led_to_stands_further_in() -> None:
    change = StateChange(path="count", before="1", after="2")
    lines = shown(
        traced(
            1,
            handled=(ran("a"), ran("a", handler="A.other"), failed("b")),
            kept=(Kept(plugin="a", change="count = 2"),),
            changed=(Changed(plugin="a", changes=(change,)),),
        ),
        traced(2, "a.told", root=1, cause=1, emitter="a", handled=(ran("b"),)),
        traced(3, "reply", root=1, cause=1, text="sorry"),
    )

    assert lines == [
        "user_join #1 from rosey: {} (1.0 ms)",
        "  a: Trivia.answer handled (took 1.0 ms)",
        "    state: count: 1 -> 2",
        "    stored: count = 2",
        "    a.told #2 from a: {} (1.0 ms)",
        "      b: Trivia.answer handled (took 1.0 ms)",
        "  a: A.other handled (took 1.0 ms)",
        "  b: Trivia.answer failed: ValueError: no (took 1.0 ms)",
        "  replied: sorry",
    ]


def test_what_is_refused_or_lacks_its_data_says_so() -> None:
    census = Census(listeners=tuple(listener(f"p{n}") for n in range(10)), prefix="!")
    lines = shown(traced(1, refused="too many", data=None, census=census), left_out=3)

    assert lines[:3] == [
        "user_join #1 from rosey, its data not kept: too much went on (1.0 ms)",
        "  refused: too many",
        "  no plugin handled it",
    ]
    assert lines[3] == "  not p0: it listens to nothing"
    assert lines[-2:] == ["  nor 2 other plugins", "3 more events are not kept"]


def test_an_event_that_was_cancelled_says_so() -> None:
    assert shown(traced(1, is_cancelled=True))[1] == "  cancelled with the code that emitted it"


def test_a_reply_that_fails_is_told_in_full() -> None:
    message = traced(1, "message", text="!x", user="bob", command=ran("a", handler="!x"))
    reply = traced(2, "reply", root=1, cause=1, emitter="a", text="y", handled=(failed("c"),))

    assert shown(message, reply)[2:] == [
        "    reply #2 from a: y (1.0 ms)",
        "      c: Trivia.answer failed: ValueError: no (took 1.0 ms)",
    ]


def test_events_without_their_root_are_shown() -> None:
    assert shown(traced(5, root=1, cause=1))[0] == "user_join #5 from rosey: {} (1.0 ms)"


def test_long_texts_are_cut_and_forge_no_line() -> None:
    lines = shown(traced(1, "message", user="eve\n  a: forged", text="x" * 500))

    assert len(lines) == 2
    assert "xxx…" in lines[0]


def test_slow_events_are_marked_in_a_list() -> None:
    events = (traced(1, handled=(ran("a", took_s=2.0),), data=None), traced(2, text="hi"))
    rows = trace_faces.events(events).text.splitlines()

    assert rows[1].endswith("slow: -")
    assert rows[2].endswith("hi")
    assert trace_faces.events(()).text == "no such event is kept"


def test_what_is_replied_is_not_told_twice_whatever_a_plugin_is_called() -> None:
    message = traced(1, "message", text="!x", user="bob", command=ran("replied", handler="!x"))
    reply = traced(2, "reply", root=1, cause=1, emitter="replied", text="y")
    talk = ChainTrace(root=1, events=(message, reply), left_out=3)

    assert trace_faces.conversation(talk).text.splitlines() == [
        "y",
        "  replied: !x handled (took 1.0 ms)",
        "  3 more events are not kept",
    ]


def test_of_very_many_events_the_first_are_told() -> None:
    root = traced(1, handled=(ran("a"),))
    ticks = [traced(n, "tick", root=1, cause=1, emitter="a") for n in range(2, 102)]

    lines = shown(root, *ticks)

    assert len([line for line in lines if "tick #" in line]) == 20
    assert lines[-1] == "    80 more: %rosey events --match chain:1"


def test_a_window_shows_its_newest_events_and_counts_the_rest() -> None:
    ring = Ring()
    ring.add(traced(1, "tick"))
    with Window(ring, parse("event:tick"), clock=lambda: 0.0) as window:
        head, _, row = trace_faces.window(window).text.splitlines()
        window.pause()
        ring.add(traced(2, "tick"))
        held = trace_faces.window(window).text.splitlines()

    assert head == "1 events match 'event:tick'; 0 are not kept"
    assert row.startswith("#1 ")
    assert held[:2] == [head, "the list is held; 1 are newer"]


def test_who_hears_an_event_is_a_table() -> None:
    hearer = Hearer(plugin=None, handler="Router.handle", pattern="mes*")
    heard = Audience(event="message", hearers=(hearer,), names=())
    nobody = Audience(event="tick", hearers=(), names=())

    assert trace_faces.audience(heard).text.splitlines()[1].split() == [
        "rosey",
        "Router.handle",
        "mes*",
    ]
    assert trace_faces.audience(nobody).text == "nobody listens to tick"


def test_a_place_in_the_code_is_a_line() -> None:
    assert trace_faces.handler_place(HandlerPlace(file="a.py", line=3)).text == "a.py:3"


def test_the_gist_of_an_event_without_data_is_a_dash() -> None:
    assert trace_faces.gist(traced(data="None")) == trace_faces.gist(traced(data=None)) == "-"
    assert trace_faces.gist(traced(text="", data="None")) == ""
