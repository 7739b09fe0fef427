"""Each area of the panel has its heading in the reference, and each of its controls an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rosey.workbench.commands.table import COMMANDS
from rosey.workbench.panel.areas.table import AREAS
from tests.workbench.panel.labels import FILLED_IN, FOLDER, PRESSED, labels

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "panel.md"
PAGE = REFERENCE.read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def files(area: str) -> Iterator[Path]:
    """The source of an area."""
    yield from (FOLDER / "areas").glob(f"{area}.py")
    yield from (FOLDER / "areas" / area).glob("*.py")


def test_each_area_has_its_heading_in_the_order_of_the_tabs() -> None:
    assert [name for name in SECTIONS if name in AREAS] == [*AREAS]


@pytest.mark.parametrize("area", AREAS)
def test_area_is_described_with_its_controls(area: str) -> None:
    told = set(re.findall(r"\*([^*\n]+)\*", SECTIONS[area]))

    assert {*labels(files(area), PRESSED | FILLED_IN)} - told == set()


@pytest.mark.parametrize("area", AREAS)
def test_area_is_described_with_lines_that_there_are(area: str) -> None:
    words = re.findall(r"`%rosey (\w+)", SECTIONS[area])

    assert words
    assert {*words} <= {*COMMANDS}
