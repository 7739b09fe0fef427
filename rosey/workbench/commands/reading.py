"""Commands that read what the bot has done: its last events, and its log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rosey.diagnostics.log import LEVELS, RECORDS_KEPT
from rosey.diagnostics.state.texts import echoed
from rosey.errors import UsageError
from rosey.workbench.calls.traces import EVENTS_SHOWN
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.faces import render, trace_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session

LOG_LINES_SHOWN = 20
MOST_EVENTS_SHOWN = 1_000

MATCH = "--match"

LOG_OPTIONS = ("--level", "-n", "--event", "--search")

_COUNT = re.compile(r"(?<!\S)-n(\s+\S+|\s*\Z)")


def _events(session: Session, text: str) -> Answer:
    before, _, after = text.partition(MATCH)
    query, count = _count_in(after)
    asked = arguments.options(f"{before} {count}", valued=["-n"], most=1)
    if asked.words:
        number = asked.words[0].removeprefix("#")
        if after or asked.values or not arguments.is_number(number):
            raise UsageError(f"{echoed(asked.words[0])} is not the number of an event by itself")
        return trace_faces.chain(session.bot.traces.of(int(number)))
    shown = asked.number("-n", EVENTS_SHOWN, most=MOST_EVENTS_SHOWN)
    return trace_faces.events(session.bot.traces.last(shown, query))


def _count_in(query: str) -> tuple[str, str]:
    """A query without `-n COUNT`, and that."""
    found = _COUNT.search(query)
    return (query, "") if found is None else (_COUNT.sub(" ", query, count=1), found[0])


def _log(session: Session, text: str) -> Answer:
    asked = arguments.options(text, valued=LOG_OPTIONS, most=1)
    plugin = asked.words[0] if asked.words else None
    level = asked.values.get("--level", LEVELS[0]).upper()
    if level not in LEVELS:
        raise UsageError(f"--level takes one of {', '.join(LEVELS)}")
    event = asked.number("--event", 1, most=1 << 62) if "--event" in asked.values else None
    count = asked.number("-n", LOG_LINES_SHOWN, most=RECORDS_KEPT)
    search = asked.values.get("--search", "")
    found = session.log.lines(plugin, level=level, event=event, search=search)
    return render.log(found[-count:])


def _complete_events(session: Session, words: Sequence[str]) -> Iterable[str]:
    if MATCH in words:
        return candidates.query_terms(session, words)
    return () if words[-1:] == ["-n"] else ["-n", MATCH]


def _complete_log(session: Session, words: Sequence[str]) -> Iterable[str]:
    if words[-1:] == ["--level"]:
        return LEVELS
    if words[-1:] and words[-1] in LOG_OPTIONS:
        return ()
    options = [option for option in LOG_OPTIONS if option not in words]
    return options if words else [*candidates.loaded(session, words), *options]


EVENTS = WorkbenchCommand(
    name="events",
    arguments="[ID] [-n COUNT] [--match QUERY]",
    help="List the last events, those that match, or show what became of one.",
    example="%rosey events -n 5 --match plugin:trivia error:yes",
    python='bot.traces.last(5, "plugin:trivia error:yes")',
    run=_events,
    other_words=("history", "traces", "why"),
    complete=_complete_events,
)

LOG = WorkbenchCommand(
    name="log",
    arguments="[NAME] [--level LEVEL] [--event ID] [--search TEXT] [-n COUNT]",
    help="Show the last log records, of one plugin, of one event, or of all.",
    example="%rosey log trivia --level WARNING",
    python='bot.log("trivia", level="WARNING")',
    run=_log,
    other_words=("logs", "tail"),
    complete=_complete_log,
)
