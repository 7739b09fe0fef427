"""What fails on the bot's loop in a plugin's name while nobody asks for it: that is its fault."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import weakref
from typing import Any

from rosey.plugins.calling.faults import Fault
from rosey.plugins.calling.ownership import Call, current_call
from rosey.plugins.ledger import Ledger
from rosey.plugins.loop.tasks import call_of_task
from rosey.plugins.remedies.lines import name_of

UNOBSERVED_S = 5.0
"""Seconds in which somebody may ask for the exception of a task that its plugin keeps."""


class Unobserved:
    """Reports what the loop would only log: tasks that failed unnoticed, callbacks that raised.

    A loop hears of a failed task when nobody holds it any more. A plugin that keeps its task would
    hide the fault as long, so that such a task is looked at a while after it has failed.

    Args:
        loop: Whose exception handler this is between `open` and `close`. What is no plugin's goes
            to the one that was there before.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._previous = loop.get_exception_handler()
        self._looks: set[asyncio.TimerHandle] = set()

    def open(self) -> None:
        """Become the loop's exception handler."""
        self._loop.set_exception_handler(self.handle)

    def close(self) -> None:
        """Put back what was there before; one that somebody has set since stays."""
        for look in self._looks:
            look.cancel()
        if self._loop.get_exception_handler() == self.handle:
            self._loop.set_exception_handler(self._previous)

    def follow(self, task: asyncio.Task[Any], call: Call) -> None:
        """Report `task`, which runs for `call`, where it fails and nobody asks for that."""
        # Whoever asks does it at the end of the task, or a little later.
        task.add_done_callback(functools.partial(self._ended, call), context=_context_of(call))

    def _ended(self, call: Call, task: asyncio.Task[Any]) -> None:
        if not _is_unobserved(task):
            return
        looks = self._looks

        def look(reference: weakref.ref[asyncio.Task[Any]]) -> None:
            looks.discard(timer)
            failed = reference()
            error = failed.exception() if failed is not None and _is_unobserved(failed) else None
            if failed is not None and error is not None:
                _report(call, f"task {failed.get_name()}", error)

        timer = self._loop.call_later(UNOBSERVED_S, look, weakref.ref(task))
        looks.add(timer)

    def handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Called by the loop with what nobody has caught."""
        # By any thread, and in the midst of anything: a task is missed with its last reference.
        error, call = context.get("exception"), _call_of(context)
        if error is not None and call is not None and not loop.is_closed():
            fault = Fault.of(_owner(call).name, _where(context), error)
            report = _owner(call).report
            loop.call_soon_threadsafe(report, fault, context=_context_of(call))
        elif self._previous is not None:
            self._previous(loop, context)
        else:
            loop.default_exception_handler(context)


def _report(call: Call, where: str, error: BaseException) -> None:
    owner = _owner(call)
    owner.report(Fault.of(owner.name, where, error))


def _owner(call: Call) -> Ledger:
    owner = call[0]
    assert isinstance(owner, Ledger)  # noqa: S101  others are not followed
    return owner


def _is_unobserved(task: asyncio.Task[Any]) -> bool:
    # The loop itself goes by this flag; there is no public one.
    return bool(getattr(task, "_log_traceback", False))


def _call_of(context: dict[str, Any]) -> Call | None:
    """For whom that ran which has failed; None where that is no plugin."""
    handle = context.get("handle")
    if handle is not None:
        call = handle._context.get(current_call)  # noqa: SLF001  a handle has nothing public
    else:
        call = call_of_task(context.get("exception"))
    return call if call is not None and isinstance(call[0], Ledger) else None


def _where(context: dict[str, Any]) -> str:
    handle = context.get("handle")
    if handle is not None:
        return f"callback {name_of(handle._callback)}"  # noqa: SLF001  as above
    # A future that stands for several tasks has no name.
    task = context.get("task") or context.get("future")
    return f"task {task.get_name()}" if isinstance(task, asyncio.Task) else "task"


def _context_of(call: Call) -> contextvars.Context:
    """One in which a report belongs to the chain of events that the failure belongs to."""
    context = contextvars.Context()
    context.run(current_call.set, call)
    return context
