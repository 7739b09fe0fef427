"""What stands after a command's word."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.chat.model import Rank
from rosey.errors import UsageError
from rosey.workbench.commands import arguments
from rosey.workbench.commands.arguments import Speech


@pytest.mark.parametrize(
    ("text", "speech"),
    [
        ("hi there", Speech(text="hi there")),
        ("don't  !hi ", Speech(text="don't  !hi ")),
        ("-u ann hi", Speech(text="hi", user="ann", rank=Rank.GUEST)),
        ("-u ann -r admin hi", Speech(text="hi", user="ann", rank=Rank.ADMIN)),
        ("-r admin -u ann hi", Speech(text="hi", user="ann", rank=Rank.ADMIN)),
        ("-r guest hi", Speech(text="hi", user="owner", rank=Rank.GUEST)),
        ("-u 'bob smith' hi", Speech(text="hi", user="bob smith", rank=Rank.GUEST)),
        ('-r "admin" -u "bob" hi', Speech(text="hi", user="bob", rank=Rank.ADMIN)),
        ("-u o'brien it's", Speech(text="it's", user="o'brien", rank=Rank.GUEST)),
        ("-- -u ann", Speech(text="-u ann")),
        ("-x hi", Speech(text="-x hi")),
        ("-under the bridge", Speech(text="-under the bridge")),
    ],
)
def test_a_line_is_said_as_it_was_typed(text: str, speech: Speech) -> None:
    assert arguments.speech(text) == speech


@pytest.mark.parametrize("text", ["", "-u", "-r", "-u ann", "-u ann -r", "-r king hi", "-u '' hi"])
def test_a_line_that_cannot_be_said_is_wrong_use(text: str) -> None:
    with pytest.raises(UsageError):
        arguments.speech(text)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", {}),
        (
            "a=1 b=x c='x y' d= e=null f=[1]",
            {"a": 1, "b": "x", "c": "x y", "d": "", "e": None, "f": [1]},
        ),
        ('{"a": [1, {"b": 2}]}', {"a": [1, {"b": 2}]}),
        ("[1, 2]", [1, 2]),
        ("7", 7),
        ('"text"', "text"),
        ("a=b=c", {"a": "b=c"}),
    ],
)
def test_event_data_is_json_or_pairs(text: str, data: Any) -> None:  # noqa: ANN401  any JSON
    assert arguments.event_data(text) == data


@pytest.mark.parametrize("text", ["{bad", "[1", '"x', "word", "=1", "a='x", "[" * 100_000])
def test_event_data_that_is_neither_is_wrong_use(text: str) -> None:
    with pytest.raises(UsageError):
        arguments.event_data(text)


def test_a_number_too_long_for_python_is_text() -> None:
    assert arguments.pairs([f"a={'1' * 5000}"]) == {"a": "1" * 5000}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ("", "")),
        ("user_join  a='x y' ", ("user_join", "a='x y' ")),
        ("'foo bar' a=1", ("foo bar", "a=1")),
        ('"foo bar"', ("foo bar", "")),
        ("'foo bar a=1", ("'foo", "bar a=1")),
    ],
)
def test_quotes_hold_the_first_word_together(text: str, found: tuple[str, str]) -> None:
    assert arguments.first_word(text) == found


def test_of_a_long_word_the_beginning_is_repeated() -> None:
    with pytest.raises(UsageError, match=r"\A'x{40}'\.\.\. is one word too many"):
        arguments.words(f"a {'x' * 5000}", most=1)
