"""The plugin quote_db, talked to through a bot."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from rosey import Bot, Rank, RoseyError
from tests.examples import bots


async def add(bot: Bot, *quotes: str) -> None:
    for quote in quotes:
        [reply] = await bot.say(f"!quote add {quote}")
        assert reply.startswith("✓ Added #")


async def test_quote_is_added_and_shown(bot: Bot) -> None:
    assert await bot.say("!quote") == ["There are no quotes yet: !quote add one."]
    assert await bot.say("!quote add  Hello   there - Obi-Wan ") == [
        "✓ Added #1: Hello there - Obi-Wan"
    ]
    assert await bot.say("!quote") == ["💬 #1: Hello there - Obi-Wan"]
    assert await bot.say("!quote get 1") == await bot.say("!QUOTE GET #1")


async def test_author_stands_after_the_last_dash(bot: Bot) -> None:
    await add(bot, "To be - or not - Hamlet", "Well-known - ", "Nobody said this")

    assert await bot.say("!quote by HAMLET") == ["💬 #1: To be - or not - Hamlet"]
    assert await bot.say("!quote get 2") == ["💬 #2: Well-known -"]


async def test_search_finds_what_has_all_words_newest_first(bot: Bot) -> None:
    await add(bot, "Red apples", "Green apples - Ann", "Green pears")

    assert await bot.say("!quote search APPLE green") == ["💬 #2: Green apples - Ann"]
    assert await bot.say("!quote search ann") == ["💬 #2: Green apples - Ann"]
    assert await bot.say("!quote search green") == ["💬 #3: Green pears\n💬 #2: Green apples - Ann"]
    assert await bot.say("!quote search plum") == ["No quotes found."]


async def test_search_knows_other_alphabets(bot: Bot) -> None:
    await add(bot, "ÄRGER IST ÜBERALL - Jörg")

    assert await bot.say("!quote search ärger über") == await bot.say("!quote by JÖRG")


@pytest.mark.parametrize("wildcard", ["%", "_", "*", "?", "' OR 1=1 --", '"'])
async def test_wildcards_and_quotes_in_a_search_are_literal(bot: Bot, wildcard: str) -> None:
    await add(bot, "plain", f"with {wildcard} in it")

    assert await bot.say(f"!quote search {wildcard}") == [f"💬 #2: with {wildcard} in it"]
    assert await bot.say(f"!quote by {wildcard}") == ["No quotes found."]


async def test_long_list_is_cut_and_says_so(bot: Bot) -> None:
    await add(bot, *(f"number {number} - Ann" for number in range(7)))

    [reply] = await bot.say("!quote by ann")

    assert len(reply.splitlines()) == 6
    assert reply.endswith("… and 2 more")


async def test_deleting_takes_a_moderator(bot: Bot) -> None:
    await add(bot, "keep me", "lose me")

    assert await bot.say("!quote delete 2", user="ann", rank=Rank.MEMBER) == [
        "!quote delete needs the rank moderator."
    ]
    assert await bot.say("!quote delete 2", user="bob", rank=Rank.MODERATOR) == ["✓ Deleted #2"]
    assert await bot.say("!quote delete 2") == ["There is no quote #2."]


async def test_number_of_a_deleted_quote_is_not_given_again(bot: Bot) -> None:
    await add(bot, "first")
    await bot.say("!quote delete 1")

    assert await bot.say("!quote add second") == ["✓ Added #2: second"]


@pytest.mark.parametrize("line", ["dance", "add", "get", "search", "by", "delete", "add  "])
async def test_wrong_use_is_answered_with_the_actions(bot: Bot, line: str) -> None:
    [reply] = await bot.say(f"!quote {line}")

    assert reply.startswith("Usage: !quote [action] [words...] (add TEXT - AUTHOR, get N, ")


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "1 2", "9" * 19, "9" * 10_000])
async def test_what_is_no_number_of_a_quote_is_refused(bot: Bot, number: str) -> None:
    assert await bot.say(f"!quote get {number}") == [
        "Usage: !quote [action] [words...] (N must be the number of a quote)"
    ]


async def test_too_long_a_quote_is_refused(bot: Bot) -> None:
    assert await bot.say(f"!quote add {'x' * 10_000}") == ["A quote has 1 to 400 characters."]


async def test_quotes_added_at_once_do_not_go_over_the_limit(folder: Path) -> None:
    async with Bot(bots.config(folder, {"quote_db": {"max_quotes": 2}})) as bot:
        replies = await asyncio.gather(*(bot.say(f"!quote add {n}") for n in range(4)))

    assert sum(reply.startswith("✓ Added") for [reply] in replies) == 2
    assert replies.count(["There are 2 quotes, and room for no more."]) == 2


async def test_quotes_survive_a_restart(folder: Path) -> None:
    async with Bot(bots.config(folder)) as first:
        await add(first, "Hello there - Obi-Wan")

    async with Bot(bots.config(folder)) as second:
        assert await second.say("!quote") == ["💬 #1: Hello there - Obi-Wan"]


async def test_service_offers_the_quotes_and_announces_new_ones(bot: Bot) -> None:
    added = bots.expect(bot, "quote.added")
    quotes: Any = bot.services.get("quotes")

    quote = await quotes.add("Hello there", author="Obi-Wan", added_by="test")

    assert await added == {
        "number": 1,
        "text": "Hello there",
        "author": "Obi-Wan",
        "added_by": "test",
    }
    assert await quotes.count() == 1
    assert await quotes.random() == quote
    assert await quotes.get(1) == quote
    assert await quotes.search("hello") == await quotes.by("obi-wan") == [quote]


async def test_service_refuses_an_empty_quote(bot: Bot) -> None:
    with pytest.raises(RoseyError, match="1 to 400 characters"):
        await bot.services.get("quotes").add("", added_by="test")
