"""The area of the events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rosey.chat.model import Rank
from rosey.diagnostics.traces import window as windows
from rosey.workbench.faces.markup import Element, to_tree
from rosey.workbench.panel.areas.events.area import AREA
from rosey.workbench.panel.areas.events.listing import IS_HELD, ROWS
from rosey.workbench.panel.areas.events.query import FIRST, QUERY, narrowed, words_of
from rosey.workbench.panel.attempt import answer_to
from rosey.workbench.panel.sight import Sight
from tests.bots import write_plugin
from tests.hostile.corpus import HOSTILE
from tests.workbench.panel.reading import act, found, press, text_of

MOST_BYTES = 200_000
"""What one drawing sends at the most, whatever is in it."""

SLOW = """
@on("nap")
async def nap(self, event, data):
    import asyncio
    await asyncio.sleep(0.11)
"""


def listed(sight: Sight) -> list[str]:
    """The rows of the list, newest first."""
    return [text_of(row) for row in rows(sight)]


def rows(sight: Sight) -> list[Element]:
    (table,) = found(AREA.draw(sight), "table", class_="windowed")
    return [row for row in found(table, "tr") if "kind" in str(row.attributes.get("class"))]


def said(sight: Sight, *lines: str, user: str = "ann") -> int:
    """Say some lines, and return the number of the last message."""
    return [sight.bot.traces.say(line, user, Rank.GUEST).result().root for line in lines][-1]


def emitted(sight: Sight, event: str, data: object = None) -> int:
    return sight.bot.traces.emit(event, data).result().root


def type_(sight: Sight, query: str) -> None:
    sight.view.change({QUERY: query})


def test_events_are_listed_newest_first_with_all_that_is_worth_knowing(sight: Sight) -> None:
    number = said(sight, "!hello Ada")

    reply, message = listed(sight)[:2]

    assert message.startswith(f"· #{number} ")
    assert "message ann greeter" in message
    assert message.endswith("!hello Ada")
    assert reply.startswith(f"↩ #{number + 1} ")
    assert reply.endswith("µs Hello, Ada!")


def test_what_failed_and_what_was_slow_stands_out_by_a_sign_too(
    sight: Sight, plugins: Path
) -> None:
    write_plugin(plugins, "sleeper", SLOW)
    sight.bot.load("sleeper").result()
    emitted(sight, "user_join", {})
    emitted(sight, "nap")
    type_(sight, "event:user_join")
    failed = rows(sight)[0]
    type_(sight, "event:nap")
    slow = rows(sight)[0]

    assert text_of(failed).startswith("✗")
    assert "kind-failed" in str(failed.attributes["class"])
    assert text_of(slow).startswith("◷")
    assert [e.attributes["aria-label"] for e in found(slow, role="img")] == ["slow"]


def test_a_query_picks_and_what_is_wrong_with_it_stands_beside_it(sight: Sight) -> None:
    said(sight, "!hello")
    type_(sight, "reply:yes")
    assert len(listed(sight)) == 1

    type_(sight, "reply:maybe")
    area = AREA.draw(sight)

    (field,) = found(area, "input", type="search")
    (wrong,) = found(area, id=field.attributes["aria-describedby"])
    assert text_of(wrong) == "reply: is followed by yes or no, not by 'maybe'"
    assert field.attributes["aria-invalid"] == "true"
    assert len(listed(sight)) == 1


def test_a_query_that_is_wrong_at_first_lists_all(sight: Sight) -> None:
    number = said(sight, "!hello")
    type_(sight, "colour:red")

    assert f"#{number}" in " ".join(listed(sight))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", "plugin:"),
        ("error:yes pl", "error:yes plugin:"),
        ("error:yes plugin:", "error:yes plugin:greeter"),
        ("-event:user", "-event:user_join"),
        ("slow:", "slow:yes"),
    ],
)
def test_terms_complete_while_they_are_typed(sight: Sight, typed: str, offered: str) -> None:
    type_(sight, typed)

    options = [option.does["value"] for option in found(AREA.draw(sight), "option")]

    assert offered in options
    assert all(option.startswith(typed.rpartition(" ")[0]) for option in options)


def test_a_click_on_a_cell_picks_by_it(sight: Sight) -> None:
    said(sight, "!hello", user="two words")
    said(sight, "!hello", user="bob")
    (row,) = [row for row in rows(sight) if "message two words" in text_of(row)]
    sight.view.change({FIRST: 1})

    press(sight, row, "two words")

    assert sight.view.text(QUERY) == "'user:two words'"
    assert sight.view.number(FIRST) == 0
    assert len(listed(sight)) == 1


@pytest.mark.parametrize(
    ("query", "after"),
    [
        ("", "event:a"),
        ("event:b error:yes", "error:yes event:a"),
        ('"two words"', "'two words' event:a"),
        ('"not closed', "event:a"),
    ],
)
def test_a_term_takes_the_place_of_one_of_its_kind(query: str, after: str) -> None:
    assert narrowed(words_of(query), "event", "a") == after


def test_filters_are_kept_picked_and_forgotten(sight: Sight) -> None:
    type_(sight, "error:yes")
    act(sight, "events.keep", {"name": "faults"})
    type_(sight, "")

    press(sight, AREA.draw(sight), "faults: list the events of this filter")
    assert sight.view.text(QUERY) == "error:yes"

    press(sight, AREA.draw(sight), "Forget the filter faults")
    assert "faults" not in text_of(AREA.draw(sight))


def test_the_help_gives_examples_that_can_be_tried(sight: Sight) -> None:
    said(sight, "!hello")

    press(sight, AREA.draw(sight), "reply:yes")

    assert len(listed(sight)) == 1


def test_hostile_names_are_shown_and_can_be_sent_to_the_browser(sight: Sight) -> None:
    for text in HOSTILE:
        emitted(sight, f"a{text}", {"username": text})
        said(sight, "!hello", user=text)

    for first in range(0, 4 * len(HOSTILE), ROWS):
        sight.view.change({FIRST: first})
        sent = json.dumps(to_tree(AREA.draw(sight)), ensure_ascii=False).encode()
        assert len(sent) < MOST_BYTES


def test_a_pause_holds_the_list_and_counts_what_is_newer(sight: Sight) -> None:
    said(sight, "!hello")
    press(sight, AREA.draw(sight), "Pause")
    before = listed(sight)
    said(sight, "!hello", "!hello")

    assert listed(sight) == before
    assert "4 newer" in text_of(AREA.draw(sight))

    press(sight, AREA.draw(sight), "4 newer: show the newest")
    assert len(listed(sight)) == len(before) + 4
    assert not sight.view.is_on(IS_HELD)


def test_a_list_that_is_read_further_down_holds_still(sight: Sight) -> None:
    for _ in range(ROWS):
        said(sight, "!hello")
    sight.view.change({FIRST: 3})
    before = listed(sight)
    said(sight, "!hello")

    assert listed(sight) == before


@pytest.mark.parametrize("first", [-5, 7, 1_000_000])
def test_only_rows_around_a_place_are_there_wherever_that_is(sight: Sight, first: int) -> None:
    for _ in range(ROWS):
        said(sight, "!hello")
    sight.view.change({FIRST: first})

    (box,) = found(AREA.draw(sight), class_="scrolls")

    there = box.does["window"]
    assert there["count"] == len(rows(sight)) == ROWS
    assert 0 <= there["first"] <= there["total"] - ROWS


def test_what_is_not_kept_is_counted(sight: Sight) -> None:
    async def flood() -> None:
        for _ in range(1_100):
            await bot.bus.emit("tick")

    bot = sight.bot._bot  # noqa: SLF001  the facade waits for each
    sight.bot.access.loop_for("").submit(flood()).result()

    dropped = sight.bot.traces.dropped_events
    assert dropped >= 100
    assert f"{dropped:,} are not kept." in text_of(AREA.draw(sight))


def test_an_empty_list_says_what_to_do(sight: Sight) -> None:
    type_(sight, "user:nobody")
    assert "No event that is kept matches the query." in text_of(AREA.draw(sight))
    assert "%rosey say !help" in text_of(AREA.draw(sight))

    press(sight, AREA.draw(sight), "All events")
    assert sight.view.text(QUERY) == ""


@pytest.mark.parametrize("query", ["", "plugin:greeter error:yes", "why?", '"two words"'])
def test_the_line_lists_the_same(sight: Sight, query: str) -> None:
    said(sight, "!hello", "two words why?")
    emitted(sight, "user_join", {})
    type_(sight, query)

    answer = answer_to(sight.session, AREA.line(sight))

    numbers = [row.split()[1] for row in listed(sight)]
    assert [f"#{trace.id}" for trace in answer.value][::-1] == numbers


def test_a_list_that_is_long_to_look_through_says_so(
    sight: Sight, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(sight, "!hello")
    monkeypatch.setattr(windows, "LOOK_S", 0.0)
    monkeypatch.setattr(windows, "_READ_AT_ONCE", 1)

    assert "more are looked through." in text_of(AREA.draw(sight))
    type_(sight, "event:plugin.loading")
    assert "The events that are kept are looked through." in text_of(AREA.draw(sight))


def test_a_window_ends_with_its_bot(sight: Sight) -> None:
    said(sight, "!hello")
    listed(sight)
    window = sight.seen["events.window"].window
    sight.session.stop()
    sight.session.start()

    said(sight, "!whoami")

    assert not any("!hello" in row for row in listed(sight))
    assert window.look().rows == ()
