"""How traces are shown: the report of one chain of events, and a list of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rosey.chat.escaping import for_log
from rosey.chat.routed import Verdict
from rosey.diagnostics.durations import seconds, time_of_day
from rosey.diagnostics.traces.audience import Audience
from rosey.diagnostics.traces.explanation import missed, why_not
from rosey.diagnostics.traces.handler_places import HandlerPlace
from rosey.diagnostics.traces.recorder import REPLY
from rosey.diagnostics.traces.trace import HELD, ChainTrace, EventTrace, HandlerTrace, Kind
from rosey.diagnostics.traces.window import Window
from rosey.workbench.calls.holding import Stepped
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer, Lines

_NO_DATA = "None"
_ROWS_SHOWN = 20
_MOST_PLUGINS = 8
_MOST_CHARS = 200
_INDENT = "  "
_MOST_CAUSED = 20


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
    shown = _Report(traced, without=[e.id for e in traced.events if e.event == REPLY])
    told = [_INDENT + line for line in (*shown.inside(traced.events[0]), *shown.left_out())]
    return Answer(traced, Lines(lines=traced.replies), Lines(lines=tuple(told)))


def stepped(step: Stepped) -> Answer:
    """What was let through to a plugin that is held, what it did, and what comes next."""
    first = step.held.first[0] if step.held is not None and step.held.first else None
    after = f"nothing more waits for {step.plugin}" if first is None else f"the next is {first}"
    return Answer(step, Lines(lines=tuple(report(step.chain))), Lines(lines=(after,)))


def events(traces: Sequence[EventTrace]) -> Answer:
    """Events, one a row."""
    heads = ("id", "at", "event", "from", "took", "handled by", "what")
    rows = [
        [
            f"#{trace.id}",
            time_of_day(trace.at),
            trace.event,
            trace.user or trace.emitter or "rosey",
            seconds(trace.took_s),
            " ".join(dict.fromkeys(ran.plugin for ran in trace.ran if ran.plugin)) or "-",
            gist(trace),
        ]
        for trace in traces
    ]
    return render.table(traces, heads, rows, empty="no such event is kept")


def window(opened: Window) -> Answer:
    """The newest of the events that a window shows, and how many there are."""
    seen = opened.look(0, _ROWS_SHOWN)
    counted = f"{seen.matching:,} events match {opened.query.text!r}; {seen.dropped:,} are not kept"
    newer = [f"the list is held; {seen.newer:,} are newer"] if seen.is_paused else []
    return Answer(opened, Lines(lines=(counted, *newer)), *events(seen.rows).parts)


def audience(heard: Audience) -> Answer:
    """Who hears an event, one handler a row, in the order in which they begin."""
    rows = [[hearer.plugin or "rosey", hearer.handler, hearer.pattern] for hearer in heard.hearers]
    empty = f"nobody listens to {heard.event}"
    return render.table(heard, ("plugin", "handler", "listens to"), rows, empty=empty)


def handler_place(place: HandlerPlace) -> Answer:
    """Where a handler begins."""
    return render.lines(place, [str(place)])


def line(trace: EventTrace) -> str:
    """One event on one line, for following them live."""
    who = trace.user or trace.emitter or "rosey"
    had = " ".join(dict.fromkeys(ran.plugin for ran in trace.ran if ran.plugin)) or "nobody"
    return f"#{trace.id} {trace.event} from {_short(who)} to {had}: {gist(trace)}"


def report(traced: ChainTrace) -> Iterator[str]:
    """What became of a chain of events, in lines: what led to what stands further in."""
    shown = _Report(traced)
    known = {trace.id for trace in traced.events}
    for trace in traced.events:
        if trace.cause not in known:
            yield from shown.event(trace)
    yield from shown.left_out()


class _Report:
    """The lines that tell of one chain of events.

    Args:
        traced: The chain.
        without: Ids of replies that are shown already.
    """

    def __init__(self, traced: ChainTrace, without: Iterable[int] = ()) -> None:
        self._traced = traced
        self._without = frozenset(without)

    def event(self, trace: EventTrace) -> Iterator[str]:
        """What became of one event, and what it led to."""
        said = trace.text if trace.text is not None else trace.data
        about = f": {_short(said)}" if said is not None else ", its data not kept: too much went on"
        who = trace.user or trace.emitter or "rosey"
        late = f", let through to {trace.late_for}," if trace.late_for is not None else ""
        took = seconds(trace.took_s)
        yield f"{trace.event} #{trace.id}{late} from {_short(who)}{about} ({took})"
        for text in self.inside(trace):
            yield _INDENT + text

    def inside(self, trace: EventTrace) -> Iterator[str]:
        """The same without the event itself."""
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
                yield from (_INDENT + text for text in self._effects(trace, ran.plugin))
        caused = self._traced.caused_by(trace.id)
        yield from self._caused([child for child in caused if child.emitter not in first])
        if trace.event != REPLY:
            yield from _others(trace, is_heard=bool(first) or _is_answered(trace))

    def left_out(self) -> Iterator[str]:
        """How much of the chain is not kept, where that is anything."""
        if self._traced.left_out:
            yield f"{self._traced.left_out} more events are not kept"

    def _effects(self, trace: EventTrace, plugin: str | None) -> Iterator[str]:
        """What an event has led to in one plugin."""
        for changed in trace.changed or ():
            if changed.plugin == plugin:
                yield from (f"state: {_short(str(change))}" for change in changed.changes)
        kept = [kept.change for kept in trace.kept if kept.plugin == plugin]
        yield from (f"stored: {_short(change)}" for change in kept)
        caused = self._traced.caused_by(trace.id)
        yield from self._caused([child for child in caused if child.emitter == plugin])

    def _caused(self, caused: Sequence[EventTrace]) -> Iterator[str]:
        """Events that one has led to; of very many, the first."""
        left = [child for child in caused if child.id not in self._without or child.failures]
        for child in left[:_MOST_CAUSED]:
            if child.event == REPLY and not child.failures:
                yield f"replied: {_short(child.text or '')}"
            else:
                yield from self.event(child)
        if len(left) > _MOST_CAUSED:
            more = len(left) - _MOST_CAUSED
            yield f"{more} more: %rosey events --match chain:{self._traced.root}"


def _ran(ran: HandlerTrace) -> str:
    if ran.outcome in HELD:
        return f"{ran.plugin}: {_short(ran.handler)} held: %rosey step {ran.plugin} lets it through"
    waited = f", waited {seconds(ran.waited_s)}" if ran.waited_s else ""
    error = f": {_short(ran.error)}" if ran.error else ""
    name = f"{ran.plugin or 'rosey'}: {_short(ran.handler)} {ran.outcome}{error}"
    return f"{name} (took {seconds(ran.took_s)}{waited})"


def _is_answered(trace: EventTrace) -> bool:
    return trace.command is not None and trace.command.outcome is Verdict.ANSWERED


def _others(trace: EventTrace, *, is_heard: bool) -> Iterator[str]:
    """Who did not get the event, but handles such; all where nobody did who was asked."""
    is_asked_for = trace.cause is None and not is_heard
    if is_asked_for:
        yield "no plugin handled it"
    whys = why_not(trace) if is_asked_for else missed(trace)
    reasons = [f"not {plugin}: {_short(why)}" for plugin, why in whys.items()]
    yield from reasons[:_MOST_PLUGINS]
    if len(reasons) > _MOST_PLUGINS:
        yield f"nor {len(reasons) - _MOST_PLUGINS} other plugins"


def gist(trace: EventTrace) -> str:
    """What is most worth knowing of an event."""
    if trace.failures:
        return _short("; ".join(trace.failures))
    slow = "slow: " if trace.kind is Kind.SLOW else ""
    said = trace.text if trace.text is not None else trace.data
    if said is None or said == _NO_DATA:
        said = "-"
    return slow + _short(said)


def _short(text: str) -> str:
    """A text on one line, without what could forge another."""
    shown = for_log(text[: _MOST_CHARS + 1])
    return shown if len(text) <= _MOST_CHARS else f"{shown[:_MOST_CHARS]}…"
