"""A real JupyterLab: started, opened on a notebook, and stopped."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.notebook import START_MS, Notebook

END_S = 15.0
"""Seconds in which it must end when it is told to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A JupyterLab that runs.

    Attributes:
        root: The folder that it shows.
        url: Where it answers, on loopback.
        token: What lets one in.
    """

    root: Path
    url: str
    token: str

    def open(self, page: Page, name: str) -> Notebook:
        """Open a notebook, and wait until its kernel is idle."""
        page.goto(f"{self.url}/lab/tree/{name}?reset&token={self.token}")
        page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden)", timeout=START_MS)
        notebook = Notebook(page, (self.root / name).parent)
        notebook.wait_until_idle()
        return notebook


@contextlib.contextmanager
def start_lab(root: Path, private: Path) -> Iterator[Lab]:
    """Start JupyterLab on a folder, and stop it at the end.

    Args:
        root: What it shows; made where it is missing.
        private: An empty folder for its settings, so that nobody's own have a part in it.
    """
    root.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    with run_lab(command, root, private) as running:
        yield running


@contextlib.contextmanager
def run_lab(
    command: list[str], root: Path, private: Path, runtime: Path | None = None
) -> Iterator[Lab]:
    """Run a command that runs JupyterLab, and stop it at the end.

    Args:
        command: It takes JupyterLab's options at its end.
        root: What it shows, and its working directory.
        private: An empty folder for its settings, so that nobody's own have a part in it.
        runtime: Jupyter's folder of what runs; by default one in `private`.
    """
    port, token = _free_port(), secrets.token_hex(16)
    _write_settings(private)
    options = [
        *("--no-browser", "--allow-root", "--expose-app-in-browser"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        f"--IdentityProvider.token={token}",
    ]
    environment = _environment(private)
    if runtime is not None:
        environment["JUPYTER_RUNTIME_DIR"] = str(runtime)
    with subprocess.Popen(
        [*command, *options], cwd=root, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _wait_until_up(process)
            _wait_until_it_listens(process, port)
            yield Lab(root=root, url=f"http://127.0.0.1:{port}", token=token)
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End it, also where it waits for a kernel that has ended without a word."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_up(process: subprocess.Popen[str]) -> None:
    """Read what it says until it says where it answers; then somebody else reads on."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "is running at" in line:
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return
    raise RuntimeError("JupyterLab did not start:\n" + "".join(said))


def _wait_until_it_listens(process: subprocess.Popen[str], port: int) -> None:
    """Try until somebody answers: it says where that is before it listens there."""
    while process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), END_S).close()
            return
    raise RuntimeError("JupyterLab has ended before it listened")


def _environment(private: Path) -> dict[str, str]:
    folders = ("CONFIG_DIR", "RUNTIME_DIR", "DATA_DIR")
    return {
        **os.environ,
        **{f"JUPYTER_{name}": str(private / name.lower()) for name in folders},
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "IPYTHONDIR": str(private / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }


def _write_settings(private: Path) -> None:
    """No question about news on the first page."""
    folder = private / "settings" / "@jupyterlab" / "apputils-extension"
    folder.mkdir(parents=True)
    settings = {"fetchNews": "false", "checkForUpdates": False}
    (folder / "notification.jupyterlab-settings").write_text(json.dumps(settings))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
