"""The area of the chat."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from rosey.workbench.panel.areas.chat import MESSAGES_SHOWN
from tests.browser import greeter
from tests.browser.notebook import Notebook
from tests.browser.panel import Panel, open_panel, start_bot

pytestmark = pytest.mark.timeout(180)

COUNT_ADDED = """rows => {
  rows.added = 0;
  const note = changes => changes.forEach(change => rows.added += change.addedNodes.length);
  new MutationObserver(note).observe(rows, { childList: true });
}"""


@pytest.fixture
def panel(notebook: Notebook) -> Panel:
    greeter.write(notebook)
    start_bot(notebook)
    return open_panel(notebook, "%rosey panel chat")


def test_anybody_can_be_spoken_as(panel: Panel) -> None:
    chat = panel.root.get_by_role("log")
    panel.root.get_by_role("textbox", name="as", exact=True).fill("Ada")
    panel.root.get_by_role("combobox", name="rank").select_option("guest")
    panel.root.get_by_role("textbox", name="What to say as Ada").fill("!hello")
    panel.press("Say")

    expect(chat).to_contain_text("Hello, Ada, number 1!")
    expect(panel.last.first).to_contain_text("%rosey say -u Ada -r guest -- !hello")


def test_what_is_half_typed_is_kept_in_another_area_and_gone_once_it_is_said(panel: Panel) -> None:
    line = panel.root.get_by_role("textbox", name="What to say")
    line.fill("!hello Gra")
    panel.open("Events")
    panel.open("Chat")
    expect(line).to_have_value("!hello Gra")

    panel.press("Say")

    expect(panel.root.get_by_role("log")).to_contain_text("Hello, Gra, number 1!")
    expect(line).to_have_value("")
    panel.open("Events")
    panel.open("Chat")
    expect(line).to_have_value("")


def test_enter_says_it_and_arrow_up_brings_it_back(panel: Panel) -> None:
    line = panel.root.get_by_role("textbox", name="What to say")
    line.fill("!hello world")
    line.press("Enter")
    expect(panel.root.get_by_role("log")).to_contain_text("Hello, world, number 1!")
    expect(line).to_have_value("")

    line.press("ArrowUp")

    expect(line).to_have_value("!hello world")


def test_fault_stands_at_the_message_that_caused_it(panel: Panel) -> None:
    line = panel.root.get_by_role("textbox", name="What to say")
    line.fill("!hello nobody")
    line.press("Enter")

    message = panel.root.locator(".chat li").filter(has_text="owner !hello nobody")
    expect(message.locator("+ *")).to_contain_text("ValueError: nobody is there")


def test_message_that_stays_is_not_moved_as_the_oldest_goes(notebook: Notebook) -> None:
    greeter.write(notebook)
    start_bot(notebook)
    notebook.run(f"for _ in range({MESSAGES_SHOWN}):\n    bot.say('!hello').result()")
    panel = open_panel(notebook, "%rosey panel chat")
    rows = panel.root.locator(".chat ol")
    expect(rows).to_contain_text(f"number {MESSAGES_SHOWN}!")
    rows.evaluate(COUNT_ADDED)

    line = panel.root.get_by_role("textbox", name="What to say")
    line.fill("!hello")
    line.press("Enter")

    expect(rows).to_contain_text(f"number {MESSAGES_SHOWN + 1}!")
    assert rows.evaluate("rows => rows.added") < MESSAGES_SHOWN
