"""Cells that are plugins, as JupyterLab shows them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import Lab

DRAWN_MS = 30_000

pytestmark = pytest.mark.timeout(180)


def test_fault_stands_in_its_cell_and_an_edited_plugin_in_the_next(lab: Lab, page: Page) -> None:
    notebook = lab.open(page, "02-cell-to-file.ipynb")
    notebook.run_all()
    # What has come from the kernel is yet to be drawn.
    last = notebook.cells.last
    expect(last).to_contain_text("Now we have 4, owner.", timeout=DRAWN_MS)
    shown = notebook.outputs()
    assert '->  9 |         self.count = self.config["start"]' in shown[5]
    assert "serves on with its state" in shown[5]

    notebook.execute("notebook:insert-cell-below")
    page.keyboard.press("Enter")
    page.keyboard.type("%rosey edit counter")
    page.keyboard.press("Control+Enter")

    last = notebook.cells.last.locator(".cm-content")
    expect(last).to_contain_text("%%rosey plugin counter", timeout=DRAWN_MS)
