"""The kernel of a bot that is served: no client ends it, and nobody's settings change it."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from traitlets.config import Config

from rosey.workbench.extension import HOW_TO_STOP

REFUSED = f"this kernel is a running bot and goes on: {HOW_TO_STOP}"

_ACKNOWLEDGED_S = 1.0


class BotShell(ZMQInteractiveShell):
    """A shell in which `exit` and `sys.exit()` end nothing."""

    def ask_exit(self) -> None:
        """Say that the bot goes on; a console that asks leaves alone."""
        sys.stderr.write(f"{REFUSED}\n")
        payload = {"source": "ask_exit", "keepkernel": True}
        payloads: Any = self.payload_manager
        payloads.write_payload(payload)

    def showtraceback(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  IPython's own
        """Show it, and after a `SystemExit` that the bot goes on."""
        super().showtraceback(*arguments, **named)
        if isinstance(sys.exc_info()[1], SystemExit):
            sys.stderr.write(f"{REFUSED}\n")


class BotKernel(IPythonKernel):
    """A kernel that answers a `shutdown_request`, and does not obey it.

    Attributes:
        interrupting: Set while the kernel itself sends its process the signal of a Ctrl-C;
            whoever sees that signal clears it.
    """

    shell_class = BotShell

    def __init__(self, **named: Any) -> None:  # noqa: ANN401  ipykernel's own
        super().__init__(**named)  # type: ignore[no-untyped-call]  # ipykernel's own
        self.interrupting = threading.Event()
        self.acknowledged = threading.Event()

    async def shutdown_request(self, stream: Any, ident: Any, parent: Any) -> None:  # noqa: ANN401  ipykernel's own
        """Refuse it, on whichever channel it comes."""
        logging.getLogger("rosey.kernel").info("a client asked the kernel to shut down: refused")
        session: Any = self.session
        shown = {"name": "stderr", "text": f"{REFUSED}\n"}
        session.send(self.iopub_socket, "stream", shown, parent)
        content = {"status": "error", "ename": "Refused", "evalue": REFUSED, "traceback": []}
        session.send(stream, "shutdown_reply", content, parent, ident=ident)

    def _send_interrupt_children(self) -> None:
        """Interrupt the running cell, and nothing else: no other process, and not the bot."""
        if not hasattr(signal, "pthread_kill"):
            return
        self.acknowledged.clear()
        self.interrupting.set()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        # One after the other: two signals that arrive as one would leave a mark behind.
        self.acknowledged.wait(_ACKNOWLEDGED_S)
        # The handler of an async cell writes down what to do without waking the loop for it.
        self.io_loop.add_callback(lambda: None)
        self.interrupting.clear()


class BotKernelApp(IPKernelApp):
    """A kernel beside a bot: its own settings, its own log, the process's own streams."""

    def load_config_file(self, *_: object, **__: object) -> None:
        """Read no settings: neither a user's nor a folder's are to change a bot that is served."""

    def init_code(self) -> None:
        """Run no startup files, for the same reason."""

    def init_poller(self) -> None:
        """Do not end with the process that has started this one."""

    def configure_tornado_logger(self) -> None:
        """Leave logging to the command line, which redacts it."""


def open_kernel(sockets: Path) -> BotKernelApp:
    """Make the kernel of this process; `app.start` runs it, `app.close` ends it.

    From here on `sys.stdout` and `sys.stderr` are those of the cells, until it is closed.

    Args:
        sockets: A short folder that nobody else can look into.
    """
    settings = Config()
    settings.BotKernelApp = _settings(sockets)
    # By its place: by its name it would be looked for in the working directory, too.
    settings.ProfileDir.location = str(sockets / "profile")
    # The history would be one more file that grows, with a thread of its own.
    settings.HistoryManager.enabled = False
    warnings.filterwarnings("ignore", "To exit: use 'exit'", UserWarning)
    app: BotKernelApp = BotKernelApp.instance(
        config=settings, log=logging.getLogger("ipykernel"), kernel_class=BotKernel
    )
    app.initialize([])  # type: ignore[no-untyped-call]  # ipykernel's own
    shell: Any = app.shell
    shell.extension_manager.load_extension("rosey")
    return app


def connection_of(app: BotKernelApp) -> Mapping[str, Any]:
    """How a client reaches it, as a connection file says it."""
    info: Mapping[str, Any] = {**app.get_connection_info()}
    return {**info, "key": app.session.key.decode()}


def _settings(sockets: Path) -> Config:
    settings = Config(
        auto_create=True,
        ipython_dir=str(sockets),
        connection_file=str(sockets / "kernel.json"),
        # What C code and other processes print stays where it goes without a kernel.
        capture_fd_output=False,
        ignore_cwd=True,
        exec_PYTHONSTARTUP=False,
        # It only keeps ipykernel from printing how to connect.
        parent_handle=1,
        interrupt=0,
    )
    if sys.platform == "win32":
        settings.update(transport="tcp", ip="127.0.0.1")
    else:
        settings.update(transport="ipc", ip=str(sockets / "k"))
    return settings
