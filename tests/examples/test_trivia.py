"""The plugin trivia, played through a bot. Every answer of its three questions is a tomato."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from plugins.trivia import plain
from rosey import Bot, Event, Message, Rank, Reply, User
from rosey.chat.connection import Receive
from tests.examples import bots


class Hall:
    """A second place where people talk to the bot."""

    name = "hall"
    own_name = None
    pace = None
    is_trusted = False

    def __init__(self) -> None:
        self.said: asyncio.Queue[str] = asyncio.Queue()
        self.open: asyncio.Future[Receive] = asyncio.Future()

    async def run(self, receive: Receive) -> None:
        """Stay until the bot stops."""
        self.open.set_result(receive)
        await asyncio.Event().wait()

    async def send(self, reply: Reply) -> None:
        """Note what the bot says here."""
        self.said.put_nowait(reply.text)

    async def close(self) -> None:
        """Nothing is held."""

    async def hear(self, text: str) -> None:
        """Let somebody say something to everybody here."""
        user = User(name="ann", rank=Rank.MEMBER)
        receive = await self.open
        await receive(Message(text=text, user=user, connection=self.name))


async def test_game_is_played_to_its_end(bot: Bot) -> None:
    intro, first = await bot.say("!trivia start 2")
    assert intro == "🧠 Trivia! 30 s a question."
    assert first.startswith("❓ Which fruit is red, number ")

    right, second = await bot.say("tomato", user="ann", rank=Rank.GUEST)
    assert right == "✓ ann is right: The Tomato. +10 points!"
    assert second.startswith("❓ ")
    assert second != first

    assert await bot.say("a carrot", user="bob") == []
    _, end = await bot.say("The TOMATO!", user="ann")
    assert end == "🏁 Game over: ann 20."
    assert await bot.say("tomato") == []


async def test_only_the_first_right_answer_wins(bot: Bot) -> None:
    await bot.say("!trivia start 1")

    replies = await asyncio.gather(*(bot.say("tomato", user=name) for name in ("ann", "bob")))

    assert replies == [["✓ ann is right: The Tomato. +10 points!", "🏁 Game over: ann 10."], []]


async def test_commands_are_no_answers(bot: Bot) -> None:
    await bot.say("!trivia start 1")

    [reply] = await bot.say("!tomato")

    assert reply.startswith("There is no command !tomato")


async def test_question_ends_when_its_time_is_up(folder: Path) -> None:
    async with Bot(bots.config(folder, {"trivia": {"seconds_per_question": 0.01}})) as bot:
        expired = bots.expect(bot, "reply", "⏰ Time is up: The Tomato.")
        over = bots.expect(bot, "reply", "🏁 Game over: nobody has scored.")
        await bot.say("!trivia start 3")

        await expired
        await over

        assert await bot.say("!trivia stop") == ["No game is running."]


async def test_timed_game_goes_on_where_it_was_started(folder: Path) -> None:
    hall = Hall()
    settings = {"trivia": {"seconds_per_question": 0.01}}
    async with Bot(bots.config(folder, settings), connection=hall) as bot:
        await hall.hear("!trivia start 1")

        said = [await hall.said.get() for _ in range(4)]

        assert [text[0] for text in said] == list("🧠❓⏰🏁")
        assert list(bot.local.connection.__dict__["replies"]) == []


async def test_each_connection_has_its_own_game(folder: Path) -> None:
    hall = Hall()
    async with Bot(bots.config(folder), connection=hall) as bot:
        await bot.say("!trivia start 1")
        await hall.hear("tomato")
        await hall.hear("!trivia stop")

        assert await hall.said.get() == "No game is running."
        assert len(await bot.say("tomato")) == 2


async def test_second_game_is_refused_while_one_runs(bot: Bot) -> None:
    await bot.say("!trivia start")

    assert await bot.say("!trivia start") == ["A game is running already."]


async def test_stopping_tells_the_standing(bot: Bot) -> None:
    await bot.say("!trivia start 3")
    await bot.say("apple", user="ann")

    assert await bot.say("!trivia stop") == ["🏁 Game over: ann 10."]
    assert await bot.say("!trivia stop") == ["No game is running."]


@pytest.mark.parametrize("rounds", ["0", "-5", "99", "9" * 4000])
async def test_number_of_rounds_is_brought_into_range(bot: Bot, rounds: str) -> None:
    assert len(await bot.say(f"!trivia start {rounds}")) == 2


@pytest.mark.parametrize("line", ["", "dance", "start many", "start 1 2"])
async def test_wrong_use_is_answered_with_usage(bot: Bot, line: str) -> None:
    [reply] = await bot.say(f"!trivia {line}")

    assert reply.startswith("Usage: !trivia ")


async def test_scores_survive_a_restart(folder: Path) -> None:
    for _ in range(2):
        async with Bot(bots.config(folder, {"trivia": {"points_per_win": 7}})) as bot:
            await bot.say("!trivia start 1")
            await bot.say("tomato", user="ann")

    async with Bot(bots.config(folder)) as bot:
        assert await bot.say("!trivia scores") == ["🏆 All games: ann 14."]


async def test_game_ends_with_the_quote_that_was_added_last(bot: Bot) -> None:
    await bot.say("!quote add Hello there - Obi-Wan")
    await bot.say("!quote add It is a trap - Ackbar")
    await bot.say("!trivia start 1")

    assert (await bot.say("tomato"))[1] == "❓ Who said “It is a trap”?"
    assert (await bot.say("ackbar"))[0] == "✓ owner is right: Ackbar. +10 points!"


@pytest.mark.parametrize("prepare", ["!plugin unload quote_db", "!quote add Said by nobody", ""])
async def test_game_goes_without_a_quote(bot: Bot, prepare: str) -> None:
    await bot.say(prepare)
    await bot.say("!trivia start 1")

    assert await bot.say("tomato") == [
        "✓ owner is right: The Tomato. +10 points!",
        "🏁 Game over: owner 10.",
    ]


async def test_quote_that_is_deleted_meanwhile_is_not_asked(bot: Bot) -> None:
    await bot.say("!quote add Hello there - Obi-Wan")
    await bot.say("!quote delete 1")
    await bot.say("!trivia start 1")

    assert (await bot.say("tomato"))[1] == "🏁 Game over: owner 10."


async def test_others_are_told_of_questions_and_winners(bot: Bot) -> None:
    asked, answered = bots.expect(bot, "trivia.asked"), bots.expect(bot, "trivia.answered")
    await bot.say("!trivia start 1")
    await bot.say("tomato", user="ann")

    question = (await asked)["question"]
    assert await asked == {"connection": "local", "question": question}
    assert await answered == {"connection": "local", "question": question, "winner": "ann"}


@pytest.mark.parametrize("action", ["reload", "unload", "disable"])
async def test_game_ends_politely_when_the_plugin_stops(bot: Bot, action: str) -> None:
    await bot.say("!trivia start 3")
    await bot.say("tomato", user="ann")

    assert "🏁 Game over: ann 10." in await bot.say(f"!plugin {action} trivia")


def running(bot: Bot) -> Any:  # noqa: ANN401  the class is of the generation that runs
    """The instance that plays."""
    return bot.plugin_manager.plugins["trivia"]


async def test_game_that_ends_while_the_plugin_stops_ends_once(folder: Path) -> None:
    hall = Hall()
    async with Bot(bots.config(folder), connection=hall) as bot:
        trivia = running(bot)
        await bot.say("!trivia start 1")
        await hall.hear("!trivia start 1")
        ended: list[str] = []

        async def end_the_others(event: Event, data: dict[str, Any]) -> None:
            del event
            if data["msg"].startswith("🏁"):
                ended.append(data["connection"])
                for game in [*trivia.games.values()]:
                    await trivia.finish(game)

        bot.on("reply", end_the_others)
        await trivia.on_disable()

        assert sorted(ended) == ["hall", "local"]


async def test_every_game_ends_though_the_goodbye_to_one_is_broken_off(folder: Path) -> None:
    hall = Hall()
    async with Bot(bots.config(folder), connection=hall) as bot:
        trivia = running(bot)
        await bot.say("!trivia start 1")
        await hall.hear("!trivia start 1")
        ended: list[str] = []
        is_held = asyncio.Event()

        async def hold_the_first(event: Event, data: dict[str, Any]) -> None:
            del event
            ended.append(data["connection"])
            if len(ended) == 1:
                is_held.set()
                await asyncio.Event().wait()

        bot.on("reply", hold_the_first)
        stopping = asyncio.create_task(trivia.on_disable())
        await is_held.wait()
        stopping.cancel()

        with pytest.raises(asyncio.CancelledError):
            await stopping
        assert sorted(ended) == ["hall", "local"]
        assert trivia.games == {}


@pytest.mark.parametrize("next_text", ["❓", "🏁"])
async def test_points_are_kept_before_the_game_goes_on(bot: Bot, next_text: str) -> None:
    trivia = running(bot)
    await bot.say(f"!trivia start {2 if next_text == '❓' else 1}")
    kept: list[object] = []

    async def look(event: Event, data: dict[str, Any]) -> None:
        del event
        if data["msg"].startswith(next_text):
            kept.append(await trivia.storage.get("scores"))

    bot.on("reply", look)
    await bot.say("tomato", user="ann")

    assert kept == [{"ann": 10}]


async def test_game_goes_on_though_points_cannot_be_kept(bot: Bot) -> None:
    async with running(bot).storage.transaction() as sql:
        await sql.execute("DROP TABLE rosey_keyvalue")
    await bot.say("!trivia start 1")

    assert "🏁 Game over: ann 10." in await bot.say("tomato", user="ann")


async def test_reload_reads_the_questions_again(bot: Bot, folder: Path) -> None:
    questions = folder / "plugins" / "trivia_questions.json"
    questions.write_text('[{"question": "New?", "answers": ["Yes"]}]', encoding="utf-8")
    await bot.say("!plugin reload trivia")

    assert (await bot.say("!trivia start"))[1] == "❓ New?"


@pytest.mark.parametrize(
    "content", ["no json", "{}{", "5", '[{"question": "?", "answers": "Yes"}]']
)
async def test_bad_file_of_questions_keeps_the_old_ones(
    bot: Bot, folder: Path, content: str
) -> None:
    questions = folder / "plugins" / "trivia_questions.json"
    questions.write_text(content, encoding="utf-8")

    replies = await bot.say("!plugin reload trivia")

    assert replies[-1].startswith("✗ trivia: ")
    assert len(await bot.say("!trivia start")) == 2


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ("the beatles", "Beatles"),
        ("BEATLES!!", "The Beatles"),
        ("spider man", "Spider-Man"),
        ("sao paulo", "São Paulo"),
        ("STRASSE", "Straße"),
        ("an apple", "Apple"),
    ],
)
def test_case_accents_punctuation_and_articles_do_not_matter(given: str, answer: str) -> None:
    assert plain(given) == plain(answer)


@pytest.mark.parametrize(("given", "answer"), [("atom", "a tom"), ("???", "!!!"), ("a", "the")])
def test_different_answers_stay_different(given: str, answer: str) -> None:
    assert plain(given) != plain(answer)
