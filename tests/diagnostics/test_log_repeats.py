"""Log records that repeat each other are one row."""

from __future__ import annotations

from rosey.diagnostics.log import LogLine
from rosey.diagnostics.log_repeats import repeated


def at(
    moment: float,
    text: str = "six",
    *,
    level: str = "INFO",
    plugin: str = "dice",
    event: int | None = None,
) -> LogLine:
    """A record of some moment."""
    return LogLine(
        number=int(moment),
        at=moment,
        level=level,
        logger="plugin",
        plugin=plugin,
        event=event,
        text=text,
    )


def test_records_in_a_row_that_say_the_same_are_one_row_and_counted() -> None:
    rows = repeated([at(1), at(2, event=7), at(3, "one"), at(4)])

    assert [(row.newest.text, row.newest.at, row.oldest.at, row.count) for row in rows] == [
        ("six", 4, 4, 1),
        ("one", 3, 3, 1),
        ("six", 2, 1, 2),
    ]
    assert rows[-1].newest.event == 7
    assert [rows[-1].has(number) for number in (0, 1, 2, 3)] == [False, True, True, False]


def test_graver_or_foreign_records_are_no_repetition() -> None:
    rows = repeated([at(1), at(2, level="ERROR"), at(3, level="ERROR", plugin="quiz")])

    assert [row.count for row in rows] == [1, 1, 1]


def test_of_nothing_there_are_no_rows() -> None:
    assert repeated([]) == ()
