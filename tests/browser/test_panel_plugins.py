"""The area of the plugins."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import greeter
from tests.browser.notebook import Notebook
from tests.browser.panel import Panel, open_panel, start_bot

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def panel(notebook: Notebook) -> Panel:
    greeter.write(notebook)
    start_bot(notebook)
    return open_panel(notebook)


def test_each_button_does_what_its_line_does(panel: Panel) -> None:
    steps = {
        "Disable": ("%rosey disable greeter", "disabled"),
        "Enable": ("%rosey enable greeter", "enabled"),
        "Reload": ("%rosey reload greeter", "enabled"),
        "Unload": ("%rosey unload greeter", "unloaded"),
        "Load": ("%rosey load greeter", "enabled"),
    }
    for button, (line, state) in steps.items():
        panel.press(f"{button} greeter")

        done = panel.last.filter(has_text="done").filter(has_text=line)
        expect(done).to_be_visible()
        expect(panel.row("greeter").get_by_role("cell").nth(1)).to_have_text(state)


def test_held_plugin_has_its_events_step_by_step_and_back(panel: Panel) -> None:
    row = panel.row("greeter")
    row.get_by_role("button", name="greeter", exact=True).click()
    panel.press("Hold greeter")
    expect(row).to_contain_text("enabled, held")
    expect(row.get_by_role("button", name="Step greeter", exact=True)).to_be_disabled()
    panel.open("Chat").get_by_role("textbox", name="What to say").fill("!hello")
    panel.press("Say")
    expect(panel.area).to_contain_text("greeter is held and is still to have it")
    panel.open("Plugins")
    expect(row).to_contain_text("held: 1 waiting")

    panel.press("Step greeter")
    expect(panel.last.first).to_contain_text("replied: Hello, owner, number 1!")
    expect(panel.last.first).to_contain_text("nothing more waits for greeter")

    panel.press("Step back greeter")
    expect(panel.last.first).to_contain_text("is reloaded with its state before that step")
    panel.press("Step greeter")
    expect(panel.last.first).to_contain_text("replied: Hello, owner, number 1!")
    panel.press("Resume greeter")
    expect(row).not_to_contain_text("held")


def test_broken_reload_stands_on_its_row_until_it_is_mended(panel: Panel) -> None:
    trouble = panel.row("greeter").locator("+ tr")
    greeter.break_it(panel.notebook)
    panel.press("Reload greeter")
    expect(trouble).to_contain_text(f"greeter.py:{greeter.BROKEN_LINE}")
    expect(panel.row("greeter")).to_contain_text("enabled")
    expect(panel.row("greeter")).to_contain_text("1.0.0")

    greeter.write(panel.notebook, version="1.1.0")
    panel.press("Reload greeter")

    expect(panel.row("greeter")).to_contain_text("1.1.0")
    expect(panel.area).not_to_contain_text("SyntaxError")


def test_rows_are_filtered_while_one_types_and_sorted_by_a_click(panel: Panel) -> None:
    names = panel.area.get_by_role("rowheader")
    expect(names).to_have_text(["dice_roller", "greeter", "quote_db", "trivia"])

    panel.press("plugin ▴")
    expect(names).to_have_text(["trivia", "quote_db", "greeter", "dice_roller"])
    panel.root.get_by_role("searchbox").press_sequentially("greets")

    expect(names).to_have_text(["greeter"])
