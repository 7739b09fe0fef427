"""What areas draw is what the panel's script draws: what it does not know, it leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rosey.workbench.panel as package
from rosey.workbench.faces.markup import Child, Element
from rosey.workbench.panel import controls
from rosey.workbench.panel.areas.table import AREAS
from rosey.workbench.panel.sight import Sight

SCRIPT = (Path(package.__file__).parent / "front" / "elements.js").read_text("utf-8")

FOR_HTML_ALONE = {"style", "xmlns"}
"""Attributes of the faces in a notebook, of which the panel has no need."""


def listed(name: str) -> set[str]:
    """The words of one of the lists in the script."""
    found = re.search(rf"const {name} = new Set\(\s*[`\"]([^`\"]*)[`\"]", SCRIPT)
    assert found is not None
    return set(found[1].split())


def elements(child: Child) -> Iterator[Element]:
    if isinstance(child, Element):
        yield child
        for inner in child.children:
            yield from elements(inner)


@pytest.fixture
def drawn(sight: Sight) -> list[Element]:
    """All elements of all areas, after somebody has said something."""
    sight.bot.say("!hello Ada").result()
    sight.view.change({"events.open": "1", "plugins.open": "greeter", "config.common": True})
    return [element for area in AREAS.values() for element in elements(area.draw(sight))]


def test_the_script_knows_each_tag(drawn: list[Element]) -> None:
    assert {element.tag for element in drawn} - listed("TAGS") - listed("SVG_TAGS") == set()


def test_the_script_knows_each_attribute(drawn: list[Element]) -> None:
    names = {name for element in drawn for name in element.attributes}
    types = {str(e.attributes["type"]) for e in drawn if e.attributes.get("type") is not None}

    named = {name for name in names if not name.startswith("aria-")}
    assert named - listed("ATTRIBUTES") - FOR_HTML_ALONE == set()
    assert types - listed("TYPES") == set()


def test_what_an_element_does_is_explained(drawn: list[Element]) -> None:
    explained = set(re.findall(r"`(\w+)`", str(controls.__doc__)))

    assert {name for element in drawn for name in element.does} - explained == set()
