"""Areas that are drawn while a plugin blocks the bot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rosey.errors import RoseyError
from rosey.workbench.panel.areas import chat
from rosey.workbench.panel.areas.events import area as events
from rosey.workbench.panel.areas.events.listing import OPEN
from rosey.workbench.panel.areas.events.query import QUERY
from rosey.workbench.panel.areas.fire import area as fire
from rosey.workbench.panel.areas.fire.view import EVENT
from rosey.workbench.panel.sight import Sight
from tests.bots import write_plugin
from tests.workbench.panel.reading import found, text_of

HOG = """
@on("block")
async def block(self, event, data):
    import os, time
    while not os.path.exists(data):
        time.sleep(0.01)
"""


@pytest.fixture
def blocked(sight: Sight, plugins: Path) -> Iterator[Sight]:
    """What an area draws from, while a plugin blocks the bot in an endless loop."""
    write_plugin(plugins, "hog", HOG)
    sight.bot.load("hog").result()
    blocking = sight.bot.traces.emit("block", str(plugins / "go_on"))
    with pytest.raises(RoseyError):
        sight.bot.snapshot(0.2)
    yield sight
    (plugins / "go_on").touch()
    blocking.result()


def test_events_and_a_trace_are_still_shown(blocked: Sight) -> None:
    number = blocked.bot.traces.last(1)[0].id
    blocked.view.change({OPEN: str(number)})

    text = text_of(events.AREA.draw(blocked))

    assert f"Trace of #{number}" in text
    assert "plugin.enabled" in text


def test_terms_of_a_query_still_complete(blocked: Sight) -> None:
    blocked.view.change({QUERY: "event:"})

    options = [option.does["value"] for option in found(events.AREA.draw(blocked), "option")]

    assert options == ["event:"]


def test_what_was_said_is_still_shown(blocked: Sight) -> None:
    text = text_of(chat.AREA.draw(blocked))

    assert "Nobody has said anything yet" in text
    assert "the bot has not answered for 1 s: a plugin blocks it" in text


def test_an_event_can_still_be_typed(blocked: Sight) -> None:
    blocked.view.change({EVENT: "user_join"})

    text = text_of(fire.AREA.draw(blocked))

    assert "the bot has not answered for 1 s: a plugin blocks it" in text
    assert "%rosey emit user_join {}" in text
