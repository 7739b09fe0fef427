"""The areas in which events are looked at, and fired."""

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
    notebook.run("await bot.say('!hello')")
    return open_panel(notebook, "%rosey panel events")


def test_query_picks_events_and_says_what_is_wrong_with_it(panel: Panel) -> None:
    query = panel.area.get_by_role("combobox", name="Query: which events are listed")
    query.fill("event:reply")
    expect(panel.area.get_by_text("1 events", exact=True)).to_be_visible()
    expect(panel.area.get_by_role("row").nth(1)).to_contain_text("Hello, owner, number 1!")

    query.fill("colour:red")

    expect(query).to_have_attribute("aria-invalid", "true")
    expect(panel.area.locator(".trouble")).to_contain_text("colour")


def test_pause_holds_the_list_and_counts_what_is_newer(panel: Panel) -> None:
    first = panel.area.get_by_role("row").nth(1)
    panel.area.get_by_role("combobox", name="Query").fill("event:message")
    expect(panel.area.get_by_text("1 events", exact=True)).to_be_visible()
    panel.press("Pause")
    expect(panel.area).to_contain_text("0 newer")

    panel.notebook.run("for number in range(7):\n    await bot.say(f'!hello {number}')")

    expect(panel.area).to_contain_text("7 newer")
    expect(first).not_to_contain_text("!hello 6")
    panel.area.get_by_role("button", name="show the newest").click()
    expect(first).to_contain_text("!hello 6")


def test_trace_opens_and_its_event_is_edited_and_fired_again(panel: Panel) -> None:
    panel.area.get_by_role("row").filter(has_text="message").get_by_role(
        "button", name="trace of the event"
    ).click()
    trace = panel.area.locator(".trace")
    expect(trace).to_contain_text("greeter: !hello answered")
    trace.get_by_role("button", name="Edit and fire").click()

    body = panel.root.get_by_role("textbox", name="data, as JSON")
    body.fill('{"msg": "!hello Grace", "username": "Ada"}')
    panel.root.get_by_role("button", name="Fire", exact=True).click()

    expect(panel.last.first).to_contain_text("Hello, Grace, number 2!")


def test_data_is_checked_while_it_is_typed(panel: Panel) -> None:
    panel.open("Fire")
    fire = panel.root.get_by_role("button", name="Fire", exact=True)
    body = panel.root.get_by_role("textbox", name="data, as JSON")
    panel.root.get_by_role("combobox", name="event").fill("user_join")
    body.fill('{"username":\n"Ada"')
    expect(panel.area.locator(".trouble")).to_contain_text("line 2, column 6")
    expect(fire).to_be_disabled()

    body.fill('{"username": "Ada"}')

    expect(panel.area.locator(".trouble")).to_have_count(0)
    expect(fire).to_be_enabled()
    expect(panel.area).to_contain_text('%rosey emit user_join {"username": "Ada"}')
