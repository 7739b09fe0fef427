"""What a plugin declares by its decorators, before its code runs."""

from __future__ import annotations

import pytest

from rosey.plugins.loading.discovery import discover
from rosey.plugins.loading.outline import (
    CommandOutline,
    HandlerOutline,
    Outline,
    ParameterOutline,
    read_outline,
)
from rosey.plugins.loading.sources import PluginSource, Snapshot
from tests.plugins.host import Folder


def outline(folder: Folder, body: str) -> Outline:
    """Read that of a plugin with a body."""
    folder.plugin("dice", body)
    (source,) = discover([folder.path]).values()
    assert isinstance(source, PluginSource)
    return read_outline(source, Snapshot.read(source.path))


def test_command_is_read_with_all_that_is_a_literal(folder: Folder) -> None:
    body = """
    @command("roll", aliases=["r", "dice"], rank=Rank.MODERATOR, help="Rolls.", cooldown_s=3)
    async def roll(self, ctx, sides: int, times: int = 1): ...
    """

    assert outline(folder, body).commands == (
        CommandOutline(
            name="roll",
            aliases=("r", "dice"),
            help="Rolls.",
            rank="MODERATOR",
            parameters=(
                ParameterOutline(name="sides", is_required=True),
                ParameterOutline(name="times", is_required=False),
            ),
        ),
    )


def test_what_is_no_literal_is_left_open(folder: Folder) -> None:
    body = """
    @command("roll", aliases=WORDS, rank=rank_of("x"), help=f"Rolls {SIDES}.")
    async def roll(self, ctx): ...
    @command(WORD)
    async def other(self, ctx): ...
    @on("joined", priority=HIGH)
    async def joined(self, event, data): ...
    """

    read = outline(folder, body)

    assert read.commands == (CommandOutline(name="roll", parameters=()),)
    assert read.handlers == (HandlerOutline(event="joined"),)


def test_first_line_of_the_docstring_is_the_help(folder: Folder) -> None:
    body = '''
    @command("roll")
    def roll(self, ctx):
        """Roll a die.

        With six sides.
        """
    '''

    assert outline(folder, body).commands[0].help == "Roll a die."


@pytest.mark.parametrize(
    ("signature", "parameters"),
    [
        ("self, ctx, *words", [ParameterOutline(name="words", is_required=False, is_many=True)]),
        ("self, ctx, *, text", [ParameterOutline(name="text", is_required=True, is_rest=True)]),
        ("self, ctx, *, t=''", [ParameterOutline(name="t", is_required=False, is_rest=True)]),
        ("self, ctx=None, a=1", [ParameterOutline(name="a", is_required=False)]),
        ("self, ctx, a, /, b", [ParameterOutline(name=n, is_required=True) for n in "ab"]),
        ("self", []),
    ],
)
def test_parameters_are_those_after_the_context(
    folder: Folder, signature: str, parameters: list[ParameterOutline]
) -> None:
    read = outline(folder, f'@command("roll")\ndef roll({signature}): ...')

    assert read.commands[0].parameters == tuple(parameters)


def test_decorators_of_a_module_and_several_on_one_method_count(folder: Folder) -> None:
    body = """
    @rosey.command("second")
    @other
    @rosey.on("user.*", priority=-5)
    @command("first")
    def both(self, ctx): ...
    """

    read = outline(folder, body)

    assert [command.name for command in read.commands] == ["first", "second"]
    assert read.handlers == (HandlerOutline(event="user.*", priority=-5),)


def test_code_that_does_not_parse_declares_nothing(folder: Folder) -> None:
    assert outline(folder, '@command("roll")\ndef roll(self:') == Outline()


def test_package_without_its_main_module_declares_nothing(folder: Folder) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    source = discover([folder.path])["dice"]
    assert isinstance(source, PluginSource)
    (folder.path / "dice" / "__init__.py").unlink()

    assert read_outline(source, Snapshot.read(source.path)) == Outline()
