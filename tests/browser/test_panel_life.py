"""The panel while its kernel is busy, when it is over, and in a notebook that was saved."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook import Notebook
from tests.browser.panel import OPENED_MS, Panel, open_panel, start_bot
from tests.browser.strangers import alive

pytestmark = pytest.mark.timeout(180)


def begin(notebook: Notebook) -> Locator:
    """Have a cell be busy until `end`: it reads what nobody has written yet."""
    os.mkfifo(notebook.folder / "over")
    return notebook.begin("open('over').read()")


def end(panel: Panel, busy: Locator) -> None:
    """Let the cell that is busy come to its end."""
    (panel.notebook.folder / "over").write_text("")
    expect(busy.locator(".jp-InputPrompt")).to_have_text("[3]:")


def test_buttons_answer_while_a_cell_is_busy(panel: Panel) -> None:
    busy = begin(panel.notebook)

    panel.press("Disable trivia")

    expect(panel.row("trivia")).to_contain_text("disabled")
    expect(busy.locator(".jp-InputPrompt")).to_have_text("[*]:")
    end(panel, busy)


def test_kernel_without_subshells_is_said_to_be_busy_and_nothing_is_lost(
    notebook: Notebook,
) -> None:
    notebook.use_no_subshells()
    start_bot(notebook)
    panel = open_panel(notebook)
    tabs = panel.root.get_by_role("tablist")
    busy = begin(notebook)
    place = tabs.bounding_box()

    panel.press("Disable trivia")

    expect(panel.notice).to_contain_text("busy")
    assert tabs.bounding_box() == place
    end(panel, busy)
    expect(panel.row("trivia")).to_contain_text("disabled")
    expect(panel.notice).to_be_empty()


def test_closed_panel_leaves_how_the_bot_was(panel: Panel) -> None:
    other = open_panel(panel.notebook, "opened = bot.panel('plugins')\nopened")

    panel.notebook.run("opened.close()")

    expect(other.root).to_have_count(0)
    expect(panel.notebook.cells.nth(3).locator(".rosey-still")).to_contain_text("dice_roller")
    expect(panel.row("dice_roller")).to_be_visible()


def test_saved_notebook_shows_the_bot_without_its_kernel(panel: Panel) -> None:
    panel.notebook.save()
    panel.notebook.shut_down()
    page = panel.notebook.page

    page.reload()

    still = page.locator(".jp-CodeCell .rosey-still")
    expect(still).to_contain_text("dice_roller", timeout=OPENED_MS)
    expect(still).to_contain_text("%rosey panel opens another")
    assert alive(still) == []


def test_hidden_panel_is_up_to_date_when_it_is_seen_again(panel: Panel) -> None:
    panel.notebook.hide()
    panel.notebook.run_unseen("await bot.disable('trivia')")
    panel.notebook.show()

    expect(panel.row("trivia")).to_contain_text("disabled")


def test_panel_that_was_saved_with_the_notebook_says_that_nobody_answers(panel: Panel) -> None:
    switch = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"
    panel.notebook.execute(switch)
    panel.notebook.save()
    panel.notebook.execute(switch)
    panel.notebook.shut_down()

    panel.root.page.reload()

    expect(panel.notice).to_contain_text("No kernel answers", timeout=OPENED_MS)
    expect(panel.row("dice_roller")).to_be_visible()
