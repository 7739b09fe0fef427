"""The last log records, kept in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from rosey.diagnostics.log import RECORDS_KEPT, LogRing
from tests.bots import bot_of, write_plugin

PLUGIN = logging.getLogger("plugin.greeter")


@pytest.fixture
def ring() -> Iterator[LogRing]:
    """A ring that listens."""
    ring = LogRing(lambda text: text.replace("canary", "***"))
    ring.open()
    yield ring
    ring.close()


def test_records_of_rosey_and_plugins_are_kept(ring: LogRing) -> None:
    PLUGIN.info("hello %s", "Ada")
    logging.getLogger("rosey.bot").warning("careful")
    logging.getLogger("elsewhere").error("not ours")

    assert [(line.level, line.logger, line.text) for line in ring.lines()] == [
        ("INFO", "plugin.greeter", "hello Ada"),
        ("WARNING", "rosey.bot", "careful"),
    ]


def test_debug_records_are_not_kept(ring: LogRing) -> None:
    PLUGIN.debug("detail")

    assert ring.lines() == ()


def test_lines_of_one_plugin_are_its_own_and_those_about_it(ring: LogRing) -> None:
    PLUGIN.info("from it")
    logging.getLogger("plugin.greeter.parts").info("from a part of it")
    about = logging.getLogger("rosey.plugins.life.steps")
    about.warning("not loaded: greeter", extra={"plugin": "greeter"})
    about.warning("greeter is a word too")
    about.warning("greeter met a stranger", extra={"plugin": "greeters"})
    about.warning("greeter is no name here", extra={"plugin": None})
    logging.getLogger("plugin.greeters").info("from another")

    assert [(line.plugin, line.text) for line in ring.lines("greeter")] == [
        ("greeter", "from it"),
        ("greeter", "from a part of it"),
        ("greeter", "not loaded: greeter"),
    ]


async def test_what_rosey_logs_about_a_plugin_is_among_its_lines(
    ring: LogRing, tmp_path: Path
) -> None:
    write_plugin(tmp_path, "greeter", '@command("boom")\nasync def boom(self, ctx): 1/0')
    write_plugin(tmp_path, "broken", "1/0")
    async with bot_of(tmp_path) as bot:
        await bot.say("!boom")

    assert ["!boom" in line.text for line in ring.lines("greeter")] == [False, True]
    assert [line.text[:18] for line in ring.lines("broken")] == ["not loaded: broken"]


def test_a_record_is_one_line_without_secrets_and_controls(ring: LogRing) -> None:
    PLUGIN.warning("canary\nINFO forged \x1b[31mred")

    assert ring.lines()[0].text == "***\\nINFO forged \\x1b[31mred"


def test_an_exception_is_named_with_its_message(ring: LogRing) -> None:
    try:
        int("canary")
    except ValueError:
        PLUGIN.exception("caught")
    PLUGIN.error("nothing to catch", exc_info=True)

    assert ring.lines()[0].text == (
        "caught: ValueError: invalid literal for int() with base 10: '***'"
    )
    assert ring.lines()[1].text == "nothing to catch"


def test_a_message_whose_arguments_do_not_fit_is_kept_and_fails_nobody(ring: LogRing) -> None:
    # Straight to the ring: pytest listens too, and is stricter.
    ring.handle(
        PLUGIN.makeRecord("plugin.greeter", logging.INFO, "", 1, "%d of them", ("x",), None)
    )

    assert ring.lines()[0].text.startswith("%d of them (its arguments do not fit: TypeError")


def test_only_the_last_records_are_kept(ring: LogRing) -> None:
    for number in range(RECORDS_KEPT + 5):
        PLUGIN.info("%s", number)

    assert len(ring.lines()) == RECORDS_KEPT
    assert ring.lines()[0].text == "5"
    assert (ring.dropped, ring.count) == (5, RECORDS_KEPT + 5)


def test_empty_ring_has_dropped_nothing(ring: LogRing) -> None:
    assert (ring.dropped, ring.count) == (0, 0)


def test_records_that_are_left_out_are_not_counted(ring: LogRing) -> None:
    ring.addFilter(lambda _: False)
    PLUGIN.info("left out")

    assert ring.count == 0


@pytest.mark.parametrize("search", ["ADA", "ada", "GREETER", ""])
def test_search_finds_messages_and_loggers_in_any_case(ring: LogRing, search: str) -> None:
    PLUGIN.info("hello Ada")
    logging.getLogger("rosey.bot").info("started")

    found = [line.text for line in ring.lines(search=search)]

    assert found == ["hello Ada", *([] if search else ["started"])]


def test_what_is_searched_is_no_pattern(ring: LogRing) -> None:
    PLUGIN.info("a.b (c")

    assert [len(ring.lines(search=text)) for text in ("a.b (", "a?b", ".*")] == [1, 0, 0]


def test_close_leaves_loggers_as_they_were_and_keeps_the_records() -> None:
    before = [(list(logger.handlers), logger.level) for logger in _loggers()]
    ring = LogRing(str)
    ring.open()
    PLUGIN.warning("kept")
    ring.close()
    PLUGIN.warning("missed")

    assert [(list(logger.handlers), logger.level) for logger in _loggers()] == before
    assert [line.text for line in ring.lines()] == ["kept"]


def test_a_level_that_somebody_set_stays() -> None:
    logger = logging.getLogger("plugin")
    logger.setLevel(logging.ERROR)
    try:
        ring = LogRing(str)
        ring.open()
        ring.close()
        assert logger.level == logging.ERROR
    finally:
        logger.setLevel(logging.NOTSET)


def _loggers() -> list[logging.Logger]:
    return [logging.getLogger("rosey"), logging.getLogger("plugin")]
