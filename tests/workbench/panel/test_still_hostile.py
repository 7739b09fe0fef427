"""What a saved notebook keeps of a panel is text, whatever strangers wrote."""

from __future__ import annotations

import pytest

from rosey.chat.model import Rank
from rosey.workbench.panel.areas.table import AREAS
from rosey.workbench.panel.sight import Sight
from tests.hostile.corpus import HOSTILE
from tests.hostile.test_escaping import Reader

ATTRIBUTES = {"class", "style", "scope"}
DRAWINGS = {"svg", "g", "title", "desc", "path", "line", "polyline", "polygon", "rect", "text"}


@pytest.fixture
def hostile(sight: Sight) -> Sight:
    """The same, after strangers of all sorts have said things of all sorts."""
    for text in HOSTILE:
        sight.bot.say(text[:1_000], text[:60] or "nobody", Rank.GUEST).result()
    return sight


@pytest.mark.parametrize("name", AREAS)
def test_the_still_picture_of_each_area_has_no_markup_but_its_own(
    hostile: Sight, name: str
) -> None:
    page = Reader(AREAS[name].answer_in(hostile).html)

    found = {(tag, key) for tag, keys in page.markup for key in keys if tag not in DRAWINGS}
    tags = {tag.removeprefix("/") for tag, _ in page.markup}
    assert {key for _, key in found} <= ATTRIBUTES
    assert (
        tags
        <= {"table", "thead", "tbody", "tr", "th", "td", "caption", "pre", "div", "small"}
        | DRAWINGS
    )
