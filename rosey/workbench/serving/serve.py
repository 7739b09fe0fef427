"""Serving a bot: the bot on its own thread, a kernel in the main thread, until the bot is over."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rosey.chat.connection import Connection
from rosey.config import Config
from rosey.workbench.extension import session_of
from rosey.workbench.magics import NAME
from rosey.workbench.serving.keeper import STOPPING, Keeper
from rosey.workbench.serving.kernel import BotKernelApp, connection_of, open_kernel
from rosey.workbench.serving.places import SOCKETS, place_of, publish, refuse_taken
from rosey.workbench.session import Session

_LONGEST_BYTES = 107 - len("/k-12345")
"""Of a folder with sockets, whose paths have 107 bytes at the most on Linux."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is served.

    Attributes:
        name: Under which `rosey attach` finds it.
        config: What the bot runs.
        connection: Where people talk to it; None for its own local one.
        begin: Called with the session before the bot starts: to set up logging.
        report: Called with the session when the bot can be attached to.
    """

    name: str
    config: Config
    connection: Connection | None
    begin: Callable[[Session], None]
    report: Callable[[Session], None]


def serve(served: Served) -> None:
    """Run a bot, and a kernel for those who attach to it, until the bot is over.

    Call it in the main thread. It takes over signals: the first stops the bot, as its own end and
    `%rosey stop` do, and a second does not wait for that.

    Raises:
        RoseyError: The name is taken, or the bot cannot be started or stopped.
    """
    refuse_taken(served.name)
    with _interrupting_signals(), _sockets() as sockets, _kernel(sockets) as app:
        shell: Any = app.shell
        session = session_of(shell)
        served.begin(session)
        file = place_of(served.name)
        keeper = Keeper(app, session, lambda: _leave(file, sockets))
        facade = session.serve(served.config, served.connection, keeper.tell_end)
        try:
            shell.user_ns[NAME] = facade
            publish(file, connection_of(app), served.config.origin)
            _run(app, keeper, file, lambda: served.report(session))
        finally:
            session.stop()


def _run(app: BotKernelApp, keeper: Keeper, file: Path, report: Callable[[], None]) -> None:
    try:
        keeper.listen()
        report()
        while not keeper.is_over:
            app.start()  # type: ignore[no-untyped-call]  # ipykernel's own
    finally:
        file.unlink(missing_ok=True)
        keeper.close()


def _leave(file: Path, sockets: Path) -> None:
    """End the process although a cell of the main thread does not end."""
    file.unlink(missing_ok=True)
    shutil.rmtree(sockets, ignore_errors=True)
    os._exit(0)


@contextlib.contextmanager
def _interrupting_signals() -> Iterator[None]:
    """Have what stops a service interrupt the main thread, as Ctrl-C does."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOPPING}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _sockets() -> Iterator[Path]:
    """A folder for sockets, which its owner alone can look into."""
    folder = Path(tempfile.mkdtemp(prefix=SOCKETS))  # 0700
    if len(bytes(folder)) > _LONGEST_BYTES:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix=SOCKETS, dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _kernel(sockets: Path) -> Iterator[BotKernelApp]:
    app = open_kernel(sockets)
    try:
        yield app
    finally:
        app.close()  # type: ignore[no-untyped-call]  # ipykernel's own
