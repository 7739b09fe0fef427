"""A real JupyterLab in a real browser: started, opened on a notebook, run, and stopped."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# The machine's sandbox may be a container without user namespaces, and its network may be closed.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

START_MS = 60_000
RUN_MS = 60_000

_KERNEL_IS_IDLE = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    const kernel = panel?.sessionContext?.session?.kernel;
    return panel?.context?.isReady && kernel?.connectionStatus === 'connected'
        && kernel?.status === 'idle';
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A JupyterLab that runs.

    Attributes:
        url: Where it answers, on loopback.
        token: What lets one in.
    """

    url: str
    token: str

    def open(self, page: Page, notebook: str) -> None:
        """Open a notebook, and wait until its kernel is idle."""
        page.goto(f"{self.url}/lab/tree/{notebook}?reset&token={self.token}")
        page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden)", timeout=START_MS)
        page.wait_for_function(_KERNEL_IS_IDLE, timeout=START_MS)


def run_all(page: Page) -> None:
    """Run all cells of the open notebook, and wait until the last one has its number."""
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(_KERNEL_IS_IDLE, timeout=RUN_MS)


def outputs(page: Page) -> list[str]:
    """What stands under each code cell, as a person reads it."""
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    return [
        "\n".join(cells.nth(i).locator(".jp-OutputArea-output").all_inner_texts()).strip()
        for i in range(cells.count())
    ]


def browser_path() -> str | None:
    """The browser to drive: the one that ROSEY_BROWSER names, or the first that is installed."""
    named = os.environ.get("ROSEY_BROWSER")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


@contextlib.contextmanager
def open_browser(path: str) -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*CHROMIUM_ARGUMENTS])
        yield browser
        browser.close()


@contextlib.contextmanager
def start_lab(root: Path, private: Path) -> Iterator[Lab]:
    """Start JupyterLab on a folder, and stop it at the end.

    Args:
        root: What it shows.
        private: An empty folder for its settings, so that nobody's own have a part in it.
    """
    port, token = _free_port(), secrets.token_hex(16)
    _write_settings(private)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}"),
        "--expose-app-in-browser",
    ]
    with subprocess.Popen(
        command, env=_environment(private), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _wait_until_up(process)
            yield Lab(url=f"http://127.0.0.1:{port}", token=token)
        finally:
            process.terminate()
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
