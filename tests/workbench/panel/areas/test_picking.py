"""Which plugin an area is about, and what it says where there is nothing to show."""

from __future__ import annotations

from pathlib import Path

from rosey.workbench.panel.areas.picking import chosen, instead, picker
from rosey.workbench.panel.areas.state.area import PLUGIN
from rosey.workbench.panel.sight import Sight
from tests.bots import write_plugin
from tests.workbench.panel.reading import found, text_of


def test_all_plugins_can_be_chosen_and_say_where_they_stand(sight: Sight, plugins: Path) -> None:
    write_plugin(plugins, "asleep")
    sight.bot.load("asleep").result()
    sight.bot.disable("asleep").result()

    options = [text_of(option) for option in found(picker(sight, PLUGIN), "option")]
    assert options == ["asleep (disabled)", "greeter (enabled)"]


def test_plugin_that_is_gone_is_chosen_no_more(sight: Sight) -> None:
    sight.view.change({PLUGIN: "gone"})

    assert chosen(sight, PLUGIN) == "greeter"


def test_plugin_that_waits_says_for_what(sight: Sight, plugins: Path) -> None:
    body = 'activation = ["command:later"]\n@command("later")\nasync def later(self, ctx): ...'
    write_plugin(plugins, "lazy", body)
    sight.session.stop()
    sight.session.start()

    shown = instead(sight, "lazy")
    assert shown is not None
    assert "lazy is not loaded, and waits for command:later: load it" in text_of(shown)


def test_where_there_are_no_plugins_it_says_how_to_begin(sight: Sight) -> None:
    shown = instead(sight, "")

    assert shown is not None
    assert text_of(shown).endswith("begin a cell with %%rosey plugin greeter")
