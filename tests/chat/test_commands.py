"""A command is one printable word, and declares what it takes."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.chat.arguments import arguments_of
from rosey.chat.commands import Command, check_word, command
from rosey.chat.model import Rank
from rosey.plugins.base import Plugin, carry_out_declarations


class Host:
    """A bot that notes what is registered."""

    def __init__(self) -> None:
        self.registered: list[tuple[str, Any, dict[str, Any]]] = []

    def register_command(self, name: str, handler: Any, **options: Any) -> None:  # noqa: ANN401  as a bot's
        self.registered.append((name, handler, options))


class Dice(Plugin):
    name = "dice"

    @command("roll", rank=Rank.MEMBER, aliases=("r",), cooldown_s=lambda dice: dice.config["s"])
    async def roll(self, ctx: object, sides: int = 6) -> None:
        """Roll a die.

        It has six sides.
        """

    @command("flip", help="Flip a coin.", cooldown_s=3)
    async def flip(self, ctx: object) -> None:
        """Help goes before this."""

    @command("bare")
    async def bare(self, ctx: object) -> None: ...


@pytest.fixture
def registered() -> dict[str, dict[str, Any]]:
    host = Host()
    carry_out_declarations(Dice(host, {"s": 1.5}))
    return {name: options for name, _, options in host.registered}


def test_help_is_the_first_line_of_the_docstring_where_none_is_given(
    registered: dict[str, dict[str, Any]],
) -> None:
    assert [registered[name]["help"] for name in ("roll", "flip", "bare")] == [
        "Roll a die.",
        "Flip a coin.",
        "",
    ]


def test_cooldown_may_come_from_the_plugins_config(registered: dict[str, dict[str, Any]]) -> None:
    assert registered["roll"]["cooldown_s"] == 1.5
    assert registered["flip"]["cooldown_s"] == 3


def test_arguments_are_those_of_the_method(registered: dict[str, dict[str, Any]]) -> None:
    assert [argument.usage for argument in registered["roll"]["arguments"]] == ["[sides]"]


def test_usage_begins_with_the_prefix() -> None:
    async def roll(ctx: object, sides: int) -> None: ...

    assert Command(name="roll", handler=roll).usage("?") == "?roll"
    described = Command(name="roll", handler=roll, arguments=arguments_of(roll))
    assert described.usage("?") == "?roll <sides>"


def test_word_is_looked_up_in_one_case() -> None:
    assert check_word("Roll") == check_word("ROLL") == "roll"


@pytest.mark.parametrize("word", ["", " ", "two words", "tab\t", "line\n", "nb\u00a0sp"])
def test_word_with_a_space_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="must be one printable word"):
        check_word(word)


@pytest.mark.parametrize("word", ["ro\u200bll", "ro\x1b[0mll", "\u202erof", "\ud800", "a\x00"])
def test_word_that_hides_something_is_refused_and_shown(word: str) -> None:
    with pytest.raises(ValueError, match="must be one printable word") as caught:
        check_word(word)

    assert str(caught.value).isprintable()
