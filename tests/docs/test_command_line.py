"""Each command and each option has its heading in the reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rosey.cli import main

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"


def help_of(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    return capsys.readouterr().out


def test_each_command_and_option_has_its_heading(capsys: pytest.CaptureFixture[str]) -> None:
    overview = help_of(capsys)
    commands = re.findall(r"^    (\w+)", overview, re.MULTILINE)
    helps = [overview, *(help_of(capsys, command) for command in commands)]
    options = {option for text in helps for option in re.findall(r"--[a-z]+", text)} - {"--help"}

    text = REFERENCE.read_text(encoding="utf-8")
    headings = set(re.findall(r"^##+ (.+)$", text, re.MULTILINE))

    assert commands == ["run", "attach", "lab", "check"]
    assert {*options, *(f"rosey {command}" for command in commands)} <= headings
