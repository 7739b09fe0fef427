"""The area of the graph."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from rosey.errors import PluginNotFoundError
from rosey.workbench.faces.picture.drawing import MOST_NODES
from rosey.workbench.panel.areas import graph
from rosey.workbench.panel.areas.graph import AREA, PLUGIN, WIDTH
from rosey.workbench.panel.attempt import answer_to
from rosey.workbench.panel.sight import Sight
from tests.bots import write_plugin
from tests.workbench.panel.reading import found, press, text_of

FRIEND = """
dependencies = ["greeter"]

async def setup(self):
    self.get_service("greetings")
    self.get_service("coins")

@command("greet")
async def greet(self, ctx):
    await self.emit_event("greeted")
"""


@pytest.fixture
def friends(sight: Sight, plugins: Path) -> Sight:
    """Two plugins of which one needs the other, and what nobody provides."""
    write_plugin(plugins, "friend", FRIEND)
    sight.bot.load("friend").result()
    return sight


def drawing_width(sight: Sight) -> float:
    (drawing,) = found(AREA.draw(sight), "svg")
    return float(str(drawing.attributes["width"]))


def test_whole_graph_is_drawn_and_told_as_text(friends: Sight) -> None:
    drawn = AREA.draw(friends)

    (picture,) = found(drawn, "svg", role="img")
    assert "plugin greeter is needed by plugin friend" in text_of(picture)
    (text,) = found(drawn, "pre")
    assert "friend (0.1.0 enabled) needs greeter" in text_of(text)


def test_picked_plugin_says_what_is_reloaded_with_it(friends: Sight) -> None:
    assert "Pick a plugin" in text_of(AREA.draw(friends))

    friends.view.change({PLUGIN: "greeter"})

    assert "reloading greeter reloads friend with it" in text_of(AREA.draw(friends))
    attempt = press(friends, AREA.draw(friends), "Reload greeter")
    assert attempt is not None
    assert attempt.line == "%rosey reload greeter"
    assert friends.bot.plugin("friend").reloads == 1


def test_what_is_missing_stands_out(friends: Sight) -> None:
    (wrong,) = found(AREA.draw(friends), "ul", class_="trouble")

    assert text_of(wrong) == "missing: service coins, which friend counts on"


def test_services_say_who_provides_and_uses_them(friends: Sight) -> None:
    (table,) = found(AREA.draw(friends), "table")
    rows = [text_of(row) for row in found(table, "tr")]

    assert rows == [
        "service provider version used by",
        "coins nobody provides it friend",
        "greetings greeter 1.0 friend",
    ]


def test_plugin_of_a_service_leads_to_its_graph(friends: Sight) -> None:
    press(friends, next(found(AREA.draw(friends), "table")), "greeter: the graph around it")

    assert friends.view.text(PLUGIN) == "greeter"


def test_service_that_nobody_uses_says_so(sight: Sight) -> None:
    assert "greetings greeter 1.0 nobody" in text_of(AREA.draw(sight))


def test_width_scales_the_drawing_and_nothing_else(friends: Sight) -> None:
    natural = drawing_width(friends)

    friends.view.change({WIDTH: "200"})
    assert drawing_width(friends) == pytest.approx(2 * natural, abs=1)
    friends.view.change({WIDTH: "of no kind"})

    assert drawing_width(friends) == natural


def test_same_graph_is_laid_out_once(friends: Sight) -> None:
    (first,) = found(AREA.draw(friends), "svg")
    (second,) = found(AREA.draw(friends), "svg")
    friends.bot.disable("friend").result()
    (third,) = found(AREA.draw(friends), "svg")

    assert first is second
    assert third is not first


def test_while_no_plugin_changes_the_bot_is_asked_once_a_second(
    friends: Sight, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    # Not of the bot, whose loop goes by its own.
    monkeypatch.setattr(graph, "time", SimpleNamespace(monotonic=lambda: now))
    before = text_of(AREA.draw(friends))
    friends.bot.say("!greet").result()
    assert text_of(AREA.draw(friends)) == before

    now += 1

    assert "emits greeted" in text_of(AREA.draw(friends))


def test_plugin_that_is_gone_shows_the_whole_graph(friends: Sight) -> None:
    friends.view.change({PLUGIN: "gone"})

    assert "Pick a plugin" in text_of(AREA.draw(friends))


def test_too_many_nodes_are_not_drawn(sight: Sight, plugins: Path) -> None:
    for number in range(MOST_NODES):
        write_plugin(plugins, f"p{number}")
    sight.bot.load("p0").result()  # the others are found with it

    assert "are too many to draw: pick a plugin." in text_of(AREA.draw(sight))


def test_without_plugins_it_says_what_to_do(sight: Sight, plugins: Path) -> None:
    sight.bot.unload("greeter").result()
    (plugins / "greeter.py").unlink()
    with pytest.raises(PluginNotFoundError):
        sight.bot.load("nobody").result()

    assert "%%rosey plugin greeter" in text_of(AREA.draw(sight))


def test_without_services_it_says_so(sight: Sight, plugins: Path) -> None:
    write_plugin(plugins, "greeter")
    sight.bot.reload("greeter").result()

    assert "No plugin provides a service" in text_of(AREA.draw(sight))


@pytest.mark.parametrize("focus", ["", "friend"])
def test_line_shows_the_same(friends: Sight, focus: str) -> None:
    friends.view.change({PLUGIN: focus})

    (text,) = found(AREA.draw(friends), "pre")

    told = answer_to(friends.session, AREA.line(friends)).text
    assert " ".join(told.split()) == text_of(text)
