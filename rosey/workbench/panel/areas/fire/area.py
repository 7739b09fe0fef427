"""The area that fires events: by name, with data that is checked while it is typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rosey.chat.model import Rank
from rosey.diagnostics.traces.audience import Audience
from rosey.diagnostics.traces.census import MESSAGE
from rosey.errors import RoseyError
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Area, Arguments
from rosey.workbench.panel.areas.fire.draft import fire, python_of, read
from rosey.workbench.panel.areas.fire.proposals import forget, keep, proposals
from rosey.workbench.panel.areas.fire.view import (
    BODY,
    DEFAULTS,
    EVENT,
    RANK,
    Typed,
    event_of,
    typed_in,
)
from rosey.workbench.panel.attempt import Attempt
from rosey.workbench.panel.controls import (
    area_of_text,
    completions,
    div,
    field,
    form,
    hue,
    line_of,
    nothing,
    submit,
    text,
)
from rosey.workbench.panel.ranks import ranks
from rosey.workbench.panel.sight import LOOK_S, Sight

LISTED = 10
"""How many events the same line of `%rosey` lists."""

_NAMES, _SAYS = "fire-names", "fire-says"


def _draw(sight: Sight) -> Element:
    typed = typed_in(sight)
    heard, trouble = _audience(sight)
    parts = [
        _form(sight, heard, typed),
        *_same(typed),
        *([_hearers(heard)] if heard is not None and heard.event else []),
        *([el("p", {"class": "trouble"}, trouble)] if trouble else []),
        proposals(sight, can_keep=typed.draft is not None),
    ]
    return div("fire", *parts)


def _form(sight: Sight, heard: Audience | None, typed: Typed) -> Element:
    view = sight.view
    is_wrong = bool(typed.error) and bool(view.text(EVENT))
    name = text(
        bind=EVENT, name="event", value=view.text(EVENT), placeholder="user_join", choices=_NAMES
    )
    body = area_of_text(
        bind=BODY,
        name="body",
        value=view.text(BODY),
        is_wrong=is_wrong,
        described_by=_SAYS if is_wrong else None,
    )
    says = [el("p", {"id": _SAYS, "class": "trouble"}, typed.error)] if is_wrong else []
    return form(
        "fire.fire",
        field("event", name),
        completions(_NAMES, heard.names if heard is not None else ()),
        *_rank(sight),
        submit("Fire", line=typed.line or "", is_on=typed.draft is not None),
        field("data, as JSON", body),
        *says,
    )


def _rank(sight: Sight) -> list[Element]:
    """As whom a message is said: it alone comes from somebody."""
    if event_of(sight) != MESSAGE:
        return []
    return [field("as", ranks(sight, RANK))]


def _same(typed: Typed) -> Iterator[Element]:
    """The line and the call that do the same."""
    if typed.draft is not None:
        lines = [] if typed.line is None else [line_of(typed.line)]
        yield div("same", "in a cell: ", *lines, line_of(python_of(typed.draft)))


def _audience(sight: Sight) -> tuple[Audience | None, str]:
    try:
        return sight.bot.traces.audience(event_of(sight), LOOK_S), ""
    except RoseyError as error:
        return None, str(error)


def _hearers(heard: Audience) -> Element:
    if not heard.hearers:
        return nothing(f"Nobody listens to {heard.event}: it would only be traced.")
    names = dict.fromkeys((hearer.plugin or "rosey", hearer.handler) for hearer in heard.hearers)
    rows = (
        el("li", {}, el("strong", {"class": hue(plugin)}, plugin), f" in {handler}")
        for plugin, handler in names
    )
    return el("div", {}, "It would be heard by", el("ul", {"class": "chips"}, *rows))


def _fire(sight: Sight, arguments: Arguments) -> Attempt:
    rank = str(arguments.get("rank", Rank.GUEST))
    draft = read(str(arguments["event"]), str(arguments["body"]), rank)
    return fire(sight.session, draft)


def _line(sight: Sight) -> str:
    event = event_of(sight)
    match = f"--match {shlex.quote(f'event:{event}')} " if event else ""
    return f"%rosey events {match}-n {LISTED}"


AREA = Area(
    name="fire",
    title="Fire",
    draw=_draw,
    line=_line,
    actions={
        "fire.fire": _fire,
        "fire.keep": keep,
        "fire.forget": forget,
    },
    view=DEFAULTS,
)
