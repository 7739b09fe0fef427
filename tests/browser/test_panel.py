"""The panel as such, whatever stands in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.notebook import Notebook
from tests.browser.panel import Panel, open_panel

pytestmark = pytest.mark.timeout(180)


def test_panel_opens_on_the_plugins(panel: Panel) -> None:
    expect(panel.tab("Plugins")).to_have_attribute("aria-selected", "true")
    expect(panel.root.get_by_role("tabpanel", name="Plugins")).to_be_visible()
    expect(panel.row("dice_roller")).to_contain_text("enabled")


def test_panel_without_a_bot_says_how_to_start_one(notebook: Notebook) -> None:
    notebook.run("%load_ext rosey")
    panel = open_panel(notebook)

    expect(panel.root).to_contain_text("%rosey start")


def test_arrows_home_and_end_go_from_tab_to_tab(panel: Panel) -> None:
    tabs = panel.root.get_by_role("tab")
    tabs.first.focus()

    for key, selected in (("ArrowRight", 1), ("End", -1), ("ArrowRight", 0), ("ArrowLeft", -1)):
        panel.root.page.keyboard.press(key)
        expect(tabs.nth(selected)).to_be_focused()
        expect(tabs.nth(selected)).to_have_attribute("aria-selected", "true")
        expect(panel.root.locator('[role=tab][aria-selected="true"]')).to_have_count(1)


def test_two_panels_agree(panel: Panel) -> None:
    other = open_panel(panel.notebook)

    panel.press("Disable dice_roller")

    expect(panel.row("dice_roller")).to_contain_text("disabled")
    expect(other.row("dice_roller")).to_contain_text("disabled")


def test_restarted_kernel_leaves_a_panel_that_says_so(panel: Panel) -> None:
    panel.notebook.restart_kernel()

    expect(panel.notice).to_contain_text("its kernel was restarted or has ended")
    expect(panel.tab("Plugins")).to_be_visible()
