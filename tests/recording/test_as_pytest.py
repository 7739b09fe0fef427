"""A recording becomes a test that people can read, whatever was said."""

from __future__ import annotations

import ast

from rosey.chat.model import Rank
from rosey.recording.as_pytest import as_pytest
from tests.hostile.corpus import HOSTILE
from tests.recording.chats import heard, recording, said

LONG = "a long answer that does not fit on the line of the question"


def test_each_message_is_a_line() -> None:
    chat = recording(
        heard(1, "!roll 2d6"), said(1, "You rolled 7"),
        heard(2, "!kick bob", "owner", rank=Rank.OWNER),
        heard(3, "it's late", "owner"), said(3, 'I say "no"'), said(3, LONG),
        heard(4, "!help", "mod", rank=Rank.MODERATOR), said(4, "a"), said(4, "b"),
    )  # fmt: skip

    assert as_pytest(chat, "Bad night.jsonl", varying={4}) == (
        '"""The chat of Bad night.jsonl: each line is said again, and answered as it was then."""\n'
        "\n"
        "\n"
        "async def test_bad_night(bot):\n"
        '    assert await bot.say("!roll 2d6", user="alice") == ["You rolled 7"]\n'
        '    assert await bot.say("!kick bob") == []\n'
        """    assert await bot.say("it's late", rank="guest") == [\n"""
        """        'I say "no"',\n"""
        f'        "{LONG}",\n'
        "    ]\n"
        '    await bot.say("!help", user="mod", rank="moderator")  # was ["a", "b"]\n'
    )


def test_what_a_plugin_fails_at_is_not_said() -> None:
    source = as_pytest(recording(heard(1, "!fail")), "chat", failing={1})

    assert '# a plugin fails at this: await bot.say("!fail", user="alice")' in source
    assert "assert bot.replies == []" in source


def test_an_empty_chat_is_a_test_too() -> None:
    assert "assert bot.replies == []" in as_pytest(recording(), "???")
    assert "def test_chat(bot)" in as_pytest(recording(), "???")


def test_hostile_texts_and_names_stay_texts() -> None:
    said_so = [said(n, text) for n, text in enumerate(HOSTILE)]
    chat = recording(*(heard(n, text, text) for n, text in enumerate(HOSTILE)), *said_so)

    for name in HOSTILE:
        tree = ast.parse(as_pytest(recording(), name))
        assert [type(node).__name__ for node in tree.body] == ["Expr", "AsyncFunctionDef"]
    source = as_pytest(chat, "chat", varying={1, 2, 3})
    (function,) = ast.parse(source).body[1:]
    assert isinstance(function, ast.AsyncFunctionDef)
    assert len(function.body) == len(HOSTILE)
    assert source.isprintable() or all(char.isprintable() or char == "\n" for char in source)
