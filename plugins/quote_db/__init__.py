"""Keeps what people said: `!quote add Hello there - Obi-Wan`, then `!quote`."""

from __future__ import annotations

import dataclasses

from rosey import (
    CommandContext,
    ConfigSchema,
    Plugin,
    Rank,
    UsageError,
    command,
    fields,
    validate,
)

from .database import Quote, QuoteError, Quotes

USAGE = "add TEXT - AUTHOR, get N, search WORDS, by AUTHOR, or delete N"

MAX_SHOWN = 5
"""Quotes in one answer."""

MAX_DIGITS = 18
"""Digits of a quote's number; SQLite has no numbers above 19 digits."""


class QuoteDBConfig(ConfigSchema):
    """What may be set under `plugins.plugin_config.quote_db`."""

    max_quotes = fields.Int(load_default=1000, validate=validate.Range(min=1, max=100_000))


class QuoteDB(Plugin):
    """Answers `!quote`, provides the service `quotes` and emits `quote.added`.

    Other plugins ask `self.get_service("quotes")`, which is None while this plugin is not loaded,
    and await `count()`, `random()`, `get(number)`, `by(author)`, `search(words)` or
    `add(text, author=..., added_by=...)`: see `Quotes`. The event's data are the attributes of
    `Quote`: `number`, `text`, `author`, `added_by`.
    """

    name = "quote_db"
    version = "1.0.0"
    description = "Keep quotes with !quote"
    author = "Rosey contributors"
    config_schema = QuoteDBConfig

    async def setup(self) -> None:
        """Open the database, and offer it to other plugins."""
        self.quotes = Quotes(
            self.storage, max_quotes=self.config["max_quotes"], announce=self.announce
        )
        await self.quotes.open()
        self.provide_service("quotes", self.quotes, version=self.version)
        self.actions = {
            "add": self.add,
            "get": self.get,
            "search": self.search,
            "by": self.by,
            "delete": self.delete,
        }

    def announce(self, quote: Quote) -> None:
        """Emit `quote.added`; nobody needs to wait for those who listen."""
        self.emit_event("quote.added", dataclasses.asdict(quote))

    @command("quote", help=f"Show any quote; or {USAGE}.")
    async def quote(self, ctx: CommandContext, action: str = "", *, words: str = "") -> None:
        """Answer `!quote`: alone with any quote, else by what `action` names."""
        if not action:
            quote = await self.quotes.random()
            await ctx.reply(f"💬 {quote}" if quote else "There are no quotes yet: !quote add one.")
            return
        act = self.actions.get(action.casefold())
        if act is None or not words:
            raise UsageError(USAGE)
        await act(ctx, words)

    async def add(self, ctx: CommandContext, words: str) -> None:
        """Keep a quote; what follows the last ` - ` is its author."""
        line = " ".join(words.split())
        text, dash, author = line.rpartition(" - ")
        try:
            quote = await self.quotes.add(
                text if dash else line, author=author if dash else "", added_by=ctx.user.name
            )
        except QuoteError as error:
            await ctx.reply(str(error))
        else:
            await ctx.reply(f"✓ Added {quote}")

    async def get(self, ctx: CommandContext, words: str) -> None:
        """Show the quote of a number."""
        number = number_of(words)
        quote = await self.quotes.get(number)
        await ctx.reply(f"💬 {quote}" if quote else f"There is no quote #{number}.")

    async def search(self, ctx: CommandContext, words: str) -> None:
        """Show the quotes that have all of the words."""
        await ctx.reply(listed(await self.quotes.search(words)))

    async def by(self, ctx: CommandContext, words: str) -> None:
        """Show what somebody said."""
        await ctx.reply(listed(await self.quotes.by(words)))

    async def delete(self, ctx: CommandContext, words: str) -> None:
        """Forget a quote; a command's own rank would hold for all of its actions."""
        if ctx.rank < Rank.MODERATOR:
            await ctx.reply(f"!quote delete needs the rank {Rank.MODERATOR}.")
            return
        number = number_of(words)
        is_gone = await self.quotes.delete(number)
        await ctx.reply(f"✓ Deleted #{number}" if is_gone else f"There is no quote #{number}.")


def number_of(words: str) -> int:
    """The number of a quote, as people write it: `3` or `#3`.

    Raises:
        UsageError: It is no such number.
    """
    digits = words.removeprefix("#")
    if not digits.isdecimal() or len(digits) > MAX_DIGITS:
        raise UsageError("N must be the number of a quote")
    return int(digits)


def listed(quotes: list[Quote]) -> str:
    """The first few quotes, a line each, and how many more there are."""
    if not quotes:
        return "No quotes found."
    lines = [f"💬 {quote}" for quote in quotes[:MAX_SHOWN]]
    more = len(quotes) - MAX_SHOWN
    return "\n".join([*lines, *([f"… and {more} more"] if more > 0 else [])])
