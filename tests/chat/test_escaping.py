"""What is shown instead of harmful text; `tests/hostile` feeds these functions a corpus."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.chat.escaping import (
    MAX_LINE_CHARS,
    for_chat,
    for_html,
    for_log,
    for_terminal,
)

anything = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "gr\u00fc\u00df dich \u4f60\u597d \U0001f3b2",
            "gr\u00fc\u00df dich \u4f60\u597d \U0001f3b2",
        ),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202eb", "a\\u202eb"),
        ("\ud800", "\\ud800"),
    ],
)
def test_terminal_shows_harmful_characters_as_escapes(text: str, shown: str) -> None:
    assert for_terminal(text) == shown


def test_family_of_emoji_stays_one() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

    assert for_terminal(family) == family


def test_long_text_is_cut_and_says_so() -> None:
    shown = for_log("a" * (MAX_LINE_CHARS + 5))

    assert shown == "a" * MAX_LINE_CHARS + "\u2026 (5 more characters)"


def test_log_shows_line_breaks_as_escapes() -> None:
    assert for_log("a\nb\tc") == "a\\nb\\tc"


def test_html_keeps_the_text() -> None:
    assert for_html("<b> & \"c\" 'd'") == "&lt;b&gt; &amp; &quot;c&quot; &#x27;d&#x27;"


@given(anything)
def test_html_says_what_the_terminal_shows(text: str) -> None:
    assert html.unescape(for_html(text)) == for_terminal(text)


@given(anything)
def test_escaping_twice_for_a_terminal_or_log_is_escaping_once(text: str) -> None:
    assert for_terminal(for_terminal(text)) == for_terminal(text)
    assert for_log(for_log(text)) == for_log(text)


@given(anything)
def test_log_record_is_one_printable_line(text: str) -> None:
    line = for_log(text)

    assert "\n" not in line
    assert line.encode("utf-8").decode("utf-8") == line
    assert f"{line}.".splitlines() == [f"{line}."]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("so !roll", "so !roll"),
        ("!roll", "\u00b7 !roll"),
        (" \t!roll", "\u00b7  \t!roll"),
        ("first\n!second\r!third", "first\n\u00b7 !second\r\u00b7 !third"),
        ("", ""),
    ],
)
def test_no_line_for_the_chat_is_a_command(text: str, shown: str) -> None:
    assert for_chat(text, "!") == shown


@given(st.text("! \n\r\x0b\u2028ab"), st.sampled_from(["!", "!a", "ab"]))
def test_what_is_said_in_the_chat_is_a_command_nowhere(text: str, prefix: str) -> None:
    said = for_chat(text, prefix)

    assert not any(line.lstrip().startswith(prefix) for line in said.splitlines())
    assert said.replace("\u00b7 ", "") == text
