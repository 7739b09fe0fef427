"""Dice notation, such as `4d6kh3+2`: text to terms, and terms to what was rolled.

Nothing here knows of chat or of the plugin, so that tests need neither.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

MAX_CHARS = 100
"""Longer notation is refused unread."""

MAX_NUMBER = 1_000_000
"""The largest number that is added to a roll."""

MAX_SHOWN = 20
"""Dice of one term that are shown one by one."""

_TERM = re.compile(
    r"\s*(?P<sign>[+-]?)\s*"
    r"(?:(?P<count>[0-9]*)d(?P<sides>[0-9]+|%)(?:(?P<keep>kh|kl)(?P<kept>[0-9]*))?"
    r"|(?P<number>[0-9]+))\s*",
    re.ASCII | re.IGNORECASE,
)


class NotationError(ValueError):
    """Raised when text is no dice notation, or asks for too much; its message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one roll may ask for.

    Attributes:
        dice: The most dice, those of all terms together.
        sides: The most sides of a die.
    """

    dice: int
    sides: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dice:
    """A term such as `4d6kh3`.

    Attributes:
        count: How many dice are rolled, at least 1.
        sides: How many sides each has, at least 1.
        kept: How many of them count, 1 to `count`.
        keeps_high: The highest count; else the lowest.
        sign: 1 where the term is added, -1 where it is subtracted.
    """

    count: int
    sides: int
    kept: int
    keeps_high: bool = True
    sign: int = 1

    def roll(self, chance: random.Random) -> Rolled:
        """Roll the dice."""
        values = [chance.randint(1, self.sides) for _ in range(self.count)]
        ranked = sorted(range(self.count), key=values.__getitem__, reverse=self.keeps_high)
        counting = set(ranked[: self.kept])
        total = sum(values[place] for place in counting)
        faces = [str(v) if place in counting else f"({v})" for place, v in enumerate(values)]
        if len(faces) > MAX_SHOWN:
            faces[MAX_SHOWN:] = [f"… {len(faces) - MAX_SHOWN} more"]
        return Rolled(text=f"[{', '.join(faces)}]", total=self.sign * total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A term such as `3`.

    Attributes:
        value: At least 0.
        sign: 1 where the term is added, -1 where it is subtracted.
    """

    value: int
    sign: int = 1

    def roll(self, chance: random.Random) -> Rolled:
        """The number itself: chance has no part in it."""
        del chance
        return Rolled(text=str(self.value), total=self.sign * self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled:
    """What came of a term, or of all of them.

    Attributes:
        text: Each die; those that do not count are in parentheses.
        total: What it adds up to.
    """

    text: str
    total: int


Term = Dice | Number


def roll(terms: tuple[Term, ...], chance: random.Random) -> Rolled:
    """Roll every term, in order, and add them up."""
    results = [(term.sign, term.roll(chance)) for term in terms]
    shown = " ".join(f"{'-' if sign < 0 else '+'} {result.text}" for sign, result in results)
    # A sign before the first term stands close to it, and only where it subtracts.
    text = f"-{shown[2:]}" if shown.startswith("-") else shown[2:]
    return Rolled(text=text, total=sum(result.total for _, result in results))


def parse(text: str, limits: Limits) -> tuple[Term, ...]:
    """Read dice notation.

    Args:
        text: Terms joined by `+` and `-`: a number, or `NdS`, where N is 1 if it is missing and S
            may be `%` for 100. `khK` or `klK` after it keeps the K highest or lowest dice.
        limits: What is refused.

    Raises:
        NotationError: It cannot be read, or goes beyond a limit.
    """
    if len(text) > MAX_CHARS:
        raise NotationError(f"at most {MAX_CHARS} characters")
    terms: list[Term] = []
    end = 0
    while end < len(text):
        match = _TERM.match(text, end)
        if match is None or (terms and not match["sign"]):
            raise NotationError(f"cannot read {text[end:].strip()!r}: try 2d6, d20+3 or 4d6kh3")
        terms.append(_term(match, limits))
        end = match.end()
    dice = sum(term.count for term in terms if isinstance(term, Dice))
    if not 1 <= dice <= limits.dice:
        raise NotationError(f"1 to {limits.dice} dice at once")
    return tuple(terms)


def _term(match: re.Match[str], limits: Limits) -> Term:
    sign = -1 if match["sign"] == "-" else 1
    if match["number"]:
        return Number(value=_within(0, match["number"], MAX_NUMBER, "to add"), sign=sign)
    sides = "100" if match["sides"] == "%" else match["sides"]
    count = _within(1, match["count"] or "1", limits.dice, "dice at once")
    return Dice(
        count=count,
        sides=_within(1, sides, limits.sides, "sides"),
        kept=_within(1, match["kept"] or "1", count, "dice to keep") if match["keep"] else count,
        keeps_high=(match["keep"] or "kh").lower() == "kh",
        sign=sign,
    )


def _within(least: int, digits: str, most: int, what: str) -> int:
    number = int(digits)
    if not least <= number <= most:
        raise NotationError(f"{least} to {most} {what}")
    return number
