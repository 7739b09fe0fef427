"""How the panel looks, wide and narrow; `make screenshots` keeps what these tests see."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser import pictures
from tests.browser.panel import Panel

pytestmark = pytest.mark.timeout(300)

PROFILED_MS = 60_000

WIDE: ViewportSize = {"width": 1088, "height": 1200}
NARROW: ViewportSize = {"width": 520, "height": 1200}

# What is beyond the right edge where nothing scrolls, lies over what stands below, or is swollen.
ODD = """panel => {
    const { right } = panel.getBoundingClientRect();
    const isBeyond = each => !each.closest('.scrolls, .wide, svg') && each.clientWidth > 0
        && each.getBoundingClientRect().right > right + 1;
    const isOver = each => each.matches('.area > *') && each.scrollHeight > each.clientHeight + 1
        && getComputedStyle(each).overflowY === 'visible';
    const isSwollen = each => each.matches('input, select') && each.clientHeight > 40;
    return [...panel.querySelectorAll('*')]
        .filter(each => isBeyond(each) || isOver(each) || isSwollen(each))
        .map(each => each.outerHTML.slice(0, 100));
}"""


@pytest.fixture
def used_panel(lively_panel: Panel) -> Panel:
    """A panel in which something was done in each area, with little of JupyterLab beside it."""
    panel = lively_panel
    panel.notebook.execute("application:toggle-left-area")
    _look_at_a_fault(panel)
    _write_an_event(panel)
    _change_settings(panel)
    _open_a_value(panel)
    _profile(panel)
    panel.open("Log").get_by_role("combobox", name="level").select_option("ERROR")
    # As somebody drags its lower edge.
    panel.root.evaluate("panel => { panel.style.height = '640px'; }")
    return panel


def _look_at_a_fault(panel: Panel) -> None:
    events = panel.open("Events")
    events.get_by_role("combobox", name="Query").fill("event:message user:Ada")
    expect(events.get_by_text("4 events", exact=True)).to_be_visible()
    failed = events.get_by_role("row").filter(has_text="ValueError")
    failed.get_by_role("button", name="trace of the event").click()
    expect(events.locator(".trace")).to_be_visible()


def _write_an_event(panel: Panel) -> None:
    fire = panel.open("Fire")
    fire.get_by_role("combobox", name="event").fill("message")
    fire.get_by_role("textbox", name="data").fill('{\n  "msg": "!hello",\n  "username": "Grace"\n}')
    expect(fire).to_contain_text("%rosey say -u Grace")


def _change_settings(panel: Panel) -> None:
    config = panel.open("Config")
    for name, number in (("max_dice", "20"), ("cooldown", "0.5")):
        config.get_by_role("spinbutton", name=name).fill(number)
    expect(config.locator(".change")).to_contain_text("cooldown: 2.0 -> 0.5")


def _open_a_value(panel: Panel) -> None:
    state = panel.open("State")
    state.get_by_role("combobox", name="plugin").select_option("trivia")
    for name in ("games", "['local']"):
        state.get_by_role("button", name=f"▸ {name}", exact=True).click()
    state.get_by_role("button", name="change newest_quote").click()
    expect(state.get_by_role("textbox", name="newest_quote")).to_be_focused()


def _profile(panel: Panel) -> None:
    memory = panel.open("Memory")
    memory.get_by_role("combobox", name="plugin").select_option("dice_roller")
    for name, number in (("reloads", "60"), ("to warm up", "30")):
        memory.get_by_role("spinbutton", name=name).fill(number)
    panel.press("Profile")
    expect(memory.get_by_role("img")).to_be_visible(timeout=PROFILED_MS)


def test_each_area_is_in_order_wide(used_panel: Panel) -> None:
    panel, page = used_panel, used_panel.notebook.page
    page.set_viewport_size(WIDE)
    for title in panel.titles():
        panel.open(title)
        assert panel.root.evaluate(ODD) == [], title
        pictures.keep(f"panel-{title.lower()}", panel.root)
    panel.notebook.use_theme("Dark")
    panel.open("Chat")
    pictures.keep("panel-dark", panel.root)


def test_each_area_is_in_order_narrow(used_panel: Panel) -> None:
    panel, page = used_panel, used_panel.notebook.page
    page.set_viewport_size(NARROW)
    for title in reversed(panel.titles()):
        panel.open(title)
        assert panel.root.evaluate(ODD) == [], title
    pictures.keep("panel-narrow", panel.root)
