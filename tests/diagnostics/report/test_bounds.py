"""A report stays small."""

from __future__ import annotations

import pytest

from rosey.diagnostics.report.bounds import cut, masked, newest, size_of
from rosey.diagnostics.report.model import LogFacts


def line(text: str) -> LogFacts:
    """A log record."""
    return LogFacts(at=1.0, level="INFO", logger="plugin.quiz", text=text)


def test_a_long_text_loses_its_middle() -> None:
    text = cut("a" * 5_000 + "b" * 5_000, 100)

    assert text.startswith("aaa")
    assert text.endswith("bbb")
    assert "[9,900 more]" in text
    assert len(text) <= 100
    assert cut("short", 100) == "short"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("{'a': 'b' ghp_0123456789'...}", "{'a': 'b' '...}"),
        ("ab ghp_0123456789...", "ab ..."),
        ("ab ghp_0123456789 [7 more] 9876543210_phg cd", "ab  [7 more]  cd"),
        ("ab cd... [7 more] ef", "ab cd... [7 more] ef"),
    ],
)
def test_long_words_that_were_cut_are_left_out(text: str, left: str) -> None:
    spaces = " " * 200

    assert masked(spaces + text, str) == spaces + left


def test_of_a_very_long_text_only_the_beginning_is_masked() -> None:
    assert masked("a b " * 1_000, str, 400) == "a b " * 100 + "..."
    assert masked("a" * 1_000, str, 400) == "..."


def test_the_newest_entries_are_kept_as_far_as_there_is_room() -> None:
    lines = [line("old"), line("new"), line("now")]

    assert newest(lines, size_of(lines[1]) + size_of(lines[2])) == tuple(lines[1:])
    assert newest(lines, 0) == ()
