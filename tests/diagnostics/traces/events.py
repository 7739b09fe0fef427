"""Traces of events that never were, for tests of what keeps and explains them."""

from __future__ import annotations

from typing import Any

from rosey.diagnostics.traces.census import Census, Listener
from rosey.diagnostics.traces.trace import EventTrace, HandlerTrace
from rosey.plugins.calling.faults import Outcome
from rosey.plugins.lifecycle import PluginState


def ran(plugin: str | None = "trivia", **facts: Any) -> HandlerTrace:  # noqa: ANN401  as fields are
    """A handler that ended well."""
    usual: dict[str, Any] = {
        "handler": "Trivia.answer",
        "outcome": Outcome.HANDLED,
        "is_failure": False,
        "waited_s": 0.0,
        "took_s": 0.001,
        "error": None,
    }
    return HandlerTrace(plugin=plugin, **{**usual, **facts})


def failed(plugin: str = "trivia", **facts: Any) -> HandlerTrace:  # noqa: ANN401  as above
    """A handler that raised."""
    return ran(plugin, outcome=Outcome.FAILED, is_failure=True, error="ValueError: no", **facts)


def listener(plugin: str = "trivia", **facts: Any) -> Listener:  # noqa: ANN401  as above
    """A plugin that is enabled and listens to nothing."""
    usual: dict[str, Any] = {
        "state": PluginState.ENABLED,
        "patterns": (),
        "commands": (),
        "waits_for": (),
    }
    return Listener(plugin=plugin, **{**usual, **facts})


def traced(event_id: int = 1, event: str = "user_join", **facts: Any) -> EventTrace:  # noqa: ANN401  as above
    """What became of an event; by default a root that nobody heard."""
    usual: dict[str, Any] = {
        "at": 1_000.0,
        "root": event_id,
        "cause": None,
        "hops": 0,
        "origin": None,
        "emitter": None,
        "late_for": None,
        "user": None,
        "rank": None,
        "text": None,
        "data": "{}",
        "took_s": 0.001,
        "is_stopped": False,
        "is_cancelled": False,
        "refused": None,
        "handled": (),
        "command": None,
        "kept": (),
        "changed": (),
        "census": Census(listeners=(), prefix="!"),
    }
    return EventTrace(id=event_id, event=event, **{**usual, **facts})
