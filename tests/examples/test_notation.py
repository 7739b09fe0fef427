"""Dice notation: what is read, what is refused, and what is rolled."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.dice_roller.notation import Limits, NotationError, parse, roll
from tests.examples.bots import LoadedDice

LIMITS = Limits(dice=100, sides=1000)


def rolled(text: str, *values: int) -> tuple[str, int]:
    """What is shown and what it adds up to, where the dice fall like this."""
    result = roll(parse(text, LIMITS), LoadedDice(*values))
    return result.text, result.total


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("d6", [4], ("[4]", 4)),
        ("2D6", [5, 1], ("[5, 1]", 6)),
        ("2d6+3", [5, 1], ("[5, 1] + 3", 9)),
        (" 2d6 + 3 ", [5, 1], ("[5, 1] + 3", 9)),
        ("3-d4", [2], ("3 - [2]", 1)),
        ("-d4+1", [2], ("-[2] + 1", -1)),
        ("1d20+2d4-1", [14, 3, 2], ("[14] + [3, 2] - 1", 18)),
        ("d%", [100], ("[100]", 100)),
        ("4d6kh3", [6, 5, 3, 1], ("[6, 5, 3, (1)]", 14)),
        ("4d6kh3", [2, 2, 2, 2], ("[2, 2, 2, (2)]", 6)),
        ("2d20kl", [17, 4], ("[(17), 4]", 4)),
        ("3d6kl2", [6, 5, 3], ("[(6), 5, 3]", 8)),
        ("22d4", [1] * 22, (f"[{'1, ' * 20}… 2 more]", 22)),
    ],
)
def test_notation_is_rolled(text: str, values: list[int], expected: tuple[str, int]) -> None:
    assert rolled(text, *values) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "1 to 100 dice at once"),
        ("5", "1 to 100 dice at once"),
        ("0d6", "1 to 100 dice at once"),
        ("101d6", "1 to 100 dice at once"),
        ("60d6+60d6", "1 to 100 dice at once"),
        ("d0", "1 to 1000 sides"),
        ("d1001", "1 to 1000 sides"),
        (f"d{'9' * 90}", "1 to 1000 sides"),
        ("2d6kh3", "1 to 2 dice to keep"),
        ("2d6kl0", "1 to 2 dice to keep"),
        ("d6+1000001", "0 to 1000000 to add"),
        ("2d6 2d6", "cannot read '2d6': try"),
        ("2d6+", r"cannot read '\+': try"),
        ("dice", "cannot read 'dice': try"),
        ("2d6x3", "cannot read 'x3': try"),
        ("\N{ARABIC-INDIC DIGIT TWO}d6", "cannot read"),
        ("4d6\N{KELVIN SIGN}h3", "cannot read"),
        ("9" * 10_000, "at most 100 characters"),
    ],
)
def test_notation_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(NotationError, match=f"^{reason}"):
        parse(text, LIMITS)


@given(st.text() | st.text("0123456789dkhl%+- ", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        terms = parse(text, LIMITS)
    except NotationError:
        return
    assert terms


@given(
    count=st.integers(1, 20),
    sides=st.integers(1, 1000),
    bonus=st.integers(0, 1_000_000),
    chance=st.randoms(),
)
def test_total_is_what_is_shown(count: int, sides: int, bonus: int, chance: random.Random) -> None:
    result = roll(parse(f"{count}d{sides}+{bonus}", LIMITS), chance)
    shown = [int(number) for number in re.findall(r"\d+", result.text)]

    assert len(shown) == count + 1
    assert sum(shown) == result.total
    assert count <= result.total - bonus <= count * sides


@given(values=st.lists(st.integers(1, 6), min_size=1, max_size=20), data=st.data())
def test_kept_dice_are_the_highest_or_the_lowest(values: list[int], data: st.DataObject) -> None:
    kept = data.draw(st.integers(1, len(values)))

    _, high = rolled(f"{len(values)}d6kh{kept}", *values)
    _, low = rolled(f"{len(values)}d6kl{kept}", *values)

    assert high == sum(sorted(values)[-kept:])
    assert low == sum(sorted(values)[:kept])
