"""What of a generation still runs, or waits to: tasks, timers, threads, callbacks of the loop."""

from __future__ import annotations

import asyncio
import functools
import signal
import sys
import threading
import types
from collections.abc import Iterator
from typing import Any

from rosey.plugins.remedies.lines import name_of, taken_back
from rosey.plugins.remedies.origin import Origin


def tasks(origin: Origin) -> Iterator[str]:
    """Those that the ledger never saw, for instance as a thread of the plugin started them."""
    loop = running_loop()
    if loop is None:
        return
    for task in asyncio.all_tasks(loop) - {asyncio.current_task(loop)}:
        frame = getattr(task.get_coro(), "cr_frame", None)
        if frame is not None and origin.has(frame.f_globals.get("__name__")):
            what = f"task {task.get_name()!r} ({frame.f_code.co_qualname})"
            yield taken_back(what, task.cancel)


def timers(origin: Origin) -> Iterator[str]:
    """Callbacks of `call_later` and `call_at`."""
    for handle in [*getattr(running_loop(), "_scheduled", ())]:
        if _is_of(handle, origin):
            what = f"timer of {name_of(handle._callback)}"  # noqa: SLF001  a handle has nothing public
            yield taken_back(what, functools.partial(_cancel, handle))


def readers_and_writers(origin: Origin) -> Iterator[str]:
    """Callbacks of `add_reader` and `add_writer`."""
    loop: Any = running_loop()
    selector = getattr(loop, "_selector", None)
    for key in [*selector.get_map().values()] if selector is not None else []:
        reader, writer = key.data
        if _is_of(reader, origin):
            take_back = functools.partial(loop.remove_reader, key.fd)
            yield taken_back(f"reader of file descriptor {key.fd}", take_back)
        if _is_of(writer, origin):
            take_back = functools.partial(loop.remove_writer, key.fd)
            yield taken_back(f"writer of file descriptor {key.fd}", take_back)


def loop_signal_handlers(origin: Origin) -> Iterator[str]:
    """Callbacks of `add_signal_handler`."""
    loop: Any = running_loop()
    for number, handle in [*getattr(loop, "_signal_handlers", {}).items()]:
        if _is_of(handle, origin):
            take_back = functools.partial(loop.remove_signal_handler, number)
            yield taken_back(f"the loop's handler of {signal.Signals(number).name}", take_back)


def loop_exception_handler(origin: Origin) -> Iterator[str]:
    """The bot's takes its place, which the bot's task factory knows; without a bot asyncio's."""
    loop: Any = running_loop()
    handler = loop.get_exception_handler() if loop is not None else None
    if origin.owns(handler):
        before = getattr(loop.get_task_factory(), "exception_handler", None)
        # Not by the loop's own attribute: that refuses plugins, in whose name this may run.
        take_back = functools.partial(type(loop).set_exception_handler, loop, before)
        yield taken_back(f"the loop's exception handler {name_of(handler)}", take_back)


def threads(origin: Origin) -> Iterator[str]:
    """Nothing can stop a thread; only one that waits to call a function can be told not to."""
    frames = sys._current_frames()  # noqa: SLF001  documented, in spite of its name
    own = {threading.current_thread(), threading.main_thread()}
    for thread in threading.enumerate():
        frame = frames.pop(thread.ident or 0, None)
        if thread in own:
            continue
        if isinstance(thread, threading.Timer) and origin.owns(thread.function):
            yield taken_back(f"timer of {name_of(thread.function)}", thread.cancel)
        elif _is_started_by(thread, origin) or runs(frame, origin):
            yield f"thread {thread.name!r} still runs: join it in teardown"
    # Those that `_thread` has started are on no list.
    for frame in frames.values():
        if runs(frame, origin):
            yield "thread without a name still runs: end it in teardown"


def runs(frame: types.FrameType | None, origin: Origin) -> bool:
    """Whether code of the generation is on the stack that ends with `frame`."""
    while frame is not None:
        if origin.has(frame.f_globals.get("__name__")):
            return True
        frame = frame.f_back
    return False


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that runs in this thread; None where none does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _is_of(handle: Any, origin: Origin) -> bool:  # noqa: ANN401  a handle's parts are private
    callback, arguments = getattr(handle, "_callback", None), getattr(handle, "_args", None)
    return any(map(origin.owns, (callback, *(arguments or ()))))


def _cancel(handle: Any) -> None:  # noqa: ANN401  as above
    handle.cancel()
    # The loop keeps a cancelled timer until it would have been due, and with it the variables of
    # whoever set it.
    handle._context = None  # noqa: SLF001  as said


def _is_started_by(thread: threading.Thread, origin: Origin) -> bool:
    # A library's loop, for instance, that is to call the plugin back.
    given = getattr(thread, "_args", ()), [*getattr(thread, "_kwargs", {}).values()]
    return any(map(origin.owns, (thread, getattr(thread, "_target", None), *given[0], *given[1])))
