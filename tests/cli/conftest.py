"""The command line as a process of its own, in a folder of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Rosey = Callable[..., subprocess.CompletedProcess[str]]
Python = Callable[[str], subprocess.CompletedProcess[str]]

ECHO = """
from rosey import CommandContext, Plugin, command


class Echo(Plugin):
    name = "{name}"
    version = "1.2.0"

    @command("{name}")
    async def echo(self, ctx: CommandContext, *, text: str = "") -> None:
        await ctx.reply(f"{name}: {{text}}")
"""


@pytest.fixture
def rosey(tmp_path: Path) -> Rosey:
    """Run `rosey` with some arguments to its end, in `tmp_path`."""

    def rosey(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401  those of subprocess.run
        command = [sys.executable, "-m", "rosey", *arguments]
        given = {"input": "", "cwd": tmp_path, "encoding": "utf-8", **options}
        return subprocess.run(command, check=False, capture_output=True, **given)

    return rosey


@pytest.fixture
def python(tmp_path: Path) -> Python:
    """Run a text as Python to its end, in `tmp_path`; for what has to be changed beforehand."""

    def python(code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code],
            check=False,
            input="",
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
        )

    return python


@pytest.fixture
def add_plugin(tmp_path: Path) -> Callable[..., Path]:
    """Write a plugin that answers to its own name, or any other code, into `plugins`."""

    def add_plugin(name: str, code: str = ECHO) -> Path:
        path = tmp_path / "plugins" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(code.replace("{name}", name).replace("{{", "{").replace("}}", "}"))
        return path

    return add_plugin
