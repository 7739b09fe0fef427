"""Who ends a bot that is served: signals and the bot itself, and nobody else."""

from __future__ import annotations

import contextlib
import enum
import logging
import queue
import signal
import socket
import threading
from collections.abc import Callable

from tornado.ioloop import IOLoop

from rosey.errors import RoseyError
from rosey.workbench.serving.kernel import BotKernelApp
from rosey.workbench.session import STOP_S, Session

logger = logging.getLogger(__name__)

END_S = 5.0
"""Seconds that a running cell has to end when the bot is over, and again when interrupted."""

STOPPING = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
)


class _Reason(enum.Enum):
    SIGNAL = enum.auto()
    OVER = enum.auto()


class Keeper:
    """Ends the kernel when the bot is over, and stops the bot on a signal; made in the main thread.

    The main thread runs cells, so that it may be busy for ever: what ends the process happens in a
    thread of its own. Signals come by the file descriptor into which Python's own C handler writes
    them at once, whatever the main thread does.

    Args:
        app: The kernel of this process.
        session: Of the bot.
        leave: Ends the process where a cell does not end; the bot is stopped by then.

    Attributes:
        is_over: Whether the bot is over, and the kernel is to end.
    """

    def __init__(self, app: BotKernelApp, session: Session, leave: Callable[[], None]) -> None:
        self._app = app
        self._session = session
        self._leave = leave
        # A thread's plain lock could be held by the very code that a signal comes upon.
        self._reasons: queue.SimpleQueue[_Reason] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._loop = IOLoop.current()
        self.is_over = False
        self._near, self._far = socket.socketpair()
        self._far.settimeout(0)

    def tell_end(self) -> None:
        """Say that the bot is over; from any thread."""
        self._reasons.put(_Reason.OVER)

    def listen(self) -> None:
        """Have signals stop the bot from now on; in the main thread."""
        for number in STOPPING:
            # It does nothing: a handler in Python makes the one in C write.
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        for name, work in (("signals", self._hear), ("keeper", self._keep)):
            threading.Thread(target=work, name=f"kernel-{name}", daemon=True).start()

    def close(self) -> None:
        """Leave signals to Python again; in the main thread, when the kernel has ended."""
        self._ended.set()
        signal.set_wakeup_fd(-1)
        for number in STOPPING:
            signal.signal(number, signal.default_int_handler)
        self._near.shutdown(socket.SHUT_RDWR)

    def _hear(self) -> None:
        interrupting = self._app.kernel.interrupting
        while content := self._near.recv(1):
            if content[0] == signal.SIGINT and interrupting.is_set():
                interrupting.clear()
                self._app.kernel.acknowledged.set()
            elif content[0] in STOPPING:
                self._reasons.put(_Reason.SIGNAL)
        self._near.close()
        self._far.close()

    def _keep(self) -> None:
        if self._reasons.get() is _Reason.SIGNAL:
            self._stop_bot()
        self.is_over = True
        self._loop.add_callback(self._loop.stop)
        if self._ended.wait(END_S):
            return
        logger.warning("a cell is still running: it is interrupted")
        self._app.kernel._send_interrupt_children()  # noqa: SLF001  what a client's request does
        if not self._ended.wait(END_S):
            self._leave()

    def _stop_bot(self) -> None:
        """Stop the bot; a second signal does not wait for that."""
        stopping = None
        with contextlib.suppress(RoseyError):  # somebody was quicker
            stopping = self._session.ask_to_stop()
        try:
            reason = self._reasons.get(timeout=STOP_S)
        except queue.Empty:
            logger.warning("the bot did not stop within %g s%s", STOP_S, self._session.blocked_at)
        else:
            if reason is _Reason.SIGNAL and stopping is not None:
                stopping.call_off()
