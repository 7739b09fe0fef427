"""All about a loaded plugin is told as plain values."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rosey.bot import Bot
from rosey.diagnostics.state.snapshot import state_snapshot, values_at
from rosey.errors import PluginNotFoundError, StatePathError
from tests.bots import bot_of, write_plugin

CANARY = "canary-hunter2"

QUIZ = """
version = "1.2"
state_version = 3

async def setup(self):
    self.token = self.config["token"]
    self.scores = {"ann": {"wins": [1, 2]}}
    self.get_service("quotes")

@every(60)
async def ask(self): ...

@on("boom")
async def boom(self, event, data):
    raise ValueError(self.token)
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    write_plugin(tmp_path, "quiz", QUIZ)
    plugins = {"plugin_config": {"quiz": {"token": "${TOKEN}"}}}
    async with bot_of(tmp_path, plugins=plugins, environ={"TOKEN": CANARY}) as bot:
        yield bot


async def test_loaded_plugin_tells_what_it_keeps_and_uses(bot: Bot) -> None:
    quiz = state_snapshot(bot, "quiz", storage_keys=("best",))

    assert quiz.values["scores['ann']['wins'][1]"] == "2"
    assert (quiz.plugin.version, quiz.state_version) == ("1.2", 3)
    assert quiz.uses == ("quotes",)
    assert [timer.label for timer in quiz.timers] == ["quiz.ask every 60 s"]
    assert 0 < quiz.timers[0].due_in_s <= 60
    assert quiz.storage_keys == ("best",)
    assert quiz.faults == ()


async def test_history_has_each_generation(bot: Bot) -> None:
    await bot.reload("quiz")

    quiz = state_snapshot(bot, "quiz")

    assert [served.why for served in quiz.history] == ["loaded", "it was asked for"]
    assert quiz.history[-1].generation == quiz.plugin.generation


async def test_secret_is_in_no_part_of_it(bot: Bot) -> None:
    await bot.bus.emit("boom")

    quiz = state_snapshot(bot, "quiz")

    assert quiz.values["token"] == "'<secret>'"
    assert quiz.faults[0].error == "ValueError: <secret>"
    assert CANARY not in repr(quiz)


async def test_single_value_is_looked_at_more_closely(bot: Bot) -> None:
    plugin: Any = bot.plugin_manager.get_plugin("quiz")
    plugin.scores["ann"]["wins"] = [*range(50)]

    assert len(values_at(bot, "quiz", "scores['ann'].wins")) == 50
    assert "scores['ann']['wins'][...]" in state_snapshot(bot, "quiz").values
    with pytest.raises(StatePathError, match="did you mean scores"):
        values_at(bot, "quiz", "score")


async def test_plugin_that_is_not_loaded_is_refused(bot: Bot) -> None:
    await bot.unload("quiz")

    with pytest.raises(PluginNotFoundError, match="no plugin named 'quiz' is loaded"):
        state_snapshot(bot, "quiz")


async def test_it_keeps_no_plugin_alive(bot: Bot) -> None:
    alive = weakref.ref(bot.plugin_manager.plugins["quiz"])
    kept = state_snapshot(bot, "quiz")

    await bot.unload("quiz")
    await bot.bus.drain()
    gc.collect()

    assert kept.plugin.name == "quiz"
    assert alive() is None
