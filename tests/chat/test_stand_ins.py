"""Commands that are shown before their plugin is there."""

from __future__ import annotations

from typing import Any

import pytest

from rosey.chat.model import Rank
from rosey.chat.stand_ins import stand_in
from rosey.errors import CommandAlreadyRegistered
from rosey.plugins.loading.outline import CommandOutline, ParameterOutline
from tests.chat.conftest import Chat

SIDES = ParameterOutline(name="sides", is_required=True)
REST = ParameterOutline(name="text", is_required=False, is_rest=True)


def shown(chat: Chat, **facts: Any) -> str:  # noqa: ANN401  those of a CommandOutline
    """How a command that stands in is called."""
    stand_in(chat.router, CommandOutline(name="roll", **facts), chat.plugin("dice"))
    found = chat.router.find("roll")
    assert found is not None
    return found.usage("!")


@pytest.mark.parametrize(
    ("parameters", "usage"),
    [
        ((), "!roll"),
        ((SIDES, REST), "!roll <sides> [text...]"),
        ((ParameterOutline(name="n", is_required=False, is_many=True),), "!roll [n...]"),
        (None, "!roll [words...]"),
    ],
)
def test_usage_is_that_of_the_plugins_own(chat: Chat, parameters: Any, usage: str) -> None:  # noqa: ANN401  of either type
    assert shown(chat, parameters=parameters) == usage


@pytest.mark.parametrize(("name", "rank"), [("ADMIN", Rank.ADMIN), ("", Rank.ANONYMOUS)])
def test_words_help_and_rank_are_shown_as_far_as_they_are_known(
    chat: Chat, name: str, rank: Rank
) -> None:
    shown(chat, aliases=("r",), help="Roll.", rank=name)
    found = chat.router.find("R")

    assert found is not None
    assert (found.plugin, found.help, found.rank) == ("dice", "Roll.", rank)


async def test_whoever_meets_it_is_told_that_its_plugin_could_not_be_loaded(chat: Chat) -> None:
    shown(chat, aliases=("r",))
    chat.router.prefix = "?"

    assert await chat.say("?r 1 2") == ["?r does not work now: dice could not be loaded."]
    assert chat.faults == []


def test_word_of_another_plugin_is_refused(chat: Chat) -> None:
    stand_in(chat.router, CommandOutline(name="roll"), chat.plugin("cards"))

    with pytest.raises(CommandAlreadyRegistered):
        shown(chat)
