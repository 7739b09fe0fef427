"""`%rosey` in IPython's terminal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bots import write_plugin
from tests.connections.terminal import Terminal
from tests.workbench.conftest import GREETER
from tests.workbench.test_lifetime import CLERK

IPYTHON = (sys.executable, "-m", "IPython", "--no-banner", "--simple-prompt")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with plugins, and one for what IPython writes."""
    write_plugin(tmp_path / "plugins", "greeter", GREETER)
    write_plugin(tmp_path / "plugins", "clerk", CLERK)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / ".ipython"))
    return tmp_path


@pytest.fixture
def terminal(folder: Path) -> Iterator[Terminal]:
    """IPython in a terminal, with a bot that runs."""
    command = [sys.executable, "-m", "IPython", "--no-banner", "--no-confirm-exit"]
    with Terminal(command, folder) as terminal:
        terminal.wait_for(r"In \[1\]:")
        terminal.type("%load_ext rosey")
        terminal.press("Enter")
        terminal.wait_for(r"In \[2\]:")
        terminal.type("%rosey start")
        terminal.press("Enter")
        terminal.wait_for(r"In \[3\]:")
        yield terminal


def test_tab_completes_commands_and_plugins(terminal: Terminal) -> None:
    terminal.type("%rosey rel")
    terminal.press("Tab")
    terminal.wait_for(r"%rosey reload *$")
    terminal.type(" gre")
    terminal.press("Tab")
    terminal.wait_for(r"%rosey reload greeter *$")
    terminal.press("Enter")
    terminal.wait_for(r"greeter 0\.1\.0 is reloaded")


def test_exit_tears_plugins_down(terminal: Terminal, folder: Path) -> None:
    terminal.type("exit")
    terminal.press("Enter")
    terminal.wait_for(r"ended with 0")

    assert (folder / "torn-down").read_text() == "yes"


def test_a_script_that_ends_tears_plugins_down(folder: Path) -> None:
    (folder / "script.ipy").write_text("%load_ext rosey\n%rosey start\n")

    done = subprocess.run(
        [*IPYTHON, "script.ipy"], cwd=folder, capture_output=True, text=True, check=True
    )

    assert done.stderr == ""
    assert (folder / "torn-down").read_text() == "yes"


def test_edited_plugin_stands_in_the_next_prompt_and_is_run_from_there(terminal: Terminal) -> None:
    terminal.type("%rosey edit clerk")
    terminal.press("Enter")
    terminal.wait_for(r"%%rosey plugin clerk")
    terminal.press("M-Enter")
    terminal.wait_for(r"nothing has changed: clerk 0\.1\.0 runs this text already")
