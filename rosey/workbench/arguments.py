"""What stands after a command's word: taken apart, without touching the bot."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rosey.chat.model import Rank
from rosey.errors import UsageError

_OPTION = re.compile(r"-(?P<letter>[ur])(?:\s+(?P<value>\S+)(?:\s+|\Z)|\s*\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A line of chat.

    Attributes:
        text: The line, as it was typed.
        user: Who says it.
        rank: What they may do.
    """

    text: str
    user: str = "owner"
    rank: Rank = Rank.OWNER


def words(text: str, *, most: int | None = None) -> list[str]:
    """The words of a text; quotes hold one together.

    Raises:
        UsageError: A quote is not closed, or there are more words than `most`.
    """
    try:
        found = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{error}: close the quote") from error
    if most is not None and len(found) > most:
        raise UsageError(f"{found[most]!r} is one word too many")
    return found


def plugin_name(text: str) -> str:
    """The name of a plugin, and nothing else.

    Raises:
        UsageError: There is none, or more than one word.
    """
    found = words(text, most=1)
    if not found:
        raise UsageError("the name of a plugin is missing")
    return found[0]


def name_and_option(text: str, option: str) -> tuple[str, bool]:
    """The name of a plugin, and whether an option stands before or behind it.

    Raises:
        UsageError: There is no name, or anything else.
    """
    found = words(text)
    name = plugin_name(" ".join(map(shlex.quote, (w for w in found if w != option))))
    return name, option in found


def speech(text: str) -> Speech:
    """Options of `%rosey say`, and the line after them; `--` ends the options.

    A user who is named is a guest, unless a rank is given too.

    Raises:
        UsageError: An option lacks its value, there is no such rank, or nothing is said.
    """
    said: dict[str, Any] = {}
    while option := _OPTION.match(text):
        text = text[option.end() :]
        letter, value = option["letter"], option["value"]
        if value is None:
            raise UsageError(f"-{letter} lacks its value")
        said |= {"user": value} if letter == "u" else {"rank": rank(value)}
    if "user" in said:
        said.setdefault("rank", Rank.GUEST)
    text = text.removeprefix("-- ")
    if not text:
        raise UsageError("there is nothing to say")
    return Speech(text=text, **said)


def rank(text: str) -> Rank:
    """A rank by its name.

    Raises:
        UsageError: There is none of that name.
    """
    try:
        return Rank.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def event_data(text: str) -> Any:  # noqa: ANN401  any JSON
    """What stands after an event's name: JSON, or words of the form key=value.

    Raises:
        UsageError: It is neither.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if text[:1] in {"{", "[", '"'}:
            raise UsageError(f"the data is not JSON: {error}") from error
    return pairs(words(text))


def pairs(found: Iterable[str]) -> dict[str, Any]:
    """`key=value` words; a value that is JSON is taken as JSON, any other as text.

    Raises:
        UsageError: A word is not of that form.
    """
    values: dict[str, Any] = {}
    for word in found:
        key, separator, value = word.partition("=")
        if not separator or not key:
            raise UsageError(f"{word!r} is not of the form key=value")
        try:
            values[key] = json.loads(value)
        except (ValueError, RecursionError):
            values[key] = value
    return values
