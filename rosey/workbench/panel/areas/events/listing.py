"""The list of events: the rows that are looked at, of a window that follows the bot."""

from __future__ import annotations

from collections.abc import Iterator

from rosey.diagnostics.durations import seconds, time_of_day
from rosey.diagnostics.traces.trace import EventTrace, Kind
from rosey.diagnostics.traces.window import Seen, Window
from rosey.errors import UsageError
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.faces.trace_faces import gist
from rosey.workbench.panel.areas.events.query import (
    FIRST,
    QUERY,
    Words,
    changed,
    narrowed,
    words_of,
)
from rosey.workbench.panel.controls import hue, link, windowed
from rosey.workbench.panel.sight import Sight
from rosey.workbench.panel.watch import Watch, window

IS_HELD, OPEN = "events.is_held", "events.open"

ROWS = 60
"""Rows that are there at once: as many as a high screen shows, and some to scroll on."""

LINKED_CHARS = 200

_WINDOW = "events.window"
_HEADS = ("id", "time", "event", "from", "plugins", "took", "what")
_SIGNS = {Kind.PLAIN: "·", Kind.ANSWERED: "↩", Kind.SLOW: "◷", Kind.FAILED: "✗"}


def look(sight: Sight) -> tuple[Seen, str]:
    """What the window shows, and what is wrong with the query: the one before stays."""
    opened, error = _window(sight)
    first = max(sight.view.number(FIRST), 0)
    if sight.view.is_on(IS_HELD) or first:
        opened.pause()
    else:
        opened.resume()
    seen = opened.look(first, ROWS)
    if not seen.rows:
        seen = opened.look(max(seen.matching - ROWS, 0), ROWS)
    return seen, error


def table(sight: Sight, seen: Seen) -> Element:
    """The rows as a long list."""
    picked = words_of(sight.view.text(QUERY))
    rows = [_row(trace, picked, sight.view.text(OPEN)) for trace in seen.rows]
    first = min(max(sight.view.number(FIRST), 0), seen.matching - len(rows))
    return windowed(
        _HEADS, rows, label="Events, newest first", name=FIRST, first=first, total=seen.matching
    )


def _window(sight: Sight) -> tuple[Window, str]:
    """The window on what is looked for; the one before stays while the query cannot be read."""
    try:
        return window(sight, _WINDOW, sight.view.text(QUERY)), ""
    except UsageError as error:
        watch: Watch | None = sight.seen.get(_WINDOW)
        if watch is not None and watch.is_of(sight.bot.traces):
            return watch.window, str(error)
        return window(sight, _WINDOW, ""), str(error)


def _row(trace: EventTrace, picked: Words, opened: str) -> Element:
    is_open = str(trace.id) == opened
    cells = (
        [*_id(trace, is_open=is_open)],
        [time_of_day(trace.at)],
        [_filter(picked, "event", trace.event)],
        [_origin(trace, picked)],
        [*_plugins(trace, picked)],
        [seconds(trace.took_s)],
        [gist(trace)],
    )
    attributes = {"class": f"kind-{trace.kind} {'is-open' if is_open else ''}"}
    return el(
        "tr", attributes, *(el("td", {}, *cell) for cell in cells), does={"key": str(trace.id)}
    )


def _id(trace: EventTrace, *, is_open: bool) -> Iterator[Element | str]:
    """The event's number, which opens its trace or closes it, after a sign for its kind."""
    kind, number = str(trace.kind), f"#{trace.id}"
    yield el("span", {"role": "img", "aria-label": kind, "title": kind}, _SIGNS[trace.kind])
    yield " "
    change = {OPEN: "" if is_open else str(trace.id)}
    yield link(number, change, about="trace of the event")


def _origin(trace: EventTrace, picked: Words) -> Element | str:
    if trace.user is not None:
        return _filter(picked, "user", trace.user)
    return "rosey" if trace.emitter is None else _plugin(picked, trace.emitter)


def _plugins(trace: EventTrace, picked: Words) -> Iterator[Element | str]:
    names = dict.fromkeys(ran.plugin for ran in trace.ran if ran.plugin is not None)
    for name in names:
        yield _plugin(picked, name)
        yield " "
    if not names:
        yield "-"


def _plugin(picked: Words, name: str) -> Element:
    return el("span", {"class": hue(name)}, _filter(picked, "plugin", name))


def _filter(picked: Words, term: str, value: str) -> Element | str:
    """A name that a click narrows the list to; one that nobody would pick by is only shown."""
    if len(value) > LINKED_CHARS:
        return f"{value[:LINKED_CHARS]}…"
    return link(value, changed(narrowed(picked, term, value)))
