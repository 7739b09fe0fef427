"""What strangers write, in the panel: it is shown, and never obeyed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.notebook import Notebook
from tests.browser.panel import OPENED_MS, Panel, open_panel
from tests.browser.strangers import Watch, alive

CORPUS = Path(__file__).parents[1] / "hostile" / "corpus.py"

pytestmark = pytest.mark.timeout(180)

SHOWING = ("Plugins", "Chat", "Events", "State", "Config", "Log")
"""The areas that show something of what strangers wrote."""

PLUGIN = """\
%%rosey plugin stranger
from corpus import SMALL
from rosey import ConfigSchema, Event, Message, Plugin, fields, on


class StrangerConfig(ConfigSchema):
    greeting = fields.Str(load_default=SMALL[0], metadata={"description": "".join(SMALL)})


class Stranger(Plugin):
    name = "stranger"
    version = "<img src=x onerror=alert(1)>"
    description = "".join(SMALL)
    config_schema = StrangerConfig

    async def setup(self) -> None:
        self.heard = {text: text for text in SMALL}

    @on("message")
    async def fail(self, event: Event, data: Message) -> None:
        raise ValueError("".join(SMALL))
"""

TALK = """\
import logging
from corpus import HOSTILE, SMALL
from rosey import Rank, RoseyError

for text in reversed(HOSTILE):
    try:
        await bot.traces.say(text, user=text[:100], rank=Rank.GUEST)
    except RoseyError as refused:
        logging.getLogger("rosey").error("%s: %s", text, refused)
for text in reversed(SMALL):
    await bot.traces.emit("stranger." + text, {text: text})
"""


TYPED = "<img src=x onerror=alert(1)>"


LINES = ("list", "events", "log", "state stranger", "config stranger", "info stranger")

FORMULA = ".formula mjx-container"


def start_stranger(notebook: Notebook) -> None:
    """Start a bot with a plugin and with users who try everything."""
    shutil.copy(CORPUS, notebook.folder)
    notebook.run("%load_ext rosey\n%rosey start")
    notebook.run(PLUGIN)
    notebook.run(TALK)


def wait_for_formulas(notebook: Notebook) -> None:
    """Show a formula, and wait until JupyterLab has typeset it and all that came before it."""
    formula = """display({"text/html": "<p class=formula>$x$</p>", "text/plain": "x"}, raw=True)"""
    expect(notebook.run(formula).locator("mjx-container")).to_be_visible(timeout=OPENED_MS)


@pytest.fixture
def panel(notebook: Notebook) -> Panel:
    start_stranger(notebook)
    return open_panel(notebook)


@pytest.fixture
def watch(notebook: Notebook) -> Watch:
    return Watch.over(notebook.page, notebook.server)


def test_what_strangers_write_is_shown_and_never_obeyed(watch: Watch, panel: Panel) -> None:
    panel.row("stranger").get_by_role("button", name="stranger", exact=True).click()
    panel.open("State").get_by_role("searchbox", name="filter").fill("alert")

    for title in panel.titles():
        area = panel.open(title)
        if title in SHOWING:
            expect(area).to_contain_text("alert(1)")
        assert alive(panel.root) == [], title
    assert (watch.dialogs, watch.requests) == ([], [])


def test_what_is_typed_is_text_too(watch: Watch, panel: Panel) -> None:
    panel.open("Chat").get_by_role("textbox", name="as", exact=True).fill(TYPED)
    panel.area.get_by_role("textbox", name="What to say").fill(TYPED)
    panel.press("Say")
    expect(panel.last.first).to_contain_text(TYPED)
    panel.open("Fire").get_by_role("combobox", name="event").fill(TYPED)
    expect(panel.area.get_by_text(f"Nobody listens to {TYPED}")).to_be_visible()

    assert alive(panel.root) == []
    assert (watch.dialogs, watch.requests) == ([], [])


def test_answers_are_not_obeyed_either(watch: Watch, notebook: Notebook) -> None:
    start_stranger(notebook)
    answers = [notebook.run(f"%rosey {line}") for line in LINES]
    wait_for_formulas(notebook)

    for line, answer in zip(LINES, answers, strict=True):
        shown = answer.locator(".jp-OutputArea")
        expect(shown, line).to_contain_text("alert(1)")
        assert alive(shown) == [], line
    assert (watch.dialogs, watch.requests) == ([], [])


def test_saved_notebook_does_not_obey_them_either(watch: Watch, panel: Panel) -> None:
    notebook = panel.notebook
    panel.row("stranger").get_by_role("button", name="stranger", exact=True).click()
    titles = panel.titles()
    for title in titles[1:]:
        open_panel(notebook, f"bot.panel({title.lower()!r})")
    wait_for_formulas(notebook)
    notebook.save()
    notebook.shut_down()

    notebook.page.reload()

    pictures = notebook.page.locator(".jp-CodeCell .rosey-still")
    expect(pictures).to_have_count(len(titles), timeout=OPENED_MS)
    expect(notebook.page.locator(FORMULA)).to_be_visible()
    for title, picture in zip(titles, pictures.all(), strict=True):
        if title in SHOWING:
            expect(picture).to_contain_text("alert(1)")
        assert alive(picture) == [], title
    assert (watch.dialogs, watch.requests) == ([], [])
