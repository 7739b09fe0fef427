"""The area of the log: what was logged last, newest first, filtered, and held while it is read."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rosey.diagnostics.durations import time_of_day
from rosey.diagnostics.log import LEVELS, RECORDS_KEPT, LogLine, picked
from rosey.diagnostics.log_repeats import RepeatedLine, repeated
from rosey.workbench.commands.arguments import is_number
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.panel.area import Area
from rosey.workbench.panel.controls import (
    div,
    field,
    hue,
    link,
    nothing,
    opener,
    select,
    switch,
    text,
    windowed,
)
from rosey.workbench.panel.sight import Sight

LEVEL, PLUGIN, SEARCH, EVENT = "log.level", "log.plugin", "log.search", "log.event"
FIRST, IS_HELD, OPEN = "log.first", "log.is_held", "log.open"

ROWS = 100
"""How many rows are there at a time."""

_FILTERS = {LEVEL: LEVELS[0], PLUGIN: "", SEARCH: "", EVENT: ""}
_HEADS = ("time", "level", "from", "event", "times", "message")
_SEEN = "log.held"
_WRONG = "log-event-wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The records of a moment.

    Attributes:
        lines: The records, oldest first.
        count: How many there had been until then.
        is_held: They are those of a moment that is over.
    """

    lines: tuple[LogLine, ...]
    count: int
    is_held: bool


def _draw(sight: Sight) -> Element:
    kept = _kept(sight)
    rows = repeated(_wanted(sight, kept.lines))
    first = max(0, min(sight.view.number(FIRST), len(rows) - 1))
    shown = [_row(sight, row) for row in rows[first : first + ROWS]]
    table = windowed(_HEADS, shown, label="Log records", name=FIRST, first=first, total=len(rows))
    return div(
        "log",
        _tools(sight),
        _standing(sight, kept),
        table if rows else _none(sight),
        *_opened(sight, rows),
    )


def _kept(sight: Sight) -> _Kept:
    """The records that there are, or were when the list was held, or scrolled away from its top."""
    held: _Kept | None = sight.seen.pop(_SEEN, None)
    if not sight.view.is_on(IS_HELD) and sight.view.number(FIRST) <= 0:
        return _taken(sight, is_held=False)
    # What is read stays, although the log lets go of it.
    held = sight.seen[_SEEN] = held if held is not None else _taken(sight, is_held=True)
    return held


def _taken(sight: Sight, *, is_held: bool) -> _Kept:
    lines = sight.session.log.lines()
    return _Kept(lines=lines, count=lines[-1].number if lines else 0, is_held=is_held)


def _wanted(sight: Sight, lines: Sequence[LogLine]) -> tuple[LogLine, ...]:
    """Those of some records that the filters let through."""
    view = sight.view
    return picked(
        lines,
        view.text(PLUGIN) or None,
        level=_level(sight),
        event=_event(sight),
        search=view.text(SEARCH),
    )


def _tools(sight: Sight) -> Element:
    view = sight.view
    names = dict.fromkeys([*sight.bot.standing(), *filter(None, [view.text(PLUGIN)])])
    plugins = [("", "all"), *((name, name) for name in names)]
    event = view.text(EVENT)
    is_wrong = bool(event) and _event(sight) is None
    number = text(
        bind=EVENT,
        value=event,
        label="event",
        placeholder="number",
        is_wrong=is_wrong,
        described_by=_WRONG if is_wrong else None,
    )
    return div(
        "tools",
        field("level", select([(one, one) for one in LEVELS], bind=LEVEL, value=_level(sight))),
        field("plugin", select(plugins, bind=PLUGIN, value=view.text(PLUGIN))),
        field("search", text(bind=SEARCH, value=view.text(SEARCH), kind="search")),
        field("event", number, note=_no_number() if is_wrong else None),
    )


def _no_number() -> Element:
    return el("small", {"class": "trouble", "id": _WRONG}, "a number is needed")


def _standing(sight: Sight, kept: _Kept) -> Element:
    """The button that holds the list, what came meanwhile, and what is not there."""
    log, is_on = sight.session.log, sight.view.is_on(IS_HELD)
    parts = [switch("Pause", IS_HELD, not is_on, is_pressed=is_on)]
    if kept.is_held:
        fresh = [line for line in log.lines() if line.number > kept.count]
        newer = f"{len(_wanted(sight, fresh)):,} newer"
        shows = {IS_HELD: False, FIRST: 0}
        parts.append(link(newer, shows, about="show the newest"))
        # Of these nobody can say whether they would match.
        gone = max(log.dropped - kept.count, 0)
        missed = f", and {gone:,} that came since are not kept" if gone else ""
        parts.append(el("span", {"class": "quiet"}, f"The list is held as it was{missed}."))
    if log.dropped:
        told = f"{log.dropped:,} older than the last {RECORDS_KEPT:,} are not kept."
        parts.append(el("span", {"class": "quiet"}, told))
    return div("tools", *parts)


def _row(sight: Sight, row: RepeatedLine) -> Element:
    line = row.newest
    whose = line.plugin or line.logger
    is_open = row.has(sight.view.number(OPEN))
    opens = {OPEN: 0 if is_open else line.number}
    message = opener(line.text, opens, is_open=is_open, title=line.text)
    return el(
        "tr",
        {"class": f"level-{line.level.lower()}" if line.level in LEVELS else None},
        el("td", {}, time_of_day(line.at)),
        el("td", {"class": "level"}, line.level),
        el("td", {"class": hue(whose), "title": line.logger}, whose),
        el("td", {}, *_trace(line)),
        el("td", {}, f"×{row.count}" if row.count > 1 else ""),  # noqa: RUF001  the sign for it
        el("td", {}, message),
        does={"key": row.oldest.number},
    )


def _opened(sight: Sight, rows: Sequence[RepeatedLine]) -> Iterator[Element]:
    """The record that is open, in full."""
    for row in rows:
        if row.has(sight.view.number(OPEN)):
            line = row.newest
            since = time_of_day(row.oldest.at)
            times = f", {row.count} times since {since}" if row.count > 1 else ""
            about = f"{time_of_day(line.at)} {line.level} {line.logger}{times} "
            close = link("Close", {OPEN: 0}, about="the record")
            told = el("p", {"class": "quiet"}, about, *_trace(line), " ", close)
            # Escaped, a line feed begins no other record; here there is none, and a traceback is
            # to be read.
            yield div("opened", told, el("pre", {}, line.text.replace("\\n", "\n")))


def _trace(line: LogLine) -> Iterator[Element]:
    if line.event is not None:
        shows = {"area": "events", "events.open": str(line.event)}
        yield link(f"#{line.event}", shows, about="trace of the event")


def _none(sight: Sight) -> Element:
    if all(sight.view.text(name) == value for name, value in _FILTERS.items()):
        return nothing("Nothing was logged. What plugins log or print comes here, and in no cell.")
    clear = link("Clear the filters", _FILTERS)
    return el("p", {"class": "nothing"}, "No record matches. ", clear)


def _level(sight: Sight) -> str:
    level = sight.view.text(LEVEL)
    return level if level in LEVELS else LEVELS[0]


def _event(sight: Sight) -> int | None:
    """The event whose records are wanted; None for any, and where that is no number."""
    number = sight.view.text(EVENT).strip().removeprefix("#")
    return int(number) if is_number(number) else None


def _line(sight: Sight) -> str:
    view, event = sight.view, _event(sight)
    words = ["%rosey log", *map(shlex.quote, filter(None, [view.text(PLUGIN)]))]
    if _level(sight) != LEVELS[0]:
        words.append(f"--level {_level(sight)}")
    if event:
        words.append(f"--event {event}")
    if search := view.text(SEARCH):
        words.append(f"--search {shlex.quote(search)}")
    return " ".join(words)


AREA = Area(
    name="log",
    title="Log",
    draw=_draw,
    line=_line,
    view={**_FILTERS, FIRST: 0, IS_HELD: False, OPEN: 0},
)
