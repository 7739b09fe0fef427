"""The area of the events: which ones there were, live, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator

from rosey.diagnostics.traces.window import Seen
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Area
from rosey.workbench.panel.areas.events.listing import IS_HELD, OPEN, look, table
from rosey.workbench.panel.areas.events.query import FIRST, QUERY, forget, keep, tools
from rosey.workbench.panel.areas.events.trace import again, opened
from rosey.workbench.panel.controls import div, line_of, link, nothing, switch
from rosey.workbench.panel.sight import Sight

LISTED = 50
"""How many events the same line of `%rosey` lists."""


def _draw(sight: Sight) -> Element:
    seen, error = look(sight)
    listed = table(sight, seen) if seen.matching else _none(seen)
    standing = div("tools", *_standing(sight, seen))
    return div(
        "events",
        tools(sight, error),
        standing,
        listed,
        *opened(sight),
    )


def _standing(sight: Sight, seen: Seen) -> Iterator[Element]:
    is_held = sight.view.is_on(IS_HELD)
    yield switch("Pause", IS_HELD, not is_held, is_pressed=is_held)
    yield el("span", {}, f"{seen.matching:,} events")
    if seen.is_paused:
        newer = f"{seen.newer:,} newer"
        yield link(newer, {IS_HELD: False, FIRST: 0}, about="show the newest")
        yield el("span", {"class": "quiet"}, "The list is held as it was.")
    if seen.unread:
        yield el("span", {"class": "quiet"}, f"{seen.unread:,} more are looked through.")
    if seen.dropped:
        about = "The newest are kept, and what failed, was slow or answered longer than the rest."
        yield el("span", {"class": "quiet", "title": about}, f"{seen.dropped:,} are not kept.")


def _none(seen: Seen) -> Element:
    if seen.unread:
        return nothing("The events that are kept are looked through.")
    return nothing(
        "No event that is kept matches the query. Say or fire something, or in a cell:",
        line_of("%rosey say !help"),
    )


def _line(sight: Sight) -> str:
    number, query = sight.view.text(OPEN), sight.view.text(QUERY).strip()
    if number:
        return f"%rosey events {number}"
    # At the end IPython would take a question mark for itself.
    return f"%rosey events --match {query} -n {LISTED}" if query else f"%rosey events -n {LISTED}"


AREA = Area(
    name="events",
    title="Events",
    draw=_draw,
    line=_line,
    actions={
        "events.again": again,
        "events.keep": keep,
        "events.forget": forget,
    },
    view={QUERY: "", FIRST: 0, IS_HELD: False, OPEN: ""},
)
