"""What every command has in common: the version, usage, and how it ends."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Python, Rosey


def test_version_is_that_of_the_package(rosey: Rosey) -> None:
    ended = rosey("--version")

    assert ended.stdout == f"rosey {importlib.metadata.version('rosey')}\n"
    assert ended.returncode == 0


def test_version_needs_nothing_heavy() -> None:
    code = (
        "import sys; from rosey.cli import main\n"
        "try: main(['--version'])\n"
        "finally: print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, encoding="utf-8"
    ).stdout.split()

    heavy = {"IPython", "jupyterlab", "ipykernel", "prompt_toolkit", "sqlalchemy", "watchdog"}
    assert "rosey.cli" in loaded
    assert heavy.isdisjoint(loaded)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "COMMAND"),
        (["fly"], "'fly'"),
        (["run", "--wings"], "--wings"),
        (["run", "--connection", "irc"], "'irc'"),
        (["run", "x\x1b[31m"], r"x\x1b[31m"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(
    arguments: list[str], complaint: str, rosey: Rosey
) -> None:
    ended = rosey(*arguments)

    [line] = ended.stderr.splitlines()
    assert line.startswith("rosey: ")
    assert complaint in line
    assert "--help" in line
    assert ended.returncode == 2


@pytest.mark.parametrize("command", [[], ["run"], ["lab"], ["check"]])
def test_help_explains(command: list[str], rosey: Rosey) -> None:
    ended = rosey(*command, "--help")

    assert ended.stdout.startswith("usage: rosey")
    assert ended.returncode == 0


def test_failure_is_one_line_and_code_1(rosey: Rosey) -> None:
    ended = rosey("run", "--config", "nowhere.json")

    [line] = ended.stderr.splitlines()
    assert line == "rosey: nowhere.json: it cannot be read: No such file or directory"
    assert ended.returncode == 1


def test_debug_shows_the_traceback_line_by_line(rosey: Rosey) -> None:
    ended = rosey("run", "--config", "nowhere.json", "--debug")

    lines = ended.stderr.splitlines()
    assert "rosey: Traceback (most recent call last):" in lines
    assert all(line.startswith("rosey: ") for line in lines)
    assert ended.returncode == 1


def test_fault_in_rosey_itself_is_one_line_too(python: Python) -> None:
    code = (
        "import sys, rosey.cli.check as check, rosey.cli as cli\n"
        "def broken(path): raise ZeroDivisionError('by\\nzero')\n"
        "check.check = broken\n"
        "sys.exit(cli.main(['check']))"
    )
    ended = python(code)

    [line] = ended.stderr.splitlines()
    assert line.startswith(r"rosey: ZeroDivisionError: by\nzero")
    assert "--debug" in line
    assert ended.returncode == 1


def test_nobody_reading_the_output_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    command = [sys.executable, "-m", "rosey", "check"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert process.stderr.read() == b""

    assert process.returncode == 1
