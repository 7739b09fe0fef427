"""The last log records, kept in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from rosey.diagnostics.log import RECORDS_KEPT, LogRing

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
    logging.getLogger("rosey.plugins.steps").warning("greeter left something behind")
    logging.getLogger("plugin.greeters").info("from another")

    assert [line.text for line in ring.lines("greeter")] == [
        "from it",
        "greeter left something behind",
    ]


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
