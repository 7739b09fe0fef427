"""The area of the plugins."""

from __future__ import annotations

from pathlib import Path

from rosey.workbench.panel.areas.plugins import AREA, FILTER, IS_DOWN, OPEN, SORT
from rosey.workbench.panel.attempt import Standing
from rosey.workbench.panel.sight import Sight
from tests.bots import write_plugin
from tests.workbench.panel.reading import act, button, found, press, text_of

NAMES = ("greeter", "alarm", "zoo")


def names(sight: Sight) -> list[str]:
    return [text_of(head) for head in found(AREA.draw(sight), "th", scope="row")]


def load_more(plugins: Path, sight: Sight) -> None:
    for name in NAMES[1:]:
        write_plugin(plugins, name, f'description = "The {name}."')
        sight.bot.load(name).result()


def test_each_plugin_has_a_row_with_how_it_is(sight: Sight) -> None:
    (_, row) = found(AREA.draw(sight), "tr")

    assert text_of(row).startswith("greeter Reload Disable Unload enabled 0.1.0")


def test_a_button_does_what_its_line_does(sight: Sight) -> None:
    attempt = press(sight, AREA.draw(sight), "Disable greeter")

    assert attempt is not None
    assert attempt.line == "%rosey disable greeter"
    assert attempt.standing is Standing.DONE
    assert attempt.answer is not None
    assert attempt.answer.text == "greeter is disabled; it keeps its state"
    assert text_of(AREA.draw(sight)).count("disabled") == 1


def test_the_same_buttons_stand_in_each_row_and_those_that_do_not_fit_are_off(sight: Sight) -> None:
    press(sight, AREA.draw(sight), "Unload greeter")
    drawn = AREA.draw(sight)

    assert button(drawn, "Load greeter").attributes["disabled"] is False
    assert button(drawn, "Disable greeter").attributes["disabled"] is True
    assert button(drawn, "Unload greeter").attributes["disabled"] is True


def test_each_line_of_a_button_is_one_that_its_action_carries_out(sight: Sight) -> None:
    sight.view.change({OPEN: "greeter"})

    for each in found(AREA.draw(sight), "button"):
        if "do" in each.does and not each.attributes["disabled"]:
            attempt = act(sight, *each.does["do"])
            assert attempt is not None
            assert attempt.line == each.attributes["title"]


def test_a_version_that_fails_is_told_on_the_row_and_goes_when_it_is_mended(
    sight: Sight, plugins: Path
) -> None:
    whole = (plugins / "greeter.py").read_text()
    (plugins / "greeter.py").write_text("class Broken(")
    attempt = press(sight, AREA.draw(sight), "Reload greeter")
    assert attempt is not None
    assert attempt.standing is Standing.FAILED
    assert "serves on" in text_of(attempt.answer.elements[0]) if attempt.answer else False
    card = text_of(AREA.draw(sight))
    assert "SyntaxError" in card
    assert "-> 1 | class Broken(" in card
    assert "version 0.1.0 serves on with its state" in card

    (plugins / "greeter.py").write_text(whole)
    press(sight, AREA.draw(sight), "Reload greeter")

    assert "SyntaxError" not in text_of(AREA.draw(sight))


def test_rows_are_filtered_by_any_of_their_words(sight: Sight, plugins: Path) -> None:
    load_more(plugins, sight)
    sight.view.change({FILTER: "the ENABLED a"})
    assert names(sight) == ["alarm", "zoo"]

    sight.view.change({FILTER: "nobody"})
    assert "clear the filter" in text_of(AREA.draw(sight))


def test_rows_are_sorted_by_a_column_and_turned_by_it_again(sight: Sight, plugins: Path) -> None:
    load_more(plugins, sight)
    assert names(sight) == ["alarm", "greeter", "zoo"]

    press(sight, AREA.draw(sight), "generation")
    assert names(sight) == [*NAMES]
    press(sight, AREA.draw(sight), "generation ▴")

    assert names(sight) == [*reversed(NAMES)]
    assert sight.view.values[SORT] == "generation"
    assert sight.view.is_on(IS_DOWN)
    assert len([*found(AREA.draw(sight), "th", aria_sort="descending")]) == 1


def test_a_row_opens_on_all_that_is_known(sight: Sight) -> None:
    press(sight, AREA.draw(sight), "greeter")
    assert "has taken" in text_of(AREA.draw(sight))

    press(sight, AREA.draw(sight), "greeter")

    assert "has taken" not in text_of(AREA.draw(sight))


def test_files_that_cannot_be_plugins_say_why(sight: Sight, plugins: Path) -> None:
    (plugins / "no-name.py").write_text("")
    act(sight, "plugins.config", {})
    act(sight, "plugins.load", {"plugin": "no-name"})

    *_, row = found(AREA.draw(sight), "tr")
    assert text_of(row).startswith("no-name ✗ refused : ")


def test_a_plugin_that_does_not_serve_is_marked(sight: Sight, plugins: Path) -> None:
    write_plugin(plugins, "zoo", "broken")
    act(sight, "plugins.load", {"plugin": "zoo"})

    (bad,) = found(AREA.draw(sight), "span", class_="bad")

    assert text_of(bad) == "✗ failed"


def test_the_head_of_memory_says_what_stands_below(sight: Sight) -> None:
    (head,) = found(AREA.draw(sight), "th", title="verdict of the last profile")

    assert text_of(head) == "memory"


def test_a_plugin_is_held_stepped_and_resumed_in_its_row(sight: Sight) -> None:
    sight.view.change({OPEN: "greeter"})
    press(sight, AREA.draw(sight), "Hold greeter")
    drawn = AREA.draw(sight)
    assert "enabled, held 0.1.0" in text_of(drawn)
    for label in ("Hold greeter", "Step greeter", "Step back greeter"):
        assert button(drawn, label).attributes["disabled"] is True
    sight.bot.say("!hello").result()
    assert "enabled, held: 1 waiting" in text_of(AREA.draw(sight))

    attempt = press(sight, AREA.draw(sight), "Step greeter")

    assert attempt is not None
    assert attempt.answer is not None
    assert "replied: Hello, owner!" in attempt.answer.text
    press(sight, AREA.draw(sight), "Resume greeter")
    assert "enabled, held" not in text_of(AREA.draw(sight))


def test_the_last_step_is_taken_back_in_its_row(sight: Sight, plugins: Path) -> None:
    body = """
    async def setup(self): self.seen = 0

    @on("message")
    async def see(self, event, data): self.seen += 1

    def export_state(self): return self.seen

    def import_state(self, state, version): self.seen = state
    """
    write_plugin(plugins, "eyes", body)
    sight.bot.load("eyes").result()
    sight.bot.hold("eyes").result()
    sight.bot.say("ho").result()
    press(sight, AREA.draw(sight), "Step eyes")
    assert sight.bot.plugins["eyes"].state.seen == 1

    attempt = press(sight, AREA.draw(sight), "Step back eyes")

    assert attempt is not None
    assert attempt.line == "%rosey step eyes --back"
    assert attempt.standing is Standing.DONE
    assert sight.bot.plugins["eyes"].state.seen == 0


def test_plugin_whose_file_is_no_more_what_runs_says_so(sight: Sight, plugins: Path) -> None:
    write_plugin(plugins, "zoo")
    sight.bot.load("zoo").result()
    write_plugin(plugins, "zoo", "version =")  # refused where it is followed, too
    assert "enabled, edited, not loaded" in text_of(AREA.draw(sight))
    sight.view.change({FILTER: "edited"})
    assert names(sight) == ["zoo"]
    sight.view.change({FILTER: ""})

    write_plugin(plugins, "zoo", 'version = "2"')
    press(sight, AREA.draw(sight), "Reload zoo")

    assert "edited" not in text_of(AREA.draw(sight))
