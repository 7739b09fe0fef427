"""The reference has a heading and the usage for each command, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from rosey.diagnostics.log import RECORDS_KEPT
from rosey.workbench import facade
from rosey.workbench.commands import COMMANDS, LOG_LINES_SHOWN
from rosey.workbench.facade import BotFacade

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference" / "magics.md").read_text("utf-8")


def test_each_command_has_its_heading_and_usage() -> None:
    sections = re.findall(r"^## (\w+)\n\n    (%rosey.*)$", REFERENCE, re.MULTILINE)

    assert sections == [(name, command.usage) for name, command in COMMANDS.items()]


def test_each_call_of_the_facade_is_named() -> None:
    calls = {name for name in vars(BotFacade) if not name.startswith("_")} - {"redact"}

    assert [name for name in calls if not re.search(rf"`(bot\.)?{name}\b", REFERENCE)] == []


def test_numbers_are_those_of_the_code() -> None:
    assert f"last {LOG_LINES_SHOWN} of the {RECORDS_KEPT:,} log records" in REFERENCE
    assert f"within {facade.LOOK_S:g} seconds" in REFERENCE
