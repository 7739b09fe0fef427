"""A bot that `rosey run --attachable` serves, in a process of its own, for tests."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.blocking.client import BlockingKernelClient

END_S = 30.0
DEADLINE_S = 30.0

STOP = "%rosey unlock it is over\n%rosey stop"
"""A cell that stops it."""


@dataclass(frozen=True, slots=True)
class ServedBot:
    """A bot that runs.

    Attributes:
        process: Its process.
        file: Where it is published.
        log: What it had logged when it could be attached to.
    """

    process: subprocess.Popen[str]
    file: Path
    log: str

    def end(self) -> int:
        """Wait for its end; the exit code."""
        return self.process.wait(END_S)

    def rest(self) -> str:
        """What it has logged since; it must have ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def ask(self, line: str) -> str:
        """Say something to a bot whose connection is the console; the first line of its reply."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def wait_for(self, words: str) -> None:
        """Read its log up to a line with these words."""
        _read_until(self.process, words)

    @contextlib.contextmanager
    def client(self) -> Iterator[Notebook]:
        """Somebody who is attached to it."""
        client = BlockingKernelClient()
        client.load_connection_file(str(self.file))
        client.start_channels()
        try:
            client.wait_for_ready(timeout=DEADLINE_S)
            yield Notebook(client)
        finally:
            client.stop_channels()
            client.context.term()


@dataclass(frozen=True, slots=True)
class Notebook:
    """A client of a kernel.

    Attributes:
        client: Jupyter's own.
    """

    client: BlockingKernelClient

    def run(self, code: str) -> str:
        """Run a cell; all that it shows, as text."""
        shown: list[str] = []

        def show(message: dict[str, dict[str, object]]) -> None:
            content = message["content"]
            data = content.get("data", {})
            assert isinstance(data, dict)
            shown.append(str(content.get("text") or data.get("text/plain") or ""))
            shown.append(f"{content.get('ename', '')} {content.get('evalue', '')}")

        self.client.execute_interactive(code, timeout=DEADLINE_S, output_hook=show)
        return "".join(shown)

    def begin(self, code: str, until: str) -> str:
        """Begin to run a cell, and wait until it has printed something; its id."""
        identity: str = self.client.execute(code, stop_on_error=False)
        while True:
            message = self.client.get_iopub_msg(timeout=DEADLINE_S)
            if until in str(message["content"].get("text", "")):
                return identity

    def status(self, identity: str) -> str:
        """Wait for the end of a cell; how it ended."""
        while True:
            message = self.client.get_shell_msg(timeout=DEADLINE_S)
            if message["parent_header"].get("msg_id") == identity:
                return str(message["content"].get("ename") or message["content"]["status"])

    def ask(self, request: str) -> dict[str, object]:
        """Send a request on the control channel; the content of the reply."""
        message = self.client.session.msg(request, {"restart": False})
        self.client.control_channel.send(message)
        content: dict[str, object] = self.client.get_control_msg(timeout=DEADLINE_S)["content"]
        return content


@contextlib.contextmanager
def served(folder: Path, *arguments: str, name: str = "pet") -> Iterator[ServedBot]:
    """Serve a bot from a folder until the block ends."""
    command = [sys.executable, "-m", "rosey", "run", "--attachable", name, *arguments]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            log = _read_until(process, f"rosey attach {name}")
            yield ServedBot(process, folder / "runtime" / "rosey" / f"{name}.json", log)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(END_S)
                process.kill()


def environment(folder: Path) -> dict[str, str]:
    """The environment of a process that publishes and finds bots below a folder."""
    return {**os.environ, "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}


def _read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended without {words!r}:\n{said}")
