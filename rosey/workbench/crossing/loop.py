"""A loop in a thread of its own, so that a busy cell never stops the bot."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import contextvars
import logging
import math
import os
import sys
import threading
import time
import types
import weakref
from collections.abc import Callable, Coroutine, Generator, Iterator
from typing import Any, Generic, ParamSpec, TypeVar

from rosey.diagnostics.stacks import plugin_of
from rosey.errors import RoseyError

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")

START_S = 10.0
"""Seconds in which the thread must be up."""

STOP_S = 5.0
"""Seconds in which the thread must end; one that a plugin blocks is abandoned then."""

NAME = "rosey-loop"
"""The name of the bot's thread."""

_BREATH_S = 0.5
"""Seconds after which a wait begins anew: an interrupt at its very beginning does not end it."""

_ROUNDS = 10
"""How often tasks are cancelled at the end; each round may start new ones."""


def blocked_at(thread: threading.Thread) -> str:
    """Which line of a plugin a thread executes at the moment, for the end of a message.

    Returns:
        ` (plugins/trivia.py:12)`; nothing where it executes none.
    """
    frame = _plugin_frame(sys._current_frames().get(thread.ident or 0))  # noqa: SLF001  documented, for debuggers
    if frame is None:
        return ""
    file = frame.f_code.co_filename
    return f" ({file if file.startswith('<') else os.path.relpath(file)}:{frame.f_lineno})"


def plugin_in(frame: types.FrameType | None) -> str | None:
    """The name of the plugin whose code runs in a frame or further out; None where none does."""
    frame = _plugin_frame(frame)
    return None if frame is None else plugin_of(frame)


def _plugin_frame(frame: types.FrameType | None) -> types.FrameType | None:
    while frame is not None and plugin_of(frame) is None:
        frame = frame.f_back
    return frame


class Crossing(Generic[Result]):
    """Work on the bot's loop, seen from outside: `await` it, or ask for its `result()`.

    The work goes on whether or not anybody waits for it. `cancel` ends it, and so does
    cancelling what awaits it.

    Args:
        thread: Where the loop runs.
    """

    def __init__(self, thread: threading.Thread) -> None:
        self._future: concurrent.futures.Future[Result] = concurrent.futures.Future()
        self._thread = thread
        self._ended = threading.Event()
        self._task: asyncio.Task[Result] | None = None

    def __await__(self) -> Generator[Any, None, Result]:
        return asyncio.wrap_future(self._future).__await__()

    def result(self, timeout_s: float | None = None) -> Result:
        """Wait for the work, and return what it returned.

        Args:
            timeout_s: Seconds to wait at the most; None waits for ever.

        Raises:
            RoseyError: The call comes from the bot's own thread, which would wait for itself.
            TimeoutError: It takes longer; it goes on.
            CancelledError: It was cancelled.
        """
        if threading.current_thread() is self._thread and not self._future.done():
            raise RoseyError("result() would stop the bot's own thread for ever: await instead")
        end = math.inf if timeout_s is None else time.monotonic() + timeout_s
        while True:
            left_s = end - time.monotonic()
            try:
                return self._future.result(min(left_s, _BREATH_S))
            except TimeoutError:
                # The work may have raised it, or be done this very moment.
                if self._future.done():
                    return self._future.result()
                if left_s <= _BREATH_S:
                    raise

    @property
    def is_over(self) -> bool:
        """Whether the work has ended, or was cancelled."""
        return self._future.done()

    @property
    def blocked_at(self) -> str:
        """Which line of a plugin the bot executes at the moment; see `blocked_at`."""
        return blocked_at(self._thread)

    def cancel(self) -> bool:
        """Cancel the work; False where it has ended."""
        return self._future.cancel()

    def call_off(self) -> None:
        """Ask the work to end; `result` then tells how it ended: it may have been done by then."""
        task = self._task
        if task is None:
            self._future.cancel()
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed, and all on it has ended
            task.get_loop().call_soon_threadsafe(task.cancel)

    def join(self, timeout_s: float) -> bool:
        """Wait until the work has ended, cancelled work too: it may have to give things back.

        Returns:
            Whether it has ended within `timeout_s` seconds.
        """
        return self._ended.wait(timeout_s)

    async def work(self, code: Coroutine[Any, Any, Result]) -> Result:
        """Do the work, unless it was cancelled before it began."""
        if self._future.cancelled():
            code.close()
            raise asyncio.CancelledError
        return await code

    def follow(self, task: asyncio.Task[Result]) -> None:
        """Follow the task that does the work; called once, on the loop."""
        loop = task.get_loop()
        self._task = task

        def pass_on(future: concurrent.futures.Future[Result]) -> None:
            if future.cancelled() and not task.done():
                loop.call_soon_threadsafe(task.cancel)

        task.add_done_callback(self._end)
        self._future.add_done_callback(pass_on)

    def _end(self, task: asyncio.Task[Result]) -> None:
        self._task = None
        self._ended.set()
        if task.cancelled():
            self._future.cancel()
            return
        error = task.exception()
        if not self._future.set_running_or_notify_cancel():
            return
        if error is None:
            self._future.set_result(task.result())
        else:
            self._future.set_exception(error)

    def __repr__(self) -> str:
        if not self._future.done():
            return "<Crossing: under way; await it, or call result()>"
        if self._future.cancelled():
            return "<Crossing: cancelled>"
        if (error := self._future.exception()) is not None:
            return f"<Crossing: failed with {type(error).__name__}>"
        return "<Crossing: done; await it, or call result()>"


_note: contextvars.ContextVar[Callable[[Crossing[Any]], None] | None]
_note = contextvars.ContextVar("rosey_note_of_crossings", default=None)


@contextlib.contextmanager
def noting(note: Callable[[Crossing[Any]], None] | None) -> Iterator[None]:
    """Have each crossing noted that this thread begins meanwhile, before anybody waits for it.

    Args:
        note: Called with each; None has none of them noted.
    """
    before = _note.set(note)
    try:
        yield
    finally:
        _note.reset(before)


class LoopThread:
    """An event loop that runs in its own thread, between construction and `stop`.

    Args:
        name: The thread's name.
    """

    def __init__(self, name: str = NAME) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_log_fault)
        self._executor = _LastingExecutor(thread_name_prefix=f"{name}-worker")
        self._loop.set_default_executor(self._executor)
        # Held while something is handed over: nothing is, once the loop is told to stop.
        self._gate = threading.Lock()
        self._is_open = True
        self._newest: weakref.ref[Crossing[Any]] | None = None
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=[ready], name=name, daemon=True)
        self._thread.start()
        if not ready.wait(START_S):  # pragma: no cover  only on a machine that starts no threads
            raise RoseyError(f"the bot's thread did not start within {START_S:g} s")

    def submit(self, code: Coroutine[Any, Any, Result]) -> Crossing[Result]:
        """Run a coroutine on the loop, from any thread.

        Raises:
            RoseyError: The loop is stopped.
        """
        with self._gate:
            if not self._is_open:
                code.close()
                raise RoseyError("this bot is stopped: %rosey start starts another")
            crossing: Crossing[Result] = Crossing(self._thread)
            self._newest = weakref.ref(crossing)

            def begin() -> None:
                # An empty context: what plugins start from here on must not write into the cell
                # that happens to run, nor keep its message alive.
                context = contextvars.Context()
                task = self._loop.create_task(crossing.work(code), context=context)
                crossing.follow(task)

            self._loop.call_soon_threadsafe(begin)
        if (note := _note.get()) is not None:
            note(crossing)
        return crossing

    def refuse_itself(self) -> None:
        """Refuse a call from this very thread.

        Raises:
            RoseyError: It is one.
        """
        if threading.current_thread() is self._thread:
            raise RoseyError(
                "this is the bot's own thread, which would wait for itself: "
                "in a plugin use self.bot and its own attributes"
            )

    def newest(self) -> Crossing[Any] | None:
        """The work that was handed over last, as long as somebody has it."""
        return self._newest() if self._newest is not None else None

    def blocked_at(self) -> str:
        """Which line of a plugin the thread executes at the moment; see `blocked_at`."""
        return blocked_at(self._thread)

    def stop(self, timeout_s: float = STOP_S) -> None:
        """Cancel what is left on the loop, close it, and wait until the thread has ended.

        Args:
            timeout_s: Seconds to wait.

        Raises:
            RoseyError: It does not end: something blocks it. It ends with the process.
        """
        with self._gate:
            if self._is_open:
                self._is_open = False
                self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            where = self.blocked_at()
            raise RoseyError(f"the bot's thread does not end: something blocks it{where}")

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(ready.set)
        while self._is_open:
            self._loop.run_forever()
            if self._is_open:
                logger.error("somebody stopped the bot's event loop: it goes on")
        self._loop.run_until_complete(_cancel_everything())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        # Not by the loop, which would start a thread for it: Python 3.12 starts none at its exit.
        self._executor.shutdown()
        self._loop.close()


async def _cancel_everything() -> None:
    for _ in range(_ROUNDS):
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if not left:
            return
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=1)


def _log_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody caught; asyncio's own logger would write it into whichever cell runs."""
    del loop
    logger.error("%s", context["message"], exc_info=context.get("exception"))


class _LastingExecutor(concurrent.futures.ThreadPoolExecutor):
    """Threads for `asyncio.to_thread`, also while the interpreter exits.

    Python closes its thread pools before it calls what stops the bot, and plugins may well use
    `to_thread` in their teardown, to save a file.
    """

    def submit(
        self,
        function: Callable[Parameters, Result],
        /,
        *arguments: Parameters.args,
        **named: Parameters.kwargs,
    ) -> concurrent.futures.Future[Result]:
        try:
            return super().submit(function, *arguments, **named)
        except RuntimeError:
            future: concurrent.futures.Future[Result] = concurrent.futures.Future()

        def run() -> None:
            try:
                future.set_result(function(*arguments, **named))
            except BaseException as error:  # noqa: BLE001  it belongs to whoever waits
                future.set_exception(error)

        try:
            threading.Thread(target=run, daemon=True).start()
        except RuntimeError:  # pragma: no cover  Python 3.12 starts no thread at its exit
            run()
        return future
