"""What holds for each area."""

from __future__ import annotations

import re

import pytest

from rosey.workbench.panel.area import Area
from rosey.workbench.panel.areas.table import AREAS
from rosey.workbench.panel.sight import Sight
from tests.workbench.panel.labels import FOLDER, PRESSED, labels
from tests.workbench.panel.reading import found, text_of

STYLES = "\n".join(file.read_text("utf-8") for file in FOLDER.rglob("*.css"))
STYLED = set(re.findall(r"\.([a-z][\w-]*)", STYLES))

NOT_STYLED = {"rosey-follow", "place", "depth-0", "kind-plain", "level-info"}
"""What the script knows, what a test looks for, and kinds that look as all rows do."""

CHOSEN = {
    "plugins.open": "greeter",
    "fire.event": "message",
    "state.facts": True,
    "config.common": True,
    "graph.plugin": "greeter",
    "log.is_held": True,
}


@pytest.fixture(params=[*AREAS])
def area(request: pytest.FixtureRequest) -> Area:
    return AREAS[request.param]


@pytest.fixture
def used(sight: Sight) -> Sight:
    """What an area draws from, as somebody has opened and done something in each."""
    said = sight.bot.traces.say("!hello", "ada").result()
    sight.view.change({**CHOSEN, "events.open": str(said.root)})
    sight.saved.save("events", "mine", "user:ada")
    sight.saved.save("people", "ada", "guest")
    return sight


def test_what_it_notes_has_a_name_that_begins_with_its_own(used: Sight, area: Area) -> None:
    area.draw(used)

    assert [name for name in used.seen if not name.startswith(f"{area.name}.")] == []


def test_each_class_has_its_style(used: Sight, area: Area) -> None:
    classes = {str(each.attributes.get("class") or "") for each in found(area.draw(used))}

    assert {one for kind in classes for one in kind.split()} - STYLED - NOT_STYLED == set()


def test_the_name_of_what_is_pressed_holds_what_stands_on_it(used: Sight, area: Area) -> None:
    named = [b for b in found(area.draw(used), "button") if b.attributes.get("aria-label")]

    assert [b for b in named if text_of(b) not in str(b.attributes["aria-label"])] == []


def test_what_is_pressed_begins_with_a_capital_letter() -> None:
    found_labels = [*labels(FOLDER.rglob("*.py"), PRESSED)]

    assert {"Fire", "Trace", "Traceback", "Undo"} <= {*found_labels}
    assert [label for label in found_labels if label[0].islower()] == []
