"""The areas of memory, of the graph and of the log."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import greeter
from tests.browser.notebook import Notebook
from tests.browser.panel import Panel, open_panel, start_bot

pytestmark = pytest.mark.timeout(180)

PROFILED_MS = 60_000


@pytest.fixture
def panel(notebook: Notebook) -> Panel:
    greeter.write(notebook)
    start_bot(notebook)
    return open_panel(notebook)


def test_profile_shows_how_far_it_is_then_its_verdict_and_chart(panel: Panel) -> None:
    panel.open("Memory")
    panel.area.get_by_role("combobox", name="plugin").select_option("greeter")
    panel.area.get_by_role("spinbutton", name="reloads").fill("80")
    panel.press("Profile")
    expect(panel.area.get_by_role("progressbar")).to_be_visible()

    verdict = panel.area.get_by_role("heading", name="Profile 1: greeter is")
    expect(verdict).to_be_visible(timeout=PROFILED_MS)

    expect(panel.area.get_by_role("progressbar")).to_have_count(0)
    expect(panel.area.get_by_role("img")).to_be_visible()
    expect(panel.last.first).to_contain_text("%rosey profile greeter --reloads 80")


def test_graph_says_what_is_reloaded_with_a_plugin(panel: Panel) -> None:
    panel.open("Graph")
    panel.area.get_by_role("combobox", name="around plugin").select_option("quote_db")

    picture = panel.area.get_by_role("region", name="Graph")
    expect(picture.get_by_text("trivia", exact=True).first).to_be_visible()
    expect(panel.area).to_contain_text("%rosey graph quote_db")


def test_record_of_the_log_leads_to_the_trace_of_its_event(panel: Panel) -> None:
    panel.notebook.run("await bot.say('!hello nobody')")
    panel.open("Log")
    panel.area.get_by_role("combobox", name="level").select_option("ERROR")
    row = panel.area.get_by_role("row").filter(has_text="nobody is there")
    row.get_by_role("button", name="trace of the event").click()

    trace = panel.root.get_by_role("tabpanel", name="Events").locator(".trace")
    expect(trace).to_contain_text("!hello nobody")
