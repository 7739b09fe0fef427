"""How traces are shown: the report of one chain of events, and a list of many."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from rosey.chat.escaping import for_log
from rosey.chat.routed import Verdict
from rosey.diagnostics.durations import seconds
from rosey.diagnostics.traces.explanation import missed, why_not
from rosey.diagnostics.traces.recorder import REPLY
from rosey.diagnostics.traces.trace import ChainTrace, EventTrace, HandlerTrace, Kind
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer, Lines

_MOST_PLUGINS = 8
_MOST_CHARS = 200
_INDENT = "  "
_REPLIED = "replied: "
_NOT = "not "


def chain(traced: ChainTrace) -> Answer:
    """What became of an event, and of all that it led to."""
    return Answer(traced, Lines(lines=tuple(report(traced))))


def event(trace: EventTrace) -> Answer:
    """What became of one event, without what it led to."""
    return chain(ChainTrace(root=trace.root, events=(trace,), left_out=0))


def conversation(traced: ChainTrace) -> Answer:
    """What the bot replied, and below it what led to that."""
    if not traced.replies:
        return Answer(traced, Lines(lines=("(no reply)", *report(traced))))
    why = [line for trace in traced.events[:1] for line in _inside(traced, trace)]
    told = [_INDENT + line for line in why if not line.lstrip().startswith(_REPLIED)]
    return Answer(traced, Lines(lines=traced.replies), Lines(lines=tuple(told)))


def events(traces: Sequence[EventTrace]) -> Answer:
    """Events, one a row."""
    heads = ("id", "at", "event", "from", "took", "handled by", "what")
    rows = [
        [
            f"#{trace.id}",
            time.strftime("%H:%M:%S", time.localtime(trace.at)),
            trace.event,
            trace.user or trace.emitter or "rosey",
            seconds(trace.took_s),
            " ".join(dict.fromkeys(ran.plugin for ran in trace.ran if ran.plugin)) or "-",
            _gist(trace),
        ]
        for trace in traces
    ]
    return render.table(traces, heads, rows, empty="no such event is kept")


def line(trace: EventTrace) -> str:
    """One event on one line, for following them live."""
    who = trace.user or trace.emitter or "rosey"
    had = " ".join(dict.fromkeys(ran.plugin for ran in trace.ran if ran.plugin)) or "nobody"
    return f"#{trace.id} {trace.event} from {_short(who)} to {had}: {_gist(trace)}"


def report(traced: ChainTrace) -> Iterator[str]:
    """What became of a chain of events, in lines: what led to what stands further in."""
    known = {trace.id for trace in traced.events}
    for trace in traced.events:
        if trace.cause not in known:
            yield from _event(traced, trace)
    if traced.left_out:
        yield f"{traced.left_out} more events are not kept"


def _event(traced: ChainTrace, trace: EventTrace) -> Iterator[str]:
    said = trace.text if trace.text is not None else trace.data
    about = f": {_short(said)}" if said is not None else ", its data not kept: too much went on"
    who = trace.user or trace.emitter or "rosey"
    yield f"{trace.event} #{trace.id} from {_short(who)}{about} ({seconds(trace.took_s)})"
    for text in _inside(traced, trace):
        yield _INDENT + text


def _inside(traced: ChainTrace, trace: EventTrace) -> Iterator[str]:
    if trace.refused is not None:
        yield f"refused: {_short(trace.refused)}"
    if trace.is_cancelled:
        yield "cancelled with the code that emitted it"
    # The bot's own part is the same for each event, and told where it fails.
    shown = [ran for ran in trace.ran if ran.plugin is not None or ran.is_failure]
    first = {ran.plugin: ran for ran in reversed(shown)}
    for ran in shown:
        yield _ran(ran)
        if first[ran.plugin] is ran:
            yield from (_INDENT + text for text in _effects(traced, trace, ran.plugin))
    for child in traced.caused_by(trace.id):
        if child.emitter not in first:
            yield from _child(traced, child)
    if trace.event != REPLY:
        yield from _others(trace, is_heard=bool(first) or _is_answered(trace))


def _child(traced: ChainTrace, child: EventTrace) -> Iterator[str]:
    if child.event == REPLY and not child.failures:
        yield f"{_REPLIED}{_short(child.text or '')}"
    else:
        yield from _event(traced, child)


def _ran(ran: HandlerTrace) -> str:
    waited = f", waited {seconds(ran.waited_s)}" if ran.waited_s else ""
    error = f": {_short(ran.error)}" if ran.error else ""
    name = f"{ran.plugin or 'rosey'}: {_short(ran.handler)} {ran.outcome}{error}"
    return f"{name} (took {seconds(ran.took_s)}{waited})"


def _effects(traced: ChainTrace, trace: EventTrace, plugin: str | None) -> Iterator[str]:
    """What an event has led to in one plugin."""
    for changed in trace.changed or ():
        if changed.plugin == plugin:
            yield from (f"state: {_short(str(change))}" for change in changed.changes)
    yield from (f"stored: {_short(kept.change)}" for kept in trace.kept if kept.plugin == plugin)
    for child in traced.caused_by(trace.id):
        if child.emitter == plugin:
            yield from _child(traced, child)


def _is_answered(trace: EventTrace) -> bool:
    return trace.command is not None and trace.command.outcome is Verdict.ANSWERED


def _others(trace: EventTrace, *, is_heard: bool) -> Iterator[str]:
    """Who did not get the event, but handles such; all where nobody did who was asked."""
    is_asked_for = trace.cause is None and not is_heard
    if is_asked_for:
        yield "no plugin handled it"
    whys = why_not(trace) if is_asked_for else missed(trace)
    reasons = [f"{_NOT}{plugin}: {_short(why)}" for plugin, why in whys.items()]
    yield from reasons[:_MOST_PLUGINS]
    if len(reasons) > _MOST_PLUGINS:
        yield f"nor {len(reasons) - _MOST_PLUGINS} other plugins"


def _gist(trace: EventTrace) -> str:
    """What is most worth knowing of an event."""
    if trace.failures:
        return _short("; ".join(trace.failures))
    slow = "slow: " if trace.kind is Kind.SLOW else ""
    return slow + _short(trace.text if trace.text is not None else trace.data or "-")


def _short(text: str) -> str:
    """A text on one line, without what could forge another."""
    shown = for_log(text[: _MOST_CHARS + 1])
    return shown if len(text) <= _MOST_CHARS else f"{shown[:_MOST_CHARS]}…"
