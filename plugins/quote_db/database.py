"""Where quotes are kept: the tables, and each question that is asked of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from rosey import PluginStorage, RoseyError

# Each runs once per database, in this order. One that has run anywhere is never edited: whatever
# has to change is added at the end.
MIGRATIONS = (
    """
    CREATE TABLE quote (
        number INTEGER PRIMARY KEY AUTOINCREMENT, -- a deleted quote's number is not given again
        text TEXT NOT NULL,
        author TEXT NOT NULL,
        added_by TEXT NOT NULL,
        searchable TEXT NOT NULL
    );
    """,
    """
    ALTER TABLE quote ADD COLUMN author_key TEXT NOT NULL DEFAULT '';
    CREATE INDEX quote_by_author ON quote (author_key);
    """,
)

MAX_CHARS = 400
"""Characters of the longest quote, author included."""


class QuoteError(RoseyError):
    """Raised when a quote cannot be kept; its message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Something that somebody said.

    Attributes:
        number: Its own for ever, from 1.
        text: What was said.
        author: Who said it; empty where nobody knows.
        added_by: The name of the user who added it.
    """

    number: int
    text: str
    author: str
    added_by: str

    def __str__(self) -> str:
        return f"#{self.number}: {self.text}" + (f" - {self.author}" if self.author else "")


class Quotes:
    """The quotes of one bot, and the service `quotes` for other plugins.

    Args:
        storage: The plugin's own.
        max_quotes: How many there may be.
        announce: Told of each quote that was added.
    """

    def __init__(
        self, storage: PluginStorage, *, max_quotes: int, announce: Callable[[Quote], object]
    ) -> None:
        self._storage = storage
        self._max_quotes = max_quotes
        self._announce = announce

    async def open(self) -> None:
        """Make the tables, or bring them up to date."""
        await self._storage.migrate(MIGRATIONS)

    async def add(self, text: str, *, author: str = "", added_by: str) -> Quote:
        """Keep a quote.

        Raises:
            QuoteError: The text is empty, it is too long, or there are as many as there may be.
        """
        if not text or len(text) + len(author) > MAX_CHARS:
            raise QuoteError(f"A quote has 1 to {MAX_CHARS} characters.")
        values = {
            "text": text,
            "author": author,
            "added_by": added_by,
            "searchable": f"{text} {author}".casefold(),
            "author_key": author.casefold(),
        }
        # Counting and adding are one transaction: two at once cannot both take the last place.
        async with self._storage.transaction() as sql:
            if (await sql.execute("SELECT count(*) FROM quote")).scalar_one() >= self._max_quotes:
                raise QuoteError(f"There are {self._max_quotes} quotes, and room for no more.")
            added = await sql.execute(
                "INSERT INTO quote (text, author, added_by, searchable, author_key)"
                " VALUES (:text, :author, :added_by, :searchable, :author_key)",
                values,
            )
        quote = Quote(number=added.lastrowid, text=text, author=author, added_by=added_by)
        self._announce(quote)
        return quote

    async def delete(self, number: int) -> bool:
        """Forget a quote; tells whether there was one."""
        async with self._storage.transaction() as sql:
            gone = await sql.execute("DELETE FROM quote WHERE number = :n", {"n": number})
        return gone.rowcount > 0

    async def count(self) -> int:
        """How many quotes there are."""
        async with self._storage.transaction() as sql:
            return int((await sql.execute("SELECT count(*) FROM quote")).scalar_one())

    async def get(self, number: int) -> Quote | None:
        """The quote of that number; None where there is none."""
        found = await self._select(
            "SELECT number, text, author, added_by FROM quote WHERE number = :number",
            number=number,
        )
        return found[0] if found else None

    async def random(self) -> Quote | None:
        """Any quote; None where there are none."""
        found = await self._select(
            "SELECT number, text, author, added_by FROM quote ORDER BY random() LIMIT 1"
        )
        return found[0] if found else None

    async def by(self, author: str) -> list[Quote]:
        """What somebody said, newest first; upper and lower case do not matter."""
        return await self._select(
            "SELECT number, text, author, added_by FROM quote WHERE author_key = :author"
            " ORDER BY number DESC",
            author=author.casefold(),
        )

    async def search(self, words: str) -> list[Quote]:
        """The quotes that have each of these words in text or author, newest first."""
        # Unlike LIKE, instr() has no wildcards: a search for "100%" finds just that.
        return await self._select(
            "SELECT number, text, author, added_by FROM quote WHERE NOT EXISTS"
            " (SELECT 1 FROM json_each(:words) WHERE instr(quote.searchable, json_each.value) = 0)"
            " ORDER BY number DESC",
            words=json.dumps(words.casefold().split()),
        )

    async def _select(self, statement: str, **values: object) -> list[Quote]:
        # What people typed is always in `values`, never in the statement itself.
        async with self._storage.transaction() as sql:
            rows = (await sql.execute(statement, values)).all()
        return [
            Quote(number=row.number, text=row.text, author=row.author, added_by=row.added_by)
            for row in rows
        ]
