"""A real IPython kernel for tests: its cells, what they show, and its completions."""

from __future__ import annotations

import ast
import contextlib
import os
import queue
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

DEADLINE_S = 30.0

PROBE = Path(__file__).parent / "probe.py"


@dataclass
class Cell:
    """What came of one cell.

    Attributes:
        status: `ok` or `error`.
        stdout: What it printed.
        stderr: What it printed as an error.
        faces: By MIME type, what it showed, in order.
        updates: By MIME type, what it showed in place of something later, in order.
        traceback: The lines of its traceback, where it has one.
    """

    status: str = ""
    stdout: str = ""
    stderr: str = ""
    faces: list[Mapping[str, str]] = field(default_factory=list)
    updates: list[Mapping[str, str]] = field(default_factory=list)
    traceback: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text face of what it showed."""
        return "\n".join(face["text/plain"] for face in self.faces)

    @property
    def reply(self) -> str:
        """The first line that it showed."""
        return self.text.partition("\n")[0]

    @property
    def html(self) -> str:
        """The HTML face of what it showed."""
        return "".join(face["text/html"] for face in self.faces)


class Kernel:
    """A kernel in a process of its own. Use it as a context manager.

    Args:
        folder: Its working directory, where it keeps all that it writes.

    Attributes:
        comm_messages: What widgets have sent, in order.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._manager: KernelManager
        self._client: BlockingKernelClient
        self._cells: dict[str, Cell] = {}
        self.comm_messages: list[Mapping[str, Any]] = []

    def __enter__(self) -> Self:
        kept = {
            "IPYTHONDIR": "ipython",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_RUNTIME_DIR": "runtime",
        }
        own = {name: str(self._folder / f".{folder}") for name, folder in kept.items()}
        # Free ports could be taken by the kernel of another worker before this one binds them.
        self._sockets = tempfile.TemporaryDirectory(prefix="rosey-kernel-")
        self._manager = KernelManager(
            kernel_name="python3", transport="ipc", ip=f"{self._sockets.name}/socket"
        )
        self._manager.start_kernel(cwd=str(self._folder), env={**os.environ, **own})
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=DEADLINE_S)
        self.run(f"exec(compile(open({str(PROBE)!r}).read(), 'probe', 'exec'), probe := {{}})")
        self.run("%unload_ext rosey\n%pinfo len")  # IPython loads these magics when they are used
        return self

    def __exit__(self, *_: object) -> None:
        if self._manager.has_kernel:
            self.shutdown()
        self._client.stop_channels()
        self._manager.cleanup_resources()
        self._sockets.cleanup()

    @contextlib.contextmanager
    def another_notebook(self) -> Iterator[Kernel]:
        """Another notebook that is attached to the same kernel."""
        other = Kernel(self._folder)
        other._manager = self._manager
        other._client = self._manager.blocking_client()
        other._client.start_channels()
        try:
            other._client.wait_for_ready(timeout=DEADLINE_S)
            yield other
        finally:
            other._client.stop_channels()

    def run(self, code: str) -> Cell:
        """Run a cell to its end."""
        return self.finish(self.begin(code))

    def begin(self, code: str) -> str:
        """Begin to run a cell; `finish` takes what this returns."""
        identity: str = self._client.execute(code)
        self._cells[identity] = Cell()
        return identity

    def finish(self, identity: str) -> Cell:
        """Wait until a cell has ended and shown what it shows."""
        self._until(lambda message: _is_idle(message, identity))
        reply = self._client.get_shell_msg(timeout=DEADLINE_S)
        while reply["parent_header"].get("msg_id") != identity:
            reply = self._client.get_shell_msg(timeout=DEADLINE_S)
        cell = self._cells[identity]
        cell.status = reply["content"]["status"]
        return cell

    def wait_for_output(self, identity: str, text: str) -> None:
        """Wait until a cell has printed a text."""
        cell = self._cells[identity]
        if text not in cell.stdout:
            self._until(lambda _: text in cell.stdout)

    def wait_for_update(self, cell: Cell, text: str) -> None:
        """Wait until a cell shows a text in place of something that it has shown before."""

        def is_shown(_: object = None) -> bool:
            return any(text in face["text/plain"] for face in cell.updates[-1:])

        if not is_shown():
            self._until(is_shown)

    def send_to_comm(self, comm_id: str, data: Mapping[str, Any]) -> None:
        """Send a message to a widget, as a front end does."""
        content = {"comm_id": comm_id, "data": data}
        self._client.shell_channel.send(self._client.session.msg("comm_msg", content))

    def wait_for_comm(self) -> None:
        """Wait until a widget has sent something more."""
        before = len(self.comm_messages)
        self._until(lambda _: len(self.comm_messages) > before)

    def value(self, expression: str) -> Any:  # noqa: ANN401  whatever the expression gives
        """What an expression of plain values gives, outside of any cell's history."""
        identity = self._client.execute("", silent=True, user_expressions={"value": expression})
        self._cells[identity] = Cell()
        self._until(lambda message: _is_idle(message, identity))
        reply = self._client.get_shell_msg(timeout=DEADLINE_S)
        result = reply["content"]["user_expressions"]["value"]
        assert result["status"] == "ok", result
        return ast.literal_eval(result["data"]["text/plain"])

    def complete(self, code: str) -> list[str]:
        """What a press of Tab at the end of a cell offers."""
        reply = self._client.complete(code, len(code), reply=True, timeout=DEADLINE_S)
        matches: list[str] = reply["content"]["matches"]
        return matches

    def completed(self, code: str) -> list[str]:
        """What the cell can become by a press of Tab at its end."""
        reply = self._client.complete(code, len(code), reply=True, timeout=DEADLINE_S)["content"]
        return [code[: reply["cursor_start"]] + match for match in reply["matches"]]

    def inspect(self, code: str) -> str:
        """What a press of Shift-Tab at the end of a cell shows."""
        reply = self._client.inspect(code, len(code), reply=True, timeout=DEADLINE_S)
        text: str = reply["content"]["data"].get("text/plain", "")
        return text

    def payload(self, code: str) -> str:
        """What a cell opens in the pager."""
        return "".join(p["data"]["text/plain"] for p in self._payload(code))

    def next_cell(self, code: str) -> str:
        """What a cell leaves in the next one."""
        (text,) = [p["text"] for p in self._payload(code) if p["source"] == "set_next_input"]
        return str(text)

    def _payload(self, code: str) -> list[dict[str, Any]]:
        self._cells[identity := self._client.execute(code)] = Cell()
        self._until(lambda message: _is_idle(message, identity))
        reply = self._client.get_shell_msg(timeout=DEADLINE_S)
        found: list[dict[str, Any]] = reply["content"]["payload"]
        return found

    def interrupt(self) -> None:
        """Interrupt the cell that runs."""
        self._manager.interrupt_kernel()

    def shutdown(self) -> float:
        """Shut the kernel down as Jupyter does.

        Returns:
            Seconds that it took.
        """
        began = time.monotonic()
        self._manager.shutdown_kernel()
        return time.monotonic() - began

    def restart(self) -> None:
        """Restart the kernel as Jupyter does."""
        self._manager.restart_kernel()
        self._client.wait_for_ready(timeout=DEADLINE_S)

    def leftovers(self) -> dict[str, Any]:
        """What can be left behind in a process; see `probe.py`."""
        found: dict[str, Any] = self.value("probe['leftovers']()")
        return found

    def _until(self, is_last: Callable[[Mapping[str, Any]], bool]) -> None:
        while True:
            try:
                message = self._client.get_iopub_msg(timeout=DEADLINE_S)
            except queue.Empty:
                last = [*self._cells.values()][-3:]
                raise AssertionError(f"no message within {DEADLINE_S} s: {last}") from None
            self._note(message)
            if is_last(message):
                return

    def _note(self, message: Mapping[str, Any]) -> None:
        cell = self._cells.get(message["parent_header"].get("msg_id", ""))
        content = message["content"]
        if message["msg_type"] == "comm_msg":
            self.comm_messages.append(message)
        if cell is None:
            return
        match message["msg_type"]:
            case "stream" if content["name"] == "stdout":
                cell.stdout += content["text"]
            case "stream":
                cell.stderr += content["text"]
            case "update_display_data":
                cell.updates.append(content["data"])
            case "execute_result" | "display_data":
                cell.faces.append(content["data"])
            case "error":
                cell.traceback += content["traceback"]


def _is_idle(message: Mapping[str, Any], identity: str) -> bool:
    is_status = message["msg_type"] == "status"
    is_ours = message["parent_header"].get("msg_id") == identity
    return is_status and is_ours and bool(message["content"]["execution_state"] == "idle")
