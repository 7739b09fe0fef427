"""State is changed by hand, in the plugin that runs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rosey.bot import Bot
from rosey.diagnostics.state.changes import StateChange
from rosey.diagnostics.state.setting import set_text, set_value
from rosey.errors import PluginNotFoundError, StateError, StatePathError, UsageError
from tests.bots import bot_of, write_plugin

CANARY = "canary-hunter2"

QUIZ = """
async def setup(self):
    self.scores = {"ann": 1}
    self.word = "one"
    self.token = self.config["token"]
    self.loud = False

def __setattr__(self, name, value):
    super().__setattr__(name, value)
    if name == "loud" and value:
        self.bot.bus.subscribe("ping", print)
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    write_plugin(tmp_path, "quiz", QUIZ)
    plugins = {"plugin_config": {"quiz": {"token": "${TOKEN}"}}}
    async with bot_of(tmp_path, plugins=plugins, environ={"TOKEN": CANARY}) as bot:
        yield bot


def quiz(bot: Bot) -> Any:  # noqa: ANN401  a plugin of the test's own
    return bot.plugin_manager.get_plugin("quiz")


@pytest.mark.parametrize(
    ("text", "path", "before", "after"),
    [
        ("scores['ann']=5", "scores['ann']", "1", "5"),
        ("scores[ann] = 5", "scores['ann']", "1", "5"),
        ("scores['a=b']=5", "scores['a=b']", None, "5"),
        ('scores={"bo": [2]}', "scores", "{'ann': 1}", "{'bo': [2]}"),
        ("word=5", "word", "'one'", "'5'"),
        ("word=a=b", "word", "'one'", "'a=b'"),
    ],
)
async def test_typed_change_answers_with_old_and_new(
    bot: Bot, text: str, path: str, before: str | None, after: str
) -> None:
    assert set_text(bot, "quiz", text) == StateChange(path=path, before=before, after=after)


async def test_value_is_the_plugins_own_copy(bot: Bot) -> None:
    mine = {"bob": 2}

    set_value(bot, "quiz", "scores", mine)
    mine.clear()

    assert quiz(bot).scores == {"bob": 2}


class Own:
    """A class of the notebook's."""


@pytest.mark.parametrize("value", [Own(), [Own()], {"a": print}, Own, lambda: 1])
async def test_value_that_is_no_plain_data_is_refused(bot: Bot, value: object) -> None:
    with pytest.raises(StateError, match="that is no plain data: give numbers, texts"):
        set_value(bot, "quiz", "word", value)

    assert quiz(bot).word == "one"


async def test_secret_is_not_told(bot: Bot) -> None:
    change = set_text(bot, "quiz", "token=other")

    assert change == StateChange(path="token", before="'<secret>'", after="'other'")
    assert quiz(bot).token == "other"


async def test_what_the_plugin_takes_meanwhile_is_its_own(bot: Bot) -> None:
    set_text(bot, "quiz", "loud=true")

    labels = [t.label for t in bot.plugin_manager.slots.get_loaded("quiz").serving.ledger.entries]
    assert labels == ["ping (print)"]


async def test_change_by_hand_is_logged(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "rosey"):
        set_value(bot, "quiz", "word", "two")

    assert "quiz is changed by hand: word: 'one' -> 'two'" in caplog.messages


async def test_wrong_changes_change_nothing(bot: Bot) -> None:
    with pytest.raises(StatePathError, match="did you mean word"):
        set_text(bot, "quiz", "wort=1")
    with pytest.raises(StatePathError, match="'word' is not of the form PATH=VALUE"):
        set_text(bot, "quiz", "word")
    with pytest.raises(UsageError, match="'many' is no int"):
        set_text(bot, "quiz", "scores[ann]=many")
    with pytest.raises(StateError, match="hand over plain data"):
        set_value(bot, "quiz", "word", quiz(bot))
    with pytest.raises(PluginNotFoundError):
        set_text(bot, "quit", "word=1")

    assert (quiz(bot).word, quiz(bot).scores) == ("one", {"ann": 1})
