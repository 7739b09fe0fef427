"""Where the code of the handlers stands that an event went to."""

from __future__ import annotations

import functools
import types
from collections.abc import Mapping
from dataclasses import dataclass

from rosey.chat.router import Router
from rosey.diagnostics.traces.trace import EventTrace
from rosey.plugins.bus import PluginEventBus

_MOST_WRAPPED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerPlace:
    """Where a handler begins.

    Attributes:
        file: Its file; a name in angle brackets where it came from none.
        line: The line, from 1; of a decorated function that of its first decorator.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def handler_places(
    trace: EventTrace, bus: PluginEventBus, router: Router
) -> Mapping[str, HandlerPlace]:
    """By name of each handler that had an event, where it stands now, as far as that is known.

    Called on the bot's loop.
    """
    had = {(ran.plugin, ran.handler) for ran in trace.ran}
    known = {(s.face.plugin, s.face.handler): s.function for s in bus.listeners(trace.event)}
    called = trace.command.handler if trace.command is not None else ""
    command = router.find(called.removeprefix(router.prefix))
    if command is not None:
        known[command.plugin, called] = command.handler
    codes = {
        name: _code(function) for (plugin, name), function in known.items() if (plugin, name) in had
    }
    return {
        name: HandlerPlace(file=code.co_filename, line=code.co_firstlineno)
        for name, code in codes.items()
        if code is not None
    }


def _code(function: object) -> types.CodeType | None:
    """The code of a handler; by its type, as one of a plugin's own might do anything when asked."""
    for _ in range(_MOST_WRAPPED):
        if type(function) is functools.partial:
            function = function.func
        elif type(function) is types.MethodType:
            function = function.__func__
        elif type(function) is types.FunctionType:
            wrapped = function.__dict__.get("__wrapped__")
            if wrapped is None:
                return function.__code__
            function = wrapped
        else:
            break
    return None
