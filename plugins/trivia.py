"""Asks the questions of `trivia_questions.json`; the first right answer wins: `!trivia start`."""

from __future__ import annotations

import asyncio
import json
import random
import re
import unicodedata
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from rosey import (
    CommandContext,
    ConfigSchema,
    Event,
    Message,
    Plugin,
    command,
    fields,
    on,
    validate,
)

QUESTIONS = Path(__file__).with_name("trivia_questions.json")
PLAYERS_KEPT = 1000


class TriviaConfig(ConfigSchema):
    """What may be set under `plugins.plugin_config.trivia`."""

    seconds_per_question = fields.Float(load_default=30, validate=validate.Range(0.01, 600))
    points_per_win = fields.Int(load_default=10, validate=validate.Range(1, 1000))


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its right answers; the first of them is shown."""

    text: str
    answers: tuple[str, ...]


@dataclass(slots=True)
class Game:
    """A game on one connection: the questions to come, the next one last, and the open one."""

    connection: str
    waiting: list[Question]
    question: Question | None = None
    points: Counter[str] = field(default_factory=Counter)


class Trivia(Plugin):
    """Plays trivia, one game on each connection; emits `trivia.asked` and `trivia.answered`.

    Where the plugin quote_db is loaded too, a game ends with one more question, about a quote.
    """

    name = "trivia"
    version = "1.0.0"
    description = "Play trivia with !trivia"
    author = "Rosey contributors"
    config_schema = TriviaConfig
    watch = ("trivia_questions.json",)

    async def setup(self) -> None:
        """Read the questions, in a thread: a slow disk must not stop the bot."""
        self.questions = questions_from(await asyncio.to_thread(QUESTIONS.read_bytes))
        self.prefix: str = self.bot.config.command_prefix
        self.games: dict[str, Game] = {}
        self.newest_quote: int | None = None

    async def on_disable(self) -> None:
        """End the games: their timers would run on, but no answer would arrive any more."""
        # Every one ends, even where another cannot be said goodbye to.
        async with AsyncExitStack() as ends:
            for game in self.games.values():
                ends.push_async_callback(self.finish, game)

    @command("trivia", help="Play trivia; the first right answer wins.")
    async def trivia(
        self, ctx: CommandContext, action: Literal["start", "stop", "scores"], rounds: int = 5
    ) -> None:
        """Answer `!trivia`; what does not fit the annotations is answered with the usage."""
        if action == "scores":
            scores = Counter(await self.storage.get("scores", {}))
            await ctx.reply(f"🏆 All games: {standing(scores)}.")
        elif action == "start":
            await self.start(ctx, rounds)
        elif game := self.games.get(ctx.message.connection):
            await self.finish(game)
        else:
            await ctx.reply("No game is running.")

    @on("message")
    async def hear(self, event: Event, data: object) -> None:
        """Take what anybody says as an answer to the question that is open there."""
        message = Message.of(data, event.origin or "")
        game = self.games.get(message.connection)
        question = game.question if game else None
        if game is None or question is None or message.text.startswith(self.prefix):
            return
        if plain(message.text) in map(plain, question.answers):
            # Closed before the first await, where others get a turn: only the first answer wins.
            game.question = None
            await self.reward(game, question, message.user.name)

    @on("quote.added")
    async def note_quote(self, _event: Event, data: dict[str, Any]) -> None:
        """Remember a quote that was added: the next game ends with it."""
        self.newest_quote = data["number"]

    async def start(self, ctx: CommandContext, rounds: int) -> None:
        """Begin a game, unless one is running."""
        if ctx.message.connection in self.games:
            await ctx.reply("A game is running already.")
            return
        waiting = random.sample(self.questions, min(max(1, rounds), len(self.questions)))
        game = self.games[ctx.message.connection] = Game(ctx.message.connection, waiting)
        await self.say(game, f"🧠 Trivia! {self.config['seconds_per_question']:g} s a question.")
        await self.ask(game)
        if (bonus := await self.quote_question()) is not None:
            game.waiting.insert(0, bonus)

    async def quote_question(self) -> Question | None:
        """Who said a quote: the newest, or any; None where there are none, or no quote_db."""
        number, self.newest_quote = self.newest_quote, None
        quotes = self.get_service("quotes")
        if quotes is None:
            return None
        quote = await (quotes.random() if number is None else quotes.get(number))
        is_known = quote is not None and quote.author
        return Question(f"Who said “{quote.text}”?", (quote.author,)) if is_known else None

    async def ask(self, game: Game) -> None:
        """Ask the next question; after the last one the game is over."""
        if game is not self.games.get(game.connection):
            return  # it was stopped meanwhile
        if not game.waiting:
            await self.finish(game)
            return
        game.question = question = game.waiting.pop()
        self.create_task(self.expire(game, question), name="trivia timer")
        self.emit_event("trivia.asked", {"connection": game.connection, "question": question.text})
        await self.say(game, f"❓ {question.text}")

    async def expire(self, game: Game, question: Question) -> None:
        """Go on to the next question when the time for this one is up."""
        await asyncio.sleep(self.config["seconds_per_question"])
        if game.question is question:
            game.question = None
            await self.say(game, f"⏰ Time is up: {question.answers[0]}.")
            await self.ask(game)

    async def reward(self, game: Game, question: Question, player: str) -> None:
        """Give a player the points for a right answer, and go on even if they cannot be kept."""
        points = self.config["points_per_win"]
        game.points[player] += points
        facts = {"connection": game.connection, "question": question.text, "winner": player}
        self.emit_event("trivia.answered", facts)
        await self.say(game, f"✓ {player} is right: {question.answers[0]}. +{points} points!")
        try:
            await self.add(player, points)
        finally:
            await self.ask(game)

    async def add(self, player: str, points: int) -> None:
        """Add points to a player's score of all games."""
        # In a transaction nobody else writes between reading the scores and keeping them.
        async with self.storage.transaction():
            scores = Counter(await self.storage.get("scores", {})) + Counter({player: points})
            await self.storage.set("scores", dict(scores.most_common(PLAYERS_KEPT)))

    async def finish(self, game: Game) -> None:
        """End a game, and say how it went; one that has ended meanwhile is left alone."""
        if self.games.get(game.connection) is not game:
            return
        del self.games[game.connection]
        game.question = None
        await self.say(game, f"🏁 Game over: {standing(game.points)}.")

    async def say(self, game: Game, text: str) -> None:
        """Say something to everybody where the game runs, whatever made the plugin speak."""
        await self.emit_event("reply", {"msg": text, "connection": game.connection})


def questions_from(content: bytes) -> list[Question]:
    """The questions of a file: a list such as `[{"question": "...", "answers": ["..."]}]`."""
    questions = []
    for entry in json.loads(content):
        match entry:
            case {"question": str(text), "answers": [str(), *_] as answers}:
                questions.append(Question(text, tuple(answers)))
            case _:
                raise ValueError(f"{QUESTIONS.name}: {entry} lacks its question or list of answers")
    return questions


def standing(points: Counter[str]) -> str:
    """The five best players, on one line."""
    return ", ".join(f"{name} {n}" for name, n in points.most_common(5)) or "nobody has scored"


def plain(text: str) -> str:
    """A text without case, accents, spaces, punctuation and a leading article."""
    text = re.sub(r"^\s*(an?|the)\s+", "", text.casefold())
    return "".join(c for c in unicodedata.normalize("NFKD", text) if c.isalnum()) or text
