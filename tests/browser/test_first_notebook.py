"""The first notebook as a newcomer sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import pictures
from tests.browser.lab import Lab
from tests.browser.notebook import Notebook

pytestmark = pytest.mark.timeout(180)


def test_run_all_leads_to_a_plugin_that_outlives_a_broken_save(lab: Lab, page: Page) -> None:
    notebook = lab.open(page, "01-first-plugin.ipynb")
    notebook.run_all()
    last = notebook.cells.last
    expect(last.locator(".jp-InputPrompt")).to_have_text("[10]:")
    shown = notebook.outputs()
    assert "Hello, owner!" in shown[3]
    assert "Hello, Ada! You are number 1." in shown[5]
    assert "Greeter.welcome" in shown[6]
    assert "SyntaxError" in shown[8]
    assert "plugins/greeter.py:24" in shown[8]
    assert "Hello, Ada! You are number 3." in shown[9]
    _keep_pictures(notebook)


def test_tab_completes_commands_and_plugins(lab: Lab, page: Page) -> None:
    notebook = lab.open(page, "01-first-plugin.ipynb")
    notebook.run_all()
    notebook.execute("notebook:insert-cell-below")
    page.keyboard.press("Enter")
    completer = page.locator(".jp-Completer:visible .jp-Completer-match")
    for typed, completed in (("%rosey rel", "reload"), (" gr", "greeter")):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
        expect(completer).to_have_text(completed)
        page.keyboard.press("Enter")
    editor = page.locator(".jp-CodeCell.jp-mod-active .cm-content")
    expect(editor).to_have_text("%rosey reload greeter")


def _keep_pictures(notebook: Notebook) -> None:
    notebook.execute("application:toggle-left-area")
    for name, height, first in (("whole", 2800, 0), ("end", 1000, 5)):
        notebook.page.set_viewport_size({"width": 1000, "height": height})
        cell = notebook.cells.nth(first)
        cell.click()
        cell.evaluate("cell => cell.scrollIntoView({block: 'start'})")
        pictures.keep(f"first-notebook-{name}", notebook.page)
