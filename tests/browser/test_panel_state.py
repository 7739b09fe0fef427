"""The areas of what a plugin keeps, and of its settings."""

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


def test_value_is_live_marked_when_it_changes_and_edited_in_place(panel: Panel) -> None:
    panel.open("State")
    panel.area.get_by_role("combobox", name="plugin").select_option("greeter")
    row = panel.row("greeted")
    expect(row).to_contain_text("0")

    panel.notebook.run("await bot.say('!hello')")
    expect(row).to_contain_text("1 ● changed")
    row.get_by_role("button", name="change greeted").click()
    value = panel.area.get_by_role("textbox", name="greeted")
    expect(value).to_be_focused()
    value.fill("41")
    value.press("Enter")

    expect(row).to_contain_text("41")
    reply = panel.notebook.run("await bot.say('!hello')")
    expect(reply).to_contain_text("number 42!")


def test_wrong_setting_says_why_beside_its_field_and_a_right_one_is_applied(panel: Panel) -> None:
    panel.open("Config")
    most = panel.area.get_by_role("spinbutton", name="max_dice")
    setting = most.locator("..")
    most.fill("5000")
    expect(setting.locator(".trouble")).to_contain_text("1000")
    expect(most).to_have_attribute("aria-invalid", "true")
    expect(panel.area.get_by_role("button", name="Apply")).to_be_disabled()

    most.fill("3")
    expect(panel.area.locator(".change")).to_contain_text("max_dice: 100 -> 3")
    panel.press("Apply")

    expect(panel.last.first).to_contain_text("max_dice: 100 -> 3")
    expect(setting).to_contain_text("not the default")
    reply = panel.notebook.run("await bot.say('!roll 4d6')")
    expect(reply).to_contain_text("3 dice at once")
