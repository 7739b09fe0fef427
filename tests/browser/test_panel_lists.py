"""Long lists, of which only the rows around those on the screen are there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook import Notebook
from tests.browser.panel import Panel, open_panel, start_bot

pytestmark = pytest.mark.timeout(180)

_FILLED = """list => {
    const { top, bottom } = list.getBoundingClientRect();
    const middle = (top + bottom) / 2;
    return [...list.querySelectorAll("tbody tr:not(.gap)")].some(row => {
        const place = row.getBoundingClientRect();
        return place.top <= middle && middle <= place.bottom;
    });
}"""


@pytest.fixture
def panel(notebook: Notebook) -> Panel:
    """A panel whose list of events is scrolled to rows that were not there at first."""
    start_bot(notebook)
    notebook.run("for n in range(500):\n    await bot.emit('user_join', {'username': f'user{n}'})")
    panel = open_panel(notebook, "%rosey panel events")
    expect(events(panel)).to_contain_text("user499")
    events(panel).evaluate("list => { list.scrollTop = 6000 }")
    wait_for_rows(panel)
    return panel


def events(panel: Panel) -> Locator:
    return panel.root.get_by_role("region", name="Events, newest first")


def wait_for_rows(panel: Panel) -> None:
    """Wait until there is a row in the middle of what is seen of the list."""
    panel.root.page.wait_for_function(_FILLED, arg=events(panel).element_handle())


def test_rows_are_there_after_a_query_is_taken_back(panel: Panel) -> None:
    query = panel.area.get_by_role("combobox", name="Query: which events are listed")
    query.fill("event:bot.started")
    expect(panel.area.get_by_text("1 events", exact=True)).to_be_visible()

    query.fill("")

    expect(panel.area.get_by_text("1 events", exact=True)).to_be_hidden()
    wait_for_rows(panel)


def test_rows_are_there_where_the_list_is_brought_back_to_its_beginning(panel: Panel) -> None:
    panel.area.get_by_role("button", name="show the newest").click()

    expect(events(panel)).to_have_js_property("scrollTop", 0)
    expect(events(panel)).to_contain_text("user499")
    wait_for_rows(panel)


def test_rows_are_there_where_the_page_is_loaded_anew(panel: Panel) -> None:
    notebook = panel.notebook
    notebook.save()
    notebook.page.reload()
    notebook.wait_until_idle()

    panel.root.scroll_into_view_if_needed()

    wait_for_rows(panel)


def test_rows_are_there_in_another_view_of_the_panel(panel: Panel) -> None:
    panel.notebook.execute("notebook:create-output-view")
    tab = panel.notebook.page.locator(".jp-LinkedOutputView .rosey-panel")

    wait_for_rows(Panel(panel.notebook, tab))
    wait_for_rows(panel)


def test_panel_is_as_high_as_its_tab(panel: Panel) -> None:
    panel.notebook.execute("notebook:create-output-view")
    tab = panel.notebook.page.locator(".jp-LinkedOutputView")
    shown = tab.get_by_role("region", name="Rosey control panel")
    expect(shown).to_be_visible()

    assert shown.bounding_box() == tab.bounding_box()
