"""The reference has a heading and the usage for each command, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from rosey.diagnostics.log import RECORDS_KEPT
from rosey.workbench.commands.reading import LOG_LINES_SHOWN
from rosey.workbench.commands.table import COMMANDS
from rosey.workbench.crossing import looks
from rosey.workbench.facade.bot import BotFacade

PAGES = Path(__file__).parents[2] / "docs" / "reference"
REFERENCE = (PAGES / "magics.md").read_text("utf-8")
FACADE = (PAGES / "facade.md").read_text("utf-8")


def test_each_command_has_its_heading_and_usage() -> None:
    sections = re.findall(r"^## (\w+)\n\n    (%%?rosey.*)$", REFERENCE, re.MULTILINE)

    assert sections == [(name, command.usage) for name, command in COMMANDS.items()]


def test_each_call_of_the_facade_is_named() -> None:
    calls = {name for name in vars(BotFacade) if not name.startswith("_")} - {"redact"}

    assert [
        name for name in calls if not re.search(rf"`(bot\.)?{name}\b", REFERENCE + FACADE)
    ] == []


def test_each_command_stands_beside_its_python_call() -> None:
    rows = re.findall(r"^\| `(\w+).*?\| (.+?) \|", FACADE, re.MULTILINE)
    calls = {
        name: re.sub(r'\["\w+"\]', ".NAME", command.python).partition("(")[0]
        for name, command in COMMANDS.items()
        if command.python
    }

    assert [n for n, call in calls.items() if not any(n == r and call in c for r, c in rows)] == []


def test_numbers_are_those_of_the_code() -> None:
    assert f"last {LOG_LINES_SHOWN} of the {RECORDS_KEPT:,} log records" in REFERENCE
    assert f"within {looks.LOOK_S:g} seconds" in REFERENCE
    assert f"within\n{looks.LOOK_S:g} seconds" in FACADE
