"""What strangers write, in the panel: it is shown, and never obeyed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.notebook import Notebook
from tests.browser.panel import Panel, open_panel
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


@pytest.fixture
def panel(notebook: Notebook) -> Panel:
    shutil.copy(CORPUS, notebook.folder)
    notebook.run("%load_ext rosey\n%rosey start")
    notebook.run(PLUGIN)
    notebook.run(TALK)
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
