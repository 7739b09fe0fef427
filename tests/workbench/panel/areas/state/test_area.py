"""The area of what a plugin keeps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from rosey.workbench.faces.markup import Element
from rosey.workbench.panel.areas.state.area import AREA, FACTS, PLUGIN
from rosey.workbench.panel.areas.state.tree import EDITED, FILTER, FIRST, ROWS
from rosey.workbench.panel.attempt import Standing, answer_to
from rosey.workbench.panel.saved import Saved
from rosey.workbench.panel.sight import Sight
from tests.bots import write_plugin
from tests.workbench.panel.reading import button, found, press, send, text_of

KEEPER = """
async def setup(self):
    self.count = 1
    self.games = {"local": {"points": {"ann": 1}, "left": [1, 2]}, (1, (2,)): "odd"}
    self.scores = {f"user{n}": n for n in range(3_000)}
    self.thing = object()
    self.title = "<b>one</b>"

@every(3600)
async def tick(self): ...

@on("boom")
async def boom(self, event, data):
    raise ValueError("no luck")
"""


@pytest.fixture
def plugins(plugins: Path) -> Path:
    """The same, with a plugin that keeps much."""
    write_plugin(plugins, "keeper", KEEPER)
    return plugins


@pytest.fixture
def sight(sight: Sight) -> Sight:
    """The same, with that plugin chosen."""
    sight.view.change({PLUGIN: "keeper"})
    return sight


def rows(drawn: Element) -> list[str]:
    """The rows of the tree, without the way that leads to each in Python."""
    found_rows = [row for row in found(drawn, "tr") if list(found(row, "th", scope="row"))]
    return [" ".join(text_of(cell) for cell in row.children[:2]) for row in found_rows]


def opened(sight: Sight, names: Sequence[str]) -> Element:
    """Open branches, one after the other."""
    for name in names:
        press(sight, AREA.draw(sight), f"▸ {name}")
    return AREA.draw(sight)


def editor(drawn: Element) -> Element:
    """The line in which a value is typed."""
    (control,) = found(drawn, "input", name="value")
    return control


def test_what_is_kept_is_a_tree_that_opens_and_closes(sight: Sight) -> None:
    assert rows(AREA.draw(sight)) == [
        "count 1",
        "▸ games <dict of 2>",
        "▸ scores <dict of 3,000>",
        "thing <object>",
        "title '<b>one</b>'",
    ]

    drawn = opened(sight, ["games", "['local']", "['points']"])
    assert rows(drawn)[1:6] == [
        "▾ games <dict of 2>",
        "▾ ['local'] <dict of 2>",
        "▾ ['points'] <dict of 1>",
        "['ann'] 1",
        "▸ ['left'] <list of 2>",
    ]

    press(sight, drawn, "▾ games")
    assert len(rows(AREA.draw(sight))) == 5


def test_thousands_of_values_are_rows_of_which_some_are_there(sight: Sight) -> None:
    opened(sight, ["scores"])
    sight.view.change({FIRST: 2_000})
    drawn = AREA.draw(sight)

    assert rows(drawn)[0] == "['user1997'] 1997"
    assert len(rows(drawn)) == ROWS
    (table,) = found(drawn, "table", class_="windowed")
    assert table.attributes["aria-rowcount"] == 3_006


def test_rows_that_are_there_no_more_lead_back_to_the_last_ones(sight: Sight) -> None:
    sight.view.change({FIRST: 2_000})

    assert len(rows(AREA.draw(sight))) == 5


def test_values_that_changed_lately_are_marked_also_where_a_branch_hides_them(
    sight: Sight,
) -> None:
    AREA.draw(sight)
    sight.bot.plugins["keeper"].set("count", 2)
    sight.bot.plugins["keeper"].set("games['local'].points['ann']", 5)
    sight.seen.pop("state.snapshot")  # as a second later

    drawn = AREA.draw(sight)
    assert rows(drawn)[:3] == [
        "count 2 ● changed",
        "▸ games <dict of 2> ● changed",
        "▸ scores <dict of 3,000>",
    ]


def test_drawing_is_no_look_that_a_cell_counts(sight: Sight) -> None:
    keeper = sight.bot.plugins["keeper"]
    keeper.changes()
    keeper.set("count", 2)
    AREA.draw(sight)

    assert [change.path for change in keeper.changes() or ()] == ["count"]


def test_filter_leaves_what_has_it_in_its_path(sight: Sight) -> None:
    sight.view.change({FILTER: "POINTS"})
    assert rows(AREA.draw(sight)) == ["games['local']['points']['ann'] 1"]

    sight.view.change({FILTER: "nowhere", FIRST: 50})
    assert "Nothing that keeper keeps matches" in text_of(AREA.draw(sight))


def test_value_that_is_clicked_can_be_changed_by_the_line_that_is_shown(sight: Sight) -> None:
    drawn = opened(sight, ["games", "['local']"])
    press(sight, drawn, "<list of 2>: change games['local']['left']")
    drawn = AREA.draw(sight)
    assert editor(drawn).does["value"] == "[1, 2]"
    assert editor(drawn).does["focus"] == "games['local']['left']"

    attempt = send(sight, drawn, "Set", value="[3]")

    assert attempt is not None
    assert attempt.line == "%rosey set keeper games['local']['left']=[3]"
    assert attempt.standing is Standing.DONE
    assert editor(AREA.draw(sight)).does["value"] == "[3]"


def test_wrong_value_changes_nothing_and_says_why(sight: Sight) -> None:
    sight.view.change({EDITED: "keeper count"})
    attempt = send(sight, AREA.draw(sight), "Set", value="many")

    assert attempt is not None
    assert attempt.standing is Standing.FAILED
    assert attempt.answer is not None
    assert "'many' is no int" in attempt.answer.text
    assert editor(AREA.draw(sight)).does["value"] == "1"


@pytest.mark.parametrize(
    ("edited", "hint"),
    [
        ("", "click a value to change it"),
        ("greeter greeted", "click a value to change it"),
        ("keeper thing", "cannot be typed: open it, and change what is in it"),
        ("keeper gone", "there is no gone; there is count, games, scores, thing, title"),
    ],
)
def test_editor_says_why_it_is_off(sight: Sight, edited: str, hint: str) -> None:
    sight.view.change({EDITED: edited})
    drawn = AREA.draw(sight)

    assert editor(drawn).attributes["placeholder"] == hint
    assert button(drawn, "Set").attributes["disabled"] is True


def test_editor_that_is_off_sends_nothing(sight: Sight) -> None:
    with pytest.raises(Exception, match="click the value to change first"):
        send(sight, AREA.draw(sight), "Set", value="5")


def test_long_value_is_typed_without_showing_its_line(sight: Sight) -> None:
    sight.bot.plugins["keeper"].set("title", "x" * 200)
    sight.view.change({EDITED: "keeper title"})

    assert "%rosey set keeper title" not in text_of(AREA.draw(sight))


def test_way_to_a_value_in_python_is_shown_and_copied(sight: Sight) -> None:
    drawn = opened(sight, ["games"])
    code = """bot.plugins["keeper"].state.games['local']"""

    assert button(drawn, code).does["copy"] == code


def test_value_that_no_path_leads_to_is_only_shown(sight: Sight) -> None:
    drawn = opened(sight, ["games"])

    (row,) = [row for row in found(drawn, "tr") if "'odd'" in text_of(row)]
    assert not list(found(row, "button"))


def test_what_it_uses_and_its_past_are_there_for_who_wants_them(sight: Sight) -> None:
    sight.bot.emit("boom").result()
    sight.view.change({FACTS: True})
    (facts,) = found(AREA.draw(sight), role="region", aria_label="More about keeper")

    shown = text_of(facts)
    assert "keeper.tick every 3600 s: due in" in shown
    assert "ValueError: no luck" in shown
    assert "loaded; its state: none" in shown
    assert "has taken" in shown


def test_plugin_that_has_taken_nothing_has_no_ledger_to_show(sight: Sight, plugins: Path) -> None:
    write_plugin(plugins, "bare")
    sight.bot.load("bare").result()
    sight.view.change({FACTS: True, PLUGIN: "bare"})

    assert "has taken" not in text_of(AREA.draw(sight))


def test_two_panels_show_the_same_plugin_alike(sight: Sight) -> None:
    other = Sight(session=sight.session, view=sight.view, saved=Saved(None))
    sight.view.change({EDITED: "keeper count"})
    AREA.draw(other)
    send(sight, AREA.draw(sight), "Set", value="7")

    assert rows(AREA.draw(other)) == rows(AREA.draw(sight))
    assert rows(AREA.draw(other))[0] == "count 7 ● changed"


def test_plugin_that_is_not_loaded_says_what_to_do(sight: Sight) -> None:
    sight.bot.unload("keeper").result()
    drawn = AREA.draw(sight)
    assert "keeper is not loaded" in text_of(drawn)

    press(sight, drawn, "Load keeper")
    assert rows(AREA.draw(sight))[0] == "count 1"


def test_plugin_that_failed_or_waits_says_so(sight: Sight, plugins: Path) -> None:
    (plugins / "keeper.py").write_text("class Broken(")
    sight.bot.unload("keeper").result()
    press(sight, AREA.draw(sight), "Load keeper")

    assert "SyntaxError" in text_of(AREA.draw(sight))


def test_line_of_the_area_shows_the_same(sight: Sight) -> None:
    assert AREA.line(sight) == "%rosey state keeper"
    assert "count" in answer_to(sight.session, AREA.line(sight)).text
