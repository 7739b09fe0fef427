"""What stands after a command's word: taken apart, without touching the bot."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rosey.chat.model import Rank
from rosey.diagnostics.state.texts import echoed
from rosey.errors import UsageError

_MOST_DIGITS = 20
_WORD = r"""'[^']*'(?!\S)|"[^"]*"(?!\S)|\S+"""
_FIRST = re.compile(rf"\s*({_WORD})\s*(.*)", re.DOTALL)
_OPTION = re.compile(rf"-(?P<letter>[ur])(?:\s+(?P<value>{_WORD})(?:\s+|\Z)|\s*\Z)")


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
        raise UsageError(f"{echoed(found[most])} is one word too many")
    return found


def first_word(text: str) -> tuple[str, str]:
    """The first word, which quotes may hold together, and what stands behind it, as it is."""
    found = _FIRST.fullmatch(text)
    return (_unquoted(found[1]), found[2]) if found is not None else ("", "")


def _unquoted(word: str) -> str:
    is_quoted = len(word) > 1 and word[0] in "'\"" and word[-1] == word[0]
    return word[1:-1] if is_quoted else word


def plugin_name(text: str) -> str:
    """The name of a plugin, and nothing else.

    Raises:
        UsageError: There is none, or more than one word.
    """
    found = words(text, most=1)
    if not found:
        raise UsageError("the name of a plugin is missing")
    return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What stands after a command's word, options apart.

    Attributes:
        words: The other words, in their order.
        values: The value of each option that was given, by its name with dashes; an option that
            takes none has an empty one.
    """

    words: tuple[str, ...]
    values: Mapping[str, str]

    def number(self, option: str, default: int, *, most: int) -> int:
        """The whole number after an option, from 1 to `most`.

        Raises:
            UsageError: It is none.
        """
        text = self.values.get(option, str(default))
        if not is_number(text) or not 1 <= int(text) <= most:
            raise UsageError(
                f"{option} takes a whole number from 1 to {most:,}, not {echoed(text)}"
            )
        return int(text)


def is_number(text: str) -> bool:
    """Whether a text is a whole number, of so few digits that Python reads it."""
    return text.isdecimal() and len(text) <= _MOST_DIGITS


def options(
    text: str, *, valued: Collection[str] = (), plain: Collection[str] = (), most: int | None = None
) -> Options:
    """Options, anywhere among other words; quotes hold one word together.

    Args:
        text: What stands after the command's word.
        valued: Options that are followed by a value.
        plain: Options that stand by themselves.
        most: How many other words there may be; None for any number.

    Raises:
        UsageError: An option is not known, comes twice or lacks its value, or a word is too many.
    """
    left, others, values = words(text), list[str](), dict[str, str]()
    while left:
        word, *left = left
        if word not in {*valued, *plain}:
            if word.startswith("-") and not word[1:].isdecimal() and word != "-":
                raise UsageError(f"there is no option {word}")
            others.append(word)
            continue
        if word in values:
            raise UsageError(f"{word} stands twice")
        if word in valued and not left:
            raise UsageError(f"{word} lacks its value")
        values[word], left = (left[0], left[1:]) if word in valued else ("", left)
    if most is not None and len(others) > most:
        raise UsageError(f"{echoed(others[most])} is one word too many")
    return Options(words=tuple(others), values=values)


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
        letter, value = option["letter"], _unquoted(option["value"] or "")
        if not value:
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


def document(body: str) -> Any:  # noqa: ANN401  any JSON
    """The body of a cell as plain data: JSON or YAML.

    Raises:
        UsageError: It is neither.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        pass
    # A tenth of the time that `%load_ext rosey` takes.
    from rosey.config import yaml_reading  # noqa: PLC0415  see above

    try:
        return yaml_reading.parse(body)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the cell is neither JSON nor YAML: {error}") from error


def pairs(found: Iterable[str]) -> dict[str, Any]:
    """`key=value` words; a value that is JSON is taken as JSON, any other as text.

    Raises:
        UsageError: A word is not of that form.
    """
    values: dict[str, Any] = {}
    for word in found:
        key, separator, value = word.partition("=")
        if not separator or not key:
            raise UsageError(f"{echoed(word)} is not of the form key=value")
        try:
            values[key] = json.loads(value)
        except (ValueError, RecursionError):
            values[key] = value
    return values
