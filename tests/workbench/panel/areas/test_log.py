"""The area of the log."""

from __future__ import annotations

import logging

import pytest

from rosey.diagnostics.log import RECORDS_KEPT, LogRing
from rosey.workbench.commands import arguments
from rosey.workbench.commands.reading import LOG_OPTIONS
from rosey.workbench.panel.areas.log import AREA, EVENT, FIRST, LEVEL, PLUGIN, SEARCH
from rosey.workbench.panel.attempt import answer_to
from rosey.workbench.panel.sight import Sight
from tests.workbench.panel.reading import found, press, text_of

PLUGIN_LOG = logging.getLogger("plugin.greeter")


def messages(sight: Sight) -> list[str]:
    """What the rows say, from the top down."""
    rows = [row for row in found(AREA.draw(sight), "tr") if "key" in row.does]
    return [text_of(row.children[-1]) for row in rows if row.attributes.get("class") != "gap"]


@pytest.fixture
def quiet(sight: Sight) -> Sight:
    """Filtered so that what the bot itself has logged is not there."""
    sight.view.change({PLUGIN: "greeter", SEARCH: "said"})
    return sight


def test_newest_record_stands_first(quiet: Sight) -> None:
    for number in range(3):
        PLUGIN_LOG.info("said %s", number)

    assert messages(quiet) == ["said 2", "said 1", "said 0"]


def test_repeated_record_is_one_row_with_its_count(quiet: Sight) -> None:
    for _ in range(3):
        PLUGIN_LOG.info("said it")

    (row,) = [r for r in found(AREA.draw(quiet), "tr") if "said it" in text_of(r)]
    assert text_of(row).endswith("×3 said it")  # noqa: RUF001  the sign for it


@pytest.mark.parametrize(
    ("chosen", "seen"),
    [
        ({LEVEL: "ERROR"}, ["said badly"]),
        ({SEARCH: "BAD"}, ["said badly"]),
        ({PLUGIN: "nobody"}, []),
        ({EVENT: "99999"}, []),
        ({EVENT: "none"}, ["said badly", "said well"]),
        ({EVENT: "9" * 5_000}, ["said badly", "said well"]),
        ({LEVEL: "of no kind"}, ["said badly", "said well"]),
    ],
)
def test_rows_are_filtered_by_each_of_the_controls(
    quiet: Sight, chosen: dict[str, str], seen: list[str]
) -> None:
    PLUGIN_LOG.info("said well")
    PLUGIN_LOG.error("said badly")

    quiet.view.change(chosen)

    assert messages(quiet) == seen


def test_event_that_is_no_number_is_told_beside_it(sight: Sight) -> None:
    sight.view.change({EVENT: "six"})

    (control,) = found(AREA.draw(sight), "input", aria_invalid="true")
    assert control.does["value"] == "six"
    (why,) = found(AREA.draw(sight), "small", id=control.attributes["aria-describedby"])
    assert text_of(why) == "a number is needed"
    assert control.attributes["aria-label"] == "event"


def test_held_list_stays_while_newer_ones_are_counted(quiet: Sight) -> None:
    PLUGIN_LOG.info("said before")
    press(quiet, AREA.draw(quiet), "Pause")
    assert messages(quiet) == ["said before"]

    for number in range(3):
        PLUGIN_LOG.info("said %s", number)
    PLUGIN_LOG.info("nothing that is looked for")

    assert messages(quiet) == ["said before"]
    press(quiet, AREA.draw(quiet), "3 newer: show the newest")
    assert messages(quiet) == ["said 2", "said 1", "said 0", "said before"]


def test_held_list_outlasts_the_ring_which_counts_what_is_not_kept(quiet: Sight) -> None:
    PLUGIN_LOG.info("said before")
    press(quiet, AREA.draw(quiet), "Pause")
    assert messages(quiet) == ["said before"]

    for number in range(RECORDS_KEPT + 7):
        PLUGIN_LOG.info("said %s", number)

    drawn = text_of(AREA.draw(quiet))
    assert messages(quiet) == ["said before"]
    assert f"{RECORDS_KEPT:,} newer" in drawn
    assert "and 7 that came since are not kept." in drawn
    assert f"{quiet.session.log.dropped:,} older than the last 1,000 are not kept." in drawn


def test_list_goes_on_when_the_button_is_pressed_again(quiet: Sight) -> None:
    press(quiet, AREA.draw(quiet), "Pause")
    AREA.draw(quiet)
    PLUGIN_LOG.info("said later")
    assert messages(quiet) == []

    press(quiet, AREA.draw(quiet), "Pause")

    assert messages(quiet) == ["said later"]


def test_scrolled_list_stays_too(quiet: Sight) -> None:
    for number in range(200):
        PLUGIN_LOG.info("said %s", number)
    quiet.view.change({FIRST: 150})
    before = messages(quiet)
    PLUGIN_LOG.info("said later")

    assert messages(quiet) == before
    assert "1 newer" in text_of(AREA.draw(quiet))


def test_place_in_the_list_that_is_none_is_its_end_or_its_top(quiet: Sight) -> None:
    PLUGIN_LOG.info("said it")

    for first in (-5, 10**9):
        quiet.view.change({FIRST: first})
        assert messages(quiet) == ["said it"]


def test_of_a_long_list_the_rows_on_the_screen_are_there(quiet: Sight) -> None:
    for number in range(500):
        PLUGIN_LOG.info("said %s", number)
    quiet.view.change({FIRST: 200})

    assert messages(quiet)[0] == "said 299"
    assert len(messages(quiet)) == 100
    (box,) = found(AREA.draw(quiet), "div", role="region")
    assert box.does["window"] == {"view": FIRST, "first": 200, "count": 100, "total": 500}


def test_row_opens_on_the_whole_record_and_closes(quiet: Sight) -> None:
    PLUGIN_LOG.info("said it")
    PLUGIN_LOG.info("said it")
    press(quiet, AREA.draw(quiet), "said it")
    PLUGIN_LOG.info("said it")

    (record,) = found(AREA.draw(quiet), "pre")
    assert text_of(record) == "said it"
    assert "plugin.greeter, 3 times since" in text_of(AREA.draw(quiet))
    press(quiet, AREA.draw(quiet), "Close: the record")
    assert [*found(AREA.draw(quiet), "pre")] == []


def test_traceback_in_a_record_is_shown_in_its_lines(quiet: Sight) -> None:
    PLUGIN_LOG.error("said badly\nTraceback")
    press(quiet, AREA.draw(quiet), "said badly\\nTraceback")

    (record,) = found(AREA.draw(quiet), "pre")
    assert record.children == ("said badly\nTraceback",)


def test_event_of_a_record_leads_to_its_trace(sight: Sight) -> None:
    sight.bot.emit("user_join", {}).result()
    sight.view.change({LEVEL: "ERROR"})
    (number,) = {line.event for line in sight.session.log.lines(level="ERROR")}

    link = next(found(AREA.draw(sight), "button", aria_label=f"#{number}: trace of the event"))

    assert link.does["set"] == {"area": "events", "events.open": str(number)}


def test_empty_list_says_why_and_filters_are_cleared(sight: Sight) -> None:
    PLUGIN_LOG.info("said well")
    sight.view.change({SEARCH: "nowhere", LEVEL: "ERROR"})
    assert "No record matches." in text_of(AREA.draw(sight))

    press(sight, AREA.draw(sight), "Clear the filters")

    assert "said well" in messages(sight)
    assert sight.view.text(LEVEL) == "INFO"


def test_log_without_records_says_what_comes_here(sight: Sight) -> None:
    sight.session.log.close()
    sight.session.log = LogRing(str)

    assert "Nothing was logged." in text_of(AREA.draw(sight))


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {LEVEL: "WARNING", PLUGIN: "greeter", EVENT: "#12"},
        {SEARCH: 'it\'s "quoted" -n $HOME \\ too'},
        {SEARCH: "-n"},
    ],
)
def test_line_asks_for_the_same(sight: Sight, chosen: dict[str, str]) -> None:
    sight.view.change(chosen)

    line = AREA.line(sight)
    asked = arguments.options(line.removeprefix("%rosey log"), valued=LOG_OPTIONS, most=1)

    assert asked.values.get("--search", "") == chosen.get(SEARCH, "")
    assert asked.values.get("--level", "INFO") == chosen.get(LEVEL, "INFO")
    assert asked.values.get("--event", "") == chosen.get(EVENT, "").removeprefix("#")
    assert [*asked.words] == [*filter(None, [chosen.get(PLUGIN)])]
    assert answer_to(sight.session, line).text
