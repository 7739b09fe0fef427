"""The trace of one event in the panel: what became of it, and what sends it again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from rosey.diagnostics.traces.again import Draft, draft_of
from rosey.diagnostics.traces.handler_places import HandlerPlace
from rosey.diagnostics.traces.trace import ChainTrace, EventTrace
from rosey.errors import RoseyError
from rosey.workbench.crossing.looks import TAB_S
from rosey.workbench.faces import trace_faces
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Arguments
from rosey.workbench.panel.areas.events.listing import OPEN
from rosey.workbench.panel.areas.fire.draft import fire, line_for
from rosey.workbench.panel.areas.fire.view import filled
from rosey.workbench.panel.attempt import Attempt
from rosey.workbench.panel.controls import button, div, line_of, link
from rosey.workbench.panel.sight import Sight
from rosey.workbench.panel.view import AREA


def opened(sight: Sight) -> list[Element]:
    """The trace of the event that is open, if any."""
    number = sight.view.text(OPEN)
    if not number:
        return []
    close = link("Close", {OPEN: ""}, about=f"the trace of event {number}")
    head = el("h3", {}, f"Trace of #{number}")
    try:
        chain = sight.bot.traces.of(int(number))
        parts = [*_trace(sight, chain, int(number))]
    except (RoseyError, ValueError) as error:
        parts = [el("p", {"class": "trouble"}, str(error))]
    return [el("section", {"class": "trace"}, div("tools", head, close), *parts)]


def again(sight: Sight, arguments: Arguments) -> Attempt:
    """Fire an event once more, as it was."""
    trace = _event(sight.bot.traces.of(int(arguments["event"])), int(arguments["event"]))
    return fire(sight.session, draft_of(trace))


def _trace(sight: Sight, chain: ChainTrace, number: int) -> Iterator[Element]:
    trace = _event(chain, number)
    yield div("tools", *_firing(trace), line_of(f"%rosey events {number}"))
    yield from trace_faces.chain(chain).elements
    with contextlib.suppress(RoseyError):  # a plugin blocks the bot: the rest is shown
        places = sight.bot.traces.handler_places(trace, TAB_S)
        of_plugins = {ran.handler for ran in trace.ran if ran.plugin is not None}
        yield from (_place(name, places[name]) for name in places if name in of_plugins)


def _event(chain: ChainTrace, number: int) -> EventTrace:
    return {trace.id: trace for trace in chain.events}[number]


def _firing(trace: EventTrace) -> Iterator[Element]:
    about, does = f"event {trace.id}", {"event": trace.id}
    try:
        draft = draft_of(trace)
        line, why = line_for(draft) or "", ""
    except RoseyError as error:
        draft = Draft(event=trace.event, data={})
        line, why = "", f"It cannot be fired again as it was: {error}."
    yield button("Fire again", "events.again", does, line=line, about=about, is_on=not why)
    yield link("Edit and fire", {**filled(draft), AREA: "fire"}, about=about)
    if why:
        yield el("span", {"class": "quiet"}, why)


def _place(name: str, place: HandlerPlace) -> Element:
    folder = f"{Path.cwd()}{os.sep}"
    code = el("code", {}, str(place).removeprefix(folder))
    return el("p", {"class": "place"}, f"{name}: ", code)
