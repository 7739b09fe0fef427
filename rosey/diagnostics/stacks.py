"""Whose code a thread executes at the moment, as text: a frame that is kept pins a plugin."""

from __future__ import annotations

import asyncio
import traceback
import types
from collections.abc import Iterator
from dataclasses import dataclass

from rosey.plugins.calling.ownership import current_call
from rosey.plugins.loading.loader import NAMESPACE

# Nothing public says where a loop waits.
_RUN_ONCE = vars(asyncio.BaseEventLoop)["_run_once"].__code__
_RUN_HANDLE = vars(asyncio.Handle)["_run"].__code__


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a thread.

    Attributes:
        plugin: In whose code the thread is; None where it is nobody's.
        handler: The outermost function of that code, by its qualified name.
        caller: The plugin that has called that one; None where none has.
    """

    plugin: str | None
    handler: str
    caller: str | None = None

    def __str__(self) -> str:
        by = f" (called by {self.caller})" if self.caller is not None else ""
        return f"{self.handler}{by}"


def is_waiting(frame: types.FrameType) -> bool:
    """Whether the innermost frame of an event loop's thread waits for something to do.

    False also where nobody can tell, as with a loop that is not written in Python.
    """
    caller = frame.f_back
    return caller is not None and caller.f_code is _RUN_ONCE and frame.f_code.co_name == "select"


def holder_of(frame: types.FrameType) -> Holder:
    """Whose code is on the stack that ends with `frame`: the plugin's that was called last."""
    stack = _outermost_first(frame)
    plugins = [plugin_of(part) for part in stack]
    innermost = next((name for name in reversed(plugins) if name is not None), None)
    if innermost is None:
        return _holder_without_frames(stack)
    others = [place for place, name in enumerate(plugins) if name not in {None, innermost}]
    first = plugins.index(innermost, others[-1] if others else 0)
    caller = plugins[others[-1]] if others else None
    return Holder(plugin=innermost, handler=_name(stack[first]), caller=caller)


def stack_of(frame: types.FrameType) -> str:
    """The stack that ends with `frame` as Python prints it, from the first plugin's code on."""
    stack = _outermost_first(frame)
    begin = next((place for place, part in enumerate(stack) if plugin_of(part) is not None), 0)
    places = ((part, part.f_lineno) for part in stack[begin:])
    return "".join(traceback.StackSummary.extract(places).format())


def plugin_of(frame: types.FrameType) -> str | None:
    """The plugin whose code a frame executes; None where it is no plugin's."""
    family, _, rest = str(frame.f_globals.get("__name__", "")).partition(":")
    return rest.partition("@")[0] if family == NAMESPACE else None


def awaiting(code: object) -> Iterator[types.FrameType]:
    """The frames of a coroutine, and of what it awaits, the outermost first."""
    # A suspended task itself tells of the outermost only.
    while code is not None:
        frame = getattr(code, "cr_frame", None) or getattr(code, "gi_frame", None)
        if frame is None:
            return
        yield frame
        code = getattr(code, "cr_await", None) or getattr(code, "gi_yieldfrom", None)


def _outermost_first(frame: types.FrameType) -> list[types.FrameType]:
    return [part for part, _ in traceback.walk_stack(frame)][::-1]


def _holder_without_frames(stack: list[types.FrameType]) -> Holder:
    """Who let the loop call what is no plugin's code, such as a library's task or `time.sleep`."""
    runs = [place for place, part in enumerate(stack) if part.f_code is _RUN_HANDLE]
    if not runs:
        return Holder(plugin=None, handler=_name(stack[-1]))
    # A handle that has run lets itself go, and one that is cancelled its context.
    context = getattr(stack[runs[-1]].f_locals.get("self"), "_context", None)
    call = context.get(current_call) if context is not None else None
    owner = call[0] if call is not None else None
    called = stack[runs[-1] :][:2][-1]
    return Holder(plugin=owner.name if owner is not None else None, handler=_name(called))


def _name(frame: types.FrameType) -> str:
    return frame.f_code.co_qualname.rpartition("<locals>.")[2]
