"""The page about bug reports names all that is in one, and all that is masked."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from rosey.diagnostics.report.masking import RULES
from rosey.diagnostics.report.model import BugReport

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "share-a-bug.md").read_text("utf-8")


def test_each_rule_of_the_masking_is_told_in_its_order() -> None:
    table = PAGE.partition("## What is masked")[2]

    assert re.findall(r"^\| ([\w -]+) \|", table, re.MULTILINE) == [
        "kind",
        *(rule.kind for rule in RULES),
    ]


def test_each_section_of_a_report_is_told() -> None:
    sections = {field.name for field in dataclasses.fields(BugReport)}

    assert sections - {*re.findall(r"`(\w+)`", PAGE)} == {"format", "made_at", "trouble"}
