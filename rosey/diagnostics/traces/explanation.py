"""Why a plugin did not get an event."""

from __future__ import annotations

from collections.abc import Iterator

from rosey.diagnostics.traces.census import MESSAGE, Listener
from rosey.diagnostics.traces.trace import EventTrace
from rosey.plugins.delivery.routes import fits
from rosey.plugins.lifecycle import PluginState


def why_not(trace: EventTrace) -> dict[str, str]:
    """By name of each plugin that did not get an event, why."""
    return {listener.plugin: _reason(listener, trace) for listener in _without(trace)}


def missed(trace: EventTrace) -> dict[str, str]:
    """The same for those only that handle such events, and should have had it."""
    return {
        listener.plugin: _reason(listener, trace)
        for listener in _without(trace)
        if _is_meant(listener, trace)
    }


def _without(trace: EventTrace) -> Iterator[Listener]:
    if trace.late_for is not None:
        return iter(())
    had = {ran.plugin for ran in trace.ran}
    return (listener for listener in trace.census.listeners if listener.plugin not in had)


def _is_meant(listener: Listener, trace: EventTrace) -> bool:
    is_called = trace.event == MESSAGE and _called(trace) in listener.commands
    return is_called or _handles(listener, trace)


def _handles(listener: Listener, trace: EventTrace) -> bool:
    return any(fits(pattern, trace.event) for pattern in listener.patterns)


def _reason(listener: Listener, trace: EventTrace) -> str:
    if listener.state is not PluginState.ENABLED:
        waits = f"not loaded: it waits for {', '.join(listener.waits_for)}"
        return waits if listener.waits_for else f"it was {listener.state}"
    if _handles(listener, trace):
        return _missed(trace)
    if trace.event == MESSAGE and listener.commands:
        return _uncalled(listener, trace)
    if listener.patterns:
        return f"it handles {_some(listener.patterns)}, not {trace.event}"
    only = "answers commands, and handles no events" if listener.commands else "listens to nothing"
    return f"it {only}"


def _missed(trace: EventTrace) -> str:
    """Why an event that would have fitted did not come."""
    if trace.refused is not None:
        return f"the event was refused: {trace.refused}"
    if trace.is_stopped and trace.handled:
        last = trace.handled[-1]
        return f"{last.plugin or 'rosey'} stopped the event in {last.handler}"
    return "it was being changed, or subscribed only then"


def _uncalled(listener: Listener, trace: EventTrace) -> str:
    answers = f"it answers {_some(listener.commands)}"
    text, prefix = trace.text or "", trace.census.prefix
    if not text.startswith(prefix):
        return f"{answers}; the text does not begin with {prefix}"
    return f"{answers}; the text calls {_called(trace)}"


def _called(trace: EventTrace) -> str:
    """The first word of a message."""
    return [*(trace.text or "").split(maxsplit=1), ""][0]


def _some(names: tuple[str, ...], most: int = 5) -> str:
    left = len(names) - most
    return ", ".join(names[:most]) + (f" and {left} more" if left > 0 else "")
